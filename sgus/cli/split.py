"""`python -m sgus split COHORT --scheme SCHEME`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    cohort: Annotated[Path, typer.Argument(help="Cohort directory")],
    *,
    scheme: Annotated[str, typer.Option(help="holdout, kfold or leave-one-centre-out")] = "holdout",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same split")] = 0,
    name: Annotated[str | None, typer.Option(help="Name of the split; else the scheme's")] = None,
    fractions: Annotated[
        tuple[float, float, float],
        typer.Option(help="holdout: shares of training, validation and test"),
    ] = (0.70, 0.15, 0.15),
    folds: Annotated[int, typer.Option(help="kfold: number of folds")] = 5,
    validation_fraction: Annotated[
        float,
        typer.Option(help="kfold, leave-one-centre-out: share of the training side; 0 for none"),
    ] = 0.15,
) -> None:
    """Divide a cohort by patient, with the grades in proportion, into COHORT/splits/NAME.json.

    Patients, identical and nearly identical images are never divided.
    """
    from sgus.workflows.splitting import split_cohort

    result = split_cohort(
        cohort,
        scheme,
        seed=seed,
        name=name,
        fractions=fractions,
        n_folds=folds,
        validation_fraction=validation_fraction,
    )
    print(result.text())
    print(f"\nNext: python -m sgus train {cohort} --split {result.split.name}")
