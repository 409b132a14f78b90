"""`python -m sgus agreement RATINGS.csv|COHORT`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

if TYPE_CHECKING:
    from sgus.stats.agreement.family import Agreement
    from sgus.workflows.observers import Observed

Intervals = Literal["auto", "closed", "bootstrap"]
_MOST_RESAMPLES: Final = 20_000


Ratings = Annotated[
    Path,
    typer.Argument(
        help="CSV or Excel table, a row a reading (image_id, rater_id, reading, grade) or a row an "
        "image with a column a reader; or a cohort directory"
    ),
]
Columns = list[str] | None
How = Annotated[
    Intervals,
    typer.Option(
        help="auto: by formula where there is one and no patient has two images, else by "
        "resampling; closed: by formula wherever there is one; bootstrap: by resampling"
    ),
]


def command(
    ratings: Ratings,
    *,
    grades: Annotated[
        str | None,
        typer.Option(help="The scale, rising; never read off the data. Default: 0,1,2,3"),
    ] = None,
    patient_column: Annotated[
        str | None,
        typer.Option(help="Column of the patients. Default: patient_id where there is one"),
    ] = None,
    ignore: Annotated[Columns, typer.Option(help="Column to leave out; repeat it")] = None,
    attribute_column: Annotated[
        Columns, typer.Option(help="Column that describes the image, no reader's; repeat it")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook")] = None,
    resamples: Annotated[int, typer.Option(help="Resamples of the patient bootstrap")] = 2000,
    seed: Annotated[int, typer.Option(help="Seed of the resamples")] = 0,
    intervals: How = "auto",
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else")] = False,
    csv: Annotated[Path | None, typer.Option(help="Also write every figure to a CSV file")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing CSV file")] = False,
) -> None:
    """How far readers agree: every coefficient with its interval, n and method.

    The grades that could be given are --grades; a table with others is refused.
    """
    scale = None if grades is None else _scale(grades)
    _check(resamples, seed)
    _check_csv(csv, ratings, force=force)
    from sgus.stats.agreement.everything import agreement_figures
    from sgus.workflows.observers import observe

    observed = observe(
        ratings,
        grades=scale,
        patient_column=patient_column,
        ignore=ignore or (),
        attribute_columns=attribute_column or (),
        sheet=sheet,
    )
    figures = agreement_figures(
        observed.readings, n_resamples=resamples, seed=seed, intervals=intervals
    )
    _say(observed, figures, resamples=resamples, seed=seed, json=json, csv=csv)


def _say(
    observed: Observed,
    figures: list[Agreement],
    *,
    resamples: int,
    seed: int,
    json: bool,
    csv: Path | None,
) -> None:
    """Write and print; notes go beside the text, and into the JSON."""
    from sgus.core.files import to_json, write_text
    from sgus.workflows.observer_report import agreement_csv, agreement_document
    from sgus.workflows.observer_text import agreement_text

    if csv is not None:
        write_text(csv, agreement_csv(figures))
    if json:
        document = agreement_document(observed, figures, n_resamples=resamples, seed=seed)
        print(to_json(document), end="")
        return
    for note in observed.notes:
        print(f"Note: {note}", file=sys.stderr)
    print(agreement_text(observed, figures, n_resamples=resamples, seed=seed), end="")


def _scale(text: str) -> tuple[int, ...]:
    from sgus.core.errors import ConfigError

    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        cause = f"{text!r} is no list of whole numbers"
        raise ConfigError("--grades", cause, "Write all grades with commas: 0,1,2,3") from error


def _check(resamples: int, seed: int) -> None:
    """Refuse before computing what would be refused after it."""
    from sgus.core.errors import ConfigError

    if not 0 <= resamples <= _MOST_RESAMPLES:
        cause = f"{resamples} is not from 0 to {_MOST_RESAMPLES}"
        raise ConfigError("--resamples", cause, "2000 is enough for most tables")
    if seed < 0:
        raise ConfigError("--seed", f"{seed} is below 0", "Give 0 or more")


def _check_csv(csv: Path | None, ratings: Path, *, force: bool) -> None:
    """Refuse to replace a file unasked, and the readings themselves even when asked."""
    from sgus.core.errors import ConfigError

    if csv is None or not csv.exists():
        return
    if csv.is_dir():
        raise ConfigError("--csv", f"{csv} is a directory", "Name a file in it")
    if csv.resolve().is_relative_to(ratings.resolve()):  # itself, or a file of the cohort
        cause = "the ratings are read from there, and are never replaced"
        raise ConfigError(csv, cause, "Name another file")
    if not force:
        raise ConfigError(csv, "the file is there already", "Name another, or add --force")
