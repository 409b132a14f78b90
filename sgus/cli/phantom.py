"""`python -m sgus phantom --out COHORT`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer


def command(
    *,
    out: Annotated[Path, typer.Option(help="The cohort's own directory, made here")],
    preset: Annotated[
        str,
        typer.Option(
            help="demo: four centres, five readers; published: the structure of the three "
            "published sets; pretraining: every severity and device, for teaching a network"
        ),
    ] = "demo",
    patients: Annotated[
        int | None, typer.Option(help="How many; else demo 50, published 219, pretraining 500")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same cohort")] = 0,
    processes: Annotated[
        int | None, typer.Option(help="How many work side by side; else one a processor")
    ] = None,
) -> None:
    """Simulate a cohort with known truth: images, gland masks, severities and readings.

    Its images are SYNTHETIC PHANTOMS and say so. The cohort is written whole or not at all.
    """
    from sgus.workflows.phantoms import describe, make_phantom_cohort

    with _progress_bar() as progress:
        result = make_phantom_cohort(
            out,
            preset=preset,
            patients=patients,
            seed=seed,
            processes=processes,
            progress=progress,
        )
    print(describe(result))
    print(f"\nNext: python -m sgus check {out}")


@contextmanager
def _progress_bar() -> Iterator[Callable[[int, int], None] | None]:
    """A bar with the time left, where somebody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), "images, left", TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
