"""What the page says of queues, in plain sentences; no streamlit here."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

from sgus.core.errors import SgusError
from sgus.review.entry import Phase
from sgus.review.queue import person_key
from sgus.workflows.adjudication import QueueState, queues

START_WORDS = {
    "first": "Grade as first adjudicator",
    "second": "Grade as second adjudicator",
    "consensus": "Settle the differences",
    "training": "Train",
}
GO_ON_WORDS = {
    "first": "Go on as first adjudicator",
    "second": "Go on as second adjudicator",
    "consensus": "Go on settling",
    "training": "Go on training",
}


LONGEST_QUEUE: Final = 60


def free_name(name: str, taken: Collection[str]) -> str:
    """A name that no queue has yet: `NAME`, `NAME 2`, `NAME 3`.

    Args:
        name: The wish.
        taken: Names of the queues there are; case makes no other name.
    """
    known = {one.casefold() for one in taken}
    number, tried = 1, name
    while tried.casefold() in known:
        number += 1
        tail = f" {number}"
        tried = f"{name[: LONGEST_QUEUE - len(tail)].rstrip()}{tail}"
    return tried


def queue_names(cohort: Path | None) -> list[str]:
    """Names of the queues of a cohort; none where its ledger cannot be read, which is said later.

    Args:
        cohort: The cohort, None where there is none at hand.
    """
    try:
        return [] if cohort is None else [state.name for state in queues(cohort)]
    except SgusError:
        return []


def plural(n: int, word: str) -> str:
    """`1 image`, `2 images`."""
    return f"{n:,} {word}" if n == 1 else f"{n:,} {word}s"


def done_by(state: QueueState, phase: Phase, who: str) -> int:
    """How many images a person has decided in a phase, however they write their name."""
    mine = person_key(who)
    return sum(
        n for (at, name), n in state.done.items() if at == phase and person_key(name) == mine
    )


def button_words(state: QueueState, phase: Phase, who: str) -> str:
    """What the button of a phase says: how to begin, or how to go on."""
    begun = done_by(state, phase, who) > 0
    return (GO_ON_WORDS if begun else START_WORDS)[phase]


def queue_lines(state: QueueState) -> list[str]:
    """What a queue is and how far it has come.

    Args:
        state: The queue.
    """
    about = f"boundary {state.boundary}" if state.boundary else "no one boundary"
    made = f"{plural(state.n, 'image')}, {about}. Made by {state.made_by}, {state.at[:10]}."
    lines = [f"{made} {state.words}".strip()]
    return [*lines, *(_trained(state) if state.training else _settling(state))]


def _trained(state: QueueState) -> list[str]:
    graded = [
        f"{who} {n} of {state.n}" for (phase, who), n in state.done.items() if phase == "training"
    ]
    return [f"Graded by: {', '.join(graded)}." if graded else "Nobody has trained with it yet."]


def _settling(state: QueueState) -> list[str]:
    if state.finished:
        return [
            f"Finished: {state.first} and {state.second} have decided all images, and "
            f"{state.settled} of {state.n} have a settled grade."
        ]
    parts = [
        _reader("First adjudicator", state, "first", state.first),
        _reader("second adjudicator", state, "second", state.second),
    ]
    lines = [f"{'; '.join(parts)}."]
    if state.first is not None and state.second is not None:
        differ = f"They differ on {plural(state.differing, 'image')}"
        lines.append(f"{differ}; {state.settled} of {state.n} are settled.")
    return lines


def _reader(title: str, state: QueueState, phase: Phase, who: str | None) -> str:
    if who is None:
        return f"{title}: nobody yet"
    return f"{title}: {who}, {done_by(state, phase, who)} of {state.n}"


def after_phase(state: QueueState, phase: Phase, who: str) -> str:
    """What comes next for somebody who has decided everything of a phase.

    Args:
        state: The queue.
        phase: Which phase is done.
        who: The person.
    """
    if phase == "training":
        return "Your learning curve shows how your agreement with the readers went."
    if state.finished:
        return f"The queue is finished: {state.settled} of {state.n} images have a settled grade."
    if state.second is None:
        return (
            "Next: somebody else grades the same images as second adjudicator, without seeing what "
            "you said. Where the two of you differ, the consensus opens."
        )
    is_first = person_key(who) == person_key(state.first or "")
    other = state.second if is_first else state.first
    if state.differing and phase != "consensus":
        return (
            f"You and {other} differ on {plural(state.differing, 'image')} so far: settle them "
            "together, before you look at what the readers and the model said."
        )
    return f"Next: {other} goes on; differences come up for consensus as they appear."


def nothing_open(state: QueueState, who: str) -> str:
    """Why a person has nothing to do in a queue."""
    if state.training:
        return "You have graded all of it."
    if state.finished:
        return ""
    if person_key(who) in map(person_key, filter(None, (state.first, state.second))):
        return "You have done your part so far."
    return f"{state.first} and {state.second} are its two adjudicators."
