"""`python -m sgus predict [--model DIR] IMAGE…`."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from sgus.workflows.predict_output import Record
    from sgus.workflows.wanted import Wanted

Precision = Literal["float32", "bfloat16"]

SOME_FAILED = 1
NONE_GRADED = 2


def command(
    images: Annotated[
        list[Path] | None, typer.Argument(help="Images, or folders of images.")
    ] = None,
    *,
    model: Annotated[
        Path | None, typer.Option(help="Model directory. Default: the real-image one of models/.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option(help="Label table (CSV, Excel), a row an image.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--images", help="Folder of the table's image files.")
    ] = None,
    id_column: Annotated[
        str | None,
        typer.Option(
            help="Column of the table with image ids or file names. Default: the first there is "
            "of image_id, image, Anonymized ID, file, filename, id."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    csv: Annotated[Path | None, typer.Option(help="Also write a CSV file.")] = None,
    cam: Annotated[
        Path | None, typer.Option(help="Folder for a Grad-CAM picture of each image and stage.")
    ] = None,
    precision: Annotated[
        Precision, typer.Option(help="float32, or bfloat16: faster where the processor has it.")
    ] = "float32",
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
) -> None:
    """Grade images. Research use only.

    Exit status: 0 all graded, 1 some could not be graded, 2 none could or the command is wrong.
    """
    wanted = _wanted(images or [], table, folder, id_column)
    _check_outputs(wanted, csv, cam, force=force)
    records, n_learnt, cautions = _grade(model, wanted, precision, cam)
    from sgus.core.files import write_text
    from sgus.workflows.predict_output import as_csv, as_json, as_text

    print(as_json(records) if json else as_text(records), end="")
    if csv is not None:
        write_text(csv, as_csv(records))
    n_graded = sum("error" not in record for record in records)
    print(f"{n_graded} of {len(records)} images graded", file=sys.stderr)
    _print_cautions(cautions, n_learnt)
    if n_graded < len(records):
        raise typer.Exit(SOME_FAILED if n_graded else NONE_GRADED)


def _print_cautions(cautions: list[str], n_learnt: int) -> None:
    for caution in cautions:
        print(f"Caution: {caution}", file=sys.stderr)
    if n_learnt:
        print(f"The model learnt from {n_learnt} of them: no test of it", file=sys.stderr)


def _wanted(
    images: list[Path], table: Path | None, folder: Path | None, id_column: str | None
) -> list[Wanted]:
    from sgus.core.errors import ConfigError
    from sgus.workflows.wanted import wanted_files, wanted_rows

    if table is None and folder is None and id_column is None:
        return wanted_files(images)
    if table is None or folder is None or images:
        raise ConfigError(
            "predict", "--table and --images belong together and take no other image", "Give both"
        )
    return wanted_rows(table, images=folder, id_column=id_column)


def _check_outputs(
    wanted: list[Wanted], csv: Path | None, cam: Path | None, *, force: bool
) -> None:
    """Refuse before grading what would be refused after it."""
    from sgus.core.errors import ConfigError
    from sgus.workflows.cam_files import plan_cam_files

    if csv is not None and csv.exists() and not force:
        raise ConfigError(csv, "the file is there already", "Name another, or add --force")
    if cam is not None:
        plan_cam_files(cam, [item.path for item in wanted if item.path], force=force)


def _grade(
    model: Path | None, wanted: list[Wanted], precision: Precision, cam: Path | None
) -> tuple[list[Record], int, list[str]]:
    """Records, how many of the images the model learnt from, and what is unusual about some."""
    from sgus.workflows.cam_files import write_cam_files
    from sgus.workflows.grading import Grader
    from sgus.workflows.models import default_model, models_folder
    from sgus.workflows.predict import predict
    from sgus.workflows.predict_output import as_record

    grader = Grader.load(model or default_model(models_folder()), precision=precision)
    records, n_learnt, cautions = [], 0, []
    origins: Counter[str] = Counter()
    for item, prediction in zip(wanted, predict(grader, wanted, cams=cam is not None), strict=True):
        if cam is not None and item.path is not None and prediction.graded is not None:
            write_cam_files(cam, prediction.graded, stem=item.path.stem)
        records.append(as_record(prediction))
        if prediction.graded is not None:
            n_learnt += prediction.graded.learnt
            origins[prediction.graded.origin_caution] += 1
            cautions += [f"{item.name}: {caution}" for caution in prediction.graded.cautions]
        if sys.stderr.isatty():
            print(f"\r{len(records)} of {len(wanted)}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r", end="", file=sys.stderr)
    origins.pop("", None)
    return records, n_learnt, [*cautions, *(f"{n} images: {text}" for text, n in origins.items())]
