"""`python -m sgus import harmonicss|table`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sgus.cohort.source import Source

app = typer.Typer(
    help="Make a cohort from a folder of graded images. The source is never changed; the cohort "
    "is written whole or not at all.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Out = Annotated[Path, typer.Option(help="The cohort's own directory, made by the import.")]


@app.command()
def harmonicss(
    directory: Annotated[
        Path, typer.Argument(help="Folder with `Anonymized images` and the spreadsheet.")
    ],
    *,
    out: Out,
    name: Annotated[str | None, typer.Option(help="Name of the cohort.")] = None,
) -> None:
    """Import the published SGUS benchmark (10.3389/fmed.2020.581248) as it is distributed."""
    from sgus.cohort.harmonicss import read_harmonicss

    _import(read_harmonicss(directory, name=name), out)


@app.command()
def table(
    file: Annotated[Path, typer.Argument(help="CSV or Excel table, a row an image.")],
    *,
    images: Annotated[Path, typer.Option(help="Folder of the image files.")],
    mapping: Annotated[
        list[str],
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN",
            help='Which column holds a field, such as --map "grade=OMERACT score"; repeat it. '
            "image_id is needed; patient_id, grade and centre are worth having.",
        ),
    ],
    out: Out,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            help="Another column to keep as it is; repeat it. None is kept unasked, because free "
            "text may name a patient."
        ),
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the cohort.")] = None,
    source: Annotated[str, typer.Option(help="Where the images come from.")] = "",
    terms: Annotated[str, typer.Option(help="Licence or conditions of use.")] = "",
) -> None:
    """Import any table of graded images with a mapping of its columns."""
    from sgus.cohort.info import CohortInfo
    from sgus.cohort.table import parse_mapping, read_table

    info = CohortInfo(name=name or out.name, source=source, terms=terms)
    fields = parse_mapping(mapping)
    read = read_table(file, images=images, mapping=fields, keep=keep or [], sheet=sheet, info=info)
    _import(read, out)


def _import(source: Source, out: Path) -> None:
    from sgus.workflows.importing import describe, import_cohort

    result = import_cohort(source, out, progress=_progress if sys.stderr.isatty() else None)
    print(describe(result))
    print(f"\nNext: python -m sgus check {out}")


def _progress(done: int, total: int) -> None:
    print(f"\r{done} of {total} images", end="\n" if done == total else "", file=sys.stderr)
