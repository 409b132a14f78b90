"""`python -m sgus check COHORT`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    cohort: Annotated[Path, typer.Argument(help="Cohort directory")],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines")] = False,
) -> None:
    """List every problem of a cohort, each with its row and what to do.

    The exit status is 0 when there is none, 1 when there are problems, 2 when it cannot be checked.
    """
    from sgus.core.files import to_json
    from sgus.workflows.checking import check_cohort

    result = check_cohort(cohort)
    print(to_json(result.as_dict()) if json else result.text())
    raise typer.Exit(1 if result.problems else 0)
