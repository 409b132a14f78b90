"""`python -m sgus train COHORT --split NAME`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    cohort: Annotated[Path, typer.Argument(help="Cohort directory")],
    *,
    split: Annotated[
        str, typer.Option(help="Name of a split, or `everything` for a final model")
    ] = "holdout",
    preset: Annotated[
        str, typer.Option(help="quick, short, full (the default), reference, phantom or laptop")
    ] = "default",
    config: Annotated[Path | None, typer.Option(help="JSON file of settings")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="key=value, as epochs=10; may be repeated")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Run directory; else runs/COHORT-SPLIT")] = None,
    show: Annotated[bool, typer.Option("--show", help="Print the settings and stop")] = False,
) -> None:
    """Train on every fold of a split and write predictions; resumes a killed run."""
    from sgus.core.config import read_settings
    from sgus.core.files import to_json
    from sgus.train.config import make_config
    from sgus.workflows.training import EVERYTHING, run_training

    values = read_settings(config) if config else None
    chosen = make_config(preset, values=values, settings=set_ or [])
    if show:
        print(to_json(chosen.model_dump(mode="json")), end="")
        return
    kind = "" if preset == "default" else f"-{preset}"
    run_dir = out or Path("runs") / f"{cohort.resolve().name}-{split}{kind}"
    result = run_training(
        cohort, split, config=chosen, run_dir=run_dir, say=lambda line: print(line, flush=True)
    )
    print(f"Written: {run_dir} ({len(result.predictions)} predictions)")
    if split == EVERYTHING:  # there is nothing left to test it on
        judged = "--judged-by RUN, an evaluated run of the same settings on a split"
        print(f"Next: python -m sgus publish {run_dir} --name NAME {judged}")
    else:
        print(f"Next: python -m sgus evaluate {run_dir}")
