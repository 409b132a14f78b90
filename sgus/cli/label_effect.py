"""`python -m sgus label-effect RUN RUN`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    runs: Annotated[list[Path], typer.Argument(help="Finished runs, tested on the same images")],
    resamples: Annotated[int, typer.Option(help="Resamples of the patient bootstrap")] = 2000,
    seed: Annotated[int, typer.Option(help="Seed of the resamples")] = 0,
    data: Annotated[
        Path | None, typer.Option(help="Folder of cohorts, for ratings and adjudicated grades")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print an object instead of text")] = False,
) -> None:
    """What other labels did: figures of runs against every version of the same test labels.

    Warns where the test labels themselves were changed. Writes nothing.
    """
    from sgus.core.files import to_json
    from sgus.report.label_lines import effect_lines
    from sgus.workflows.label_effect import label_effect

    effect = label_effect(runs, data=data, n_resamples=resamples, seed=seed)
    print(to_json(effect) if json else "\n".join(effect_lines(effect)))
