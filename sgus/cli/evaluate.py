"""`python -m sgus evaluate RUN`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    run: Annotated[Path, typer.Argument(help="Run directory with predictions.csv")],
    resamples: Annotated[int, typer.Option(help="Resamples of the patient bootstrap")] = 2000,
    seed: Annotated[int, typer.Option(help="Seed of the resamples")] = 0,
    cohort: Annotated[
        Path | None,
        typer.Option(help="Cohort of the run, for the ceiling of its readers; else looked for"),
    ] = None,
) -> None:
    """Write RUN/report.json and print its figures."""
    from sgus.report.tables import text_report
    from sgus.workflows.evaluating import REPORT, evaluate_run

    report = evaluate_run(run, n_resamples=resamples, seed=seed, cohort=cohort)
    print(text_report(report), end="")
    print(f"\nWritten: {run / REPORT}")
