"""`python -m sgus audit RUN` or `python -m sgus audit MODEL COHORT`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def command(
    target: Annotated[Path, typer.Argument(help="Finished run directory, or model directory")],
    cohort: Annotated[
        Path | None, typer.Argument(help="Cohort; needed for a model, of a run else looked for")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON")] = False,
    maps: Annotated[int, typer.Option(help="Images whose maps are tested; 0 for none")] = 32,
    resamples: Annotated[int, typer.Option(help="Resamples of the patient bootstrap")] = 2000,
    seed: Annotated[int, typer.Option(help="Seed of resamples and random orders")] = 0,
    out: Annotated[Path | None, typer.Option(help="Write the JSON there as well")] = None,
) -> None:
    """Look for shortcuts: what a model still knows when the gland is hidden.

    Each fold's own model judges only its test images. Writes RUN/audit.json; in a model directory
    nothing is written. Also tests the activation maps: share inside the gland, randomised weights,
    deletion curves.
    """
    from sgus.core.errors import ConfigError
    from sgus.core.files import to_json, write_json
    from sgus.workflows.audit import audit
    from sgus.workflows.audit_words import audit_lines

    if out is not None and out.exists():
        raise ConfigError(out, "there is a file already", "Name another file")

    def progress(what: str, done: int, of: int) -> None:
        if sys.stderr.isatty():
            end = "" if done < of else "\n"
            print(f"\r{what}: {done} of {of}  ", end=end, file=sys.stderr, flush=True)

    result = audit(
        target, cohort=cohort, n_maps=maps, n_resamples=resamples, seed=seed, progress=progress
    )
    if out is not None:
        write_json(out, result)
    print(to_json(result) if as_json else "\n".join(audit_lines(result)), end="\n"[as_json:])
