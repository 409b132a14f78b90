"""`python -m sgus baselines RUN`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def command(
    run: Annotated[Path, typer.Argument(help="Finished run directory")],
    resamples: Annotated[int, typer.Option(help="Resamples of the patient bootstrap")] = 2000,
    seed: Annotated[int, typer.Option(help="Seed of the resamples and of the trees")] = 0,
    cohort: Annotated[Path | None, typer.Option(help="Cohort of the run; else looked for")] = None,
    minutes: Annotated[
        float, typer.Option(help="Give up where texture features would take longer")
    ] = 30.0,
) -> None:
    """Train the majority and texture baselines on the run's own folds and compare.

    Writes RUN/baselines.json and RUN/baselines.csv. Texture features are kept in the cohort's
    cache by the hash of each image.
    """
    from sgus.report.baseline_lines import baseline_lines
    from sgus.workflows.baselines import run_baselines

    def tick(done: int, of: int, left_s: float) -> None:
        if sys.stderr.isatty():
            said = f"\r{done} of {of} images, about {left_s:.0f} s left  "
            print(said, end="" if done < of else "\n", file=sys.stderr, flush=True)

    report = run_baselines(
        run,
        cohort=cohort,
        n_resamples=resamples,
        seed=seed,
        say=lambda line: print(line, file=sys.stderr),
        tick=tick,
        limit_minutes=minutes,
    )
    print("\n".join(baseline_lines(report)))
