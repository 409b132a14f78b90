"""What the page says of queues, in plain sentences; no streamlit here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import count
from pathlib import Path
from typing import Final

from sgus.core.errors import SgusError
from sgus.review.entry import Phase
from sgus.review.queue import person_key
from sgus.workflows.adjudication import QueueState, Unshown, queues

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


NAME_HELP: Final = (
    "Adjudicators see it while they decide: it should tell neither boundary nor run nor why these "
    "images."
)
_MOST_NAMED: Final = 10


def neutral_name(taken: Collection[str], *, word: str = "Queue") -> str:
    """A name that no queue has yet and that tells nothing of its images: `Queue 1`, `Queue 2`.

    The name is on the screen of whoever decides blinded: a boundary or a run in it would tell.

    Args:
        taken: Names of the queues there are; case makes no other name.
        word: What it begins with.
    """
    known = {one.casefold() for one in taken}
    return next(name for n in count(1) if (name := f"{word} {n}").casefold() not in known)


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


def queue_lines(state: QueueState, *, telling: bool = False) -> list[str]:
    """What a queue is and how far it has come.

    Args:
        state: The queue.
        telling: Also at which boundary it lies and why these images; see `may_know`.
    """
    made = f"{plural(state.n, 'image')}. Made by {state.made_by}, {state.at[:10]}."
    lines = [made, *([about_words(state)] if telling else [])]
    return [*lines, *(_trained(state) if state.training else _settling(state))]


def about_words(state: QueueState) -> str:
    """The boundary of a queue and why it has these images: not for who is to decide blinded."""
    about = f"Boundary {state.boundary}" if state.boundary else "No one boundary"
    return f"{about}. {state.words}".strip()


def may_know(state: QueueState, who: str, *, has_open: bool, over: bool) -> bool:
    """Whether a person may read at which boundary a queue lies, and why it has these images.

    Who knows that a case is contested between 0 and 1 looks for 0 or 1. So only who has decided
    and can decide no more, or who made the queue and knows it, as long as they decide nothing.

    Args:
        state: The queue.
        who: The person, "" where no name is given.
        has_open: A phase is open to them.
        over: Nobody has anything left to decide; of training nobody asks.
    """
    if not who:
        return False
    took_part = any(person_key(name) == person_key(who) for _, name in state.done)
    if not took_part:
        return person_key(state.made_by) == person_key(who)
    return not has_open and (state.training or over)


def unshown_words(found: Sequence[Unshown], n: int) -> str:
    """Which cases cannot be shown, and why; "" where all can.

    Args:
        found: They, in their order.
        n: Cases of the phase.
    """
    said = []
    for changed, one, several in (
        (
            True,
            "the file is not the one that was queued",
            "the files are not those that were queued",
        ),
        (False, "no picture can be made of the file", "no pictures can be made of the files"),
    ):
        places = [str(case.position) for case in found if case.changed == changed]
        if not places:
            continue
        more = " and more" if len(places) > _MOST_NAMED else ""
        single = len(places) == 1
        cases = f"case{'' if single else 's'} {', '.join(places[:_MOST_NAMED])}{more}"
        stay = "it stays undecided" if single else "they stay undecided"
        said.append(
            f"{len(places)} of {plural(n, 'picture')} cannot be shown: "
            f"{one if single else several} ({cases}; {stay})."
        )
    return " ".join(said)


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


def after_phase(
    state: QueueState, phase: Phase, who: str, *, open_: Collection[Phase], over: bool
) -> str:
    """What comes next for somebody who has decided everything of a phase.

    Args:
        state: The queue.
        phase: Which phase is done.
        who: The person.
        open_: The phases in which there is something to do for this person.
        over: Nobody has anything left to decide that can be shown.
    """
    if phase == "training":
        return "Your learning curve shows how your agreement with the readers went."
    if state.finished or over:
        finished = (
            "The queue is finished" if state.finished else "Nothing is left that can be shown"
        )
        return f"{finished}: {state.settled} of {state.n} images have a settled grade."
    if state.second is None:
        return (
            "Next: somebody else grades the same images as second adjudicator, without seeing what "
            "you said. Where the two of you differ, the consensus opens."
        )
    is_first = person_key(who) == person_key(state.first or "")
    other = state.second if is_first else state.first
    if "consensus" in open_ and phase != "consensus":
        return (
            f"You and {other} differ on {plural(state.differing, 'image')} so far: settle them "
            "together, before you look at what the readers and the model said."
        )
    return f"Next: {other} goes on; differences come up for consensus as they appear."


def nothing_open(state: QueueState, who: str, *, n_unshown: int = 0) -> str:
    """Why a person has nothing to do in a queue.

    Args:
        state: The queue.
        who: The person.
        n_unshown: Their undecided cases that cannot be shown.
    """
    if state.training:
        return "You have graded all of it" + (" that can be shown." if n_unshown else ".")
    if state.finished:
        return ""
    if person_key(who) in map(person_key, filter(None, (state.first, state.second))):
        if n_unshown:
            return "You have finished: you have decided all that can be shown."
        return "You have done your part so far."
    if state.first is None or state.second is None:
        return "None of its undecided pictures can be shown."
    return f"{state.first} and {state.second} are its two adjudicators."
