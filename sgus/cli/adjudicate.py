"""`python -m sgus adjudicate list|export|verify COHORT`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import pandas as pd

    from sgus.workflows.adjudication import QueueState

app = typer.Typer(
    help="What adjudicators decided: its queues, its table of ratings, its ledger.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

CohortDir = Annotated[Path, typer.Argument(metavar="COHORT", help="Directory of the cohort")]
_PROBLEMS = 1


@app.command("list")
def list_(
    cohort: CohortDir,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else")] = False,
) -> None:
    """The queues, the newest first, and how many grades are settled."""
    from sgus.workflows.adjudication import queues, settled

    states, frame = queues(cohort), settled(cohort)
    if json:
        from sgus.core.files import to_json

        print(to_json({"queues": [_record(s) for s in states], "settled": _counts(frame)}), end="")
        return
    for state in states:
        print(_line(state))
    if not states:
        print("No queue was made yet. Make one on the page Confusions.")
        return
    said = ", ".join(f"{count} {source}" for source, count in _counts(frame).items() if count)
    print(f"Grades of {int(frame['current'].sum())} images: {said or 'none yet'}.")


@app.command()
def export(
    cohort: CohortDir,
    out: Annotated[Path, typer.Option(help="The table to write; it must not exist")],
) -> None:
    """Write the decisions as a table of ratings, a row a reading, for `agreement`.

    One reader for each adjudicator, and one called `adjudicated` for what was settled.
    """
    from sgus.workflows.adjudication import export_ratings

    made = export_ratings(cohort, out)
    for note in made.notes:
        print(f"Note: {note}", file=sys.stderr)
    raters = ", ".join(made.raters)
    print(f"{made.path}: {made.n_rows} readings of {made.n_images} images by {raters}")


@app.command()
def verify(
    cohort: CohortDir,
    *,
    head: Annotated[
        str, typer.Option(help="A head printed before: shows whether entries were cut off since")
    ] = "",
) -> None:
    """Compute every hash of the ledger again; ends with 1 where something was changed."""
    from sgus.workflows.adjudication import verify as compute

    verdict = compute(cohort, head=head)
    for problem in verdict.problems:
        print(f"Problem: {problem}")
    if verdict.problems:
        raise typer.Exit(_PROBLEMS)
    print(f"{verdict.n} entries, none changed or missing. Head: {verdict.head}")


def _line(state: QueueState) -> str:
    about = f" ({state.boundary})" if state.boundary else ""
    done = ", ".join(f"{who} {phase} {n}" for (phase, who), n in state.done.items())
    ends = "" if state.training else f"; {state.differing} differ, {state.settled} settled"
    kind = "training" if state.training else "adjudication"
    return f"{state.name}{about}: {kind}, {state.n} images; {done or 'nothing decided'}{ends}"


def _record(state: QueueState) -> dict[str, object]:
    from dataclasses import asdict

    done = [{"phase": phase, "who": who, "n": n} for (phase, who), n in state.done.items()]
    return asdict(state) | {"done": done}


def _counts(frame: pd.DataFrame) -> dict[str, int]:
    """How many images count, by how they were settled, and how many do not count any more."""
    current = frame.loc[frame["current"]]
    sources = ("agreed", "consensus", "single")
    counts = {source: int((current["source"] == source).sum()) for source in sources}
    return counts | {"changed since, not counted": len(frame) - len(current)}
