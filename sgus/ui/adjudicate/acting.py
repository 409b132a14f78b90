"""From a key to the ledger: what is done with an event of the browser; no streamlit here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sgus.core.errors import SgusError
from sgus.review.entry import Phase
from sgus.review.form import LedgerError
from sgus.ui.adjudicate.events import SAVE, UNDO, Event
from sgus.ui.adjudicate.form_keys import answer_of
from sgus.workflows import adjudication


@dataclass(frozen=True)
class Place:
    """Where an adjudicator is.

    Attributes:
        cohort_dir: The cohort.
        queue: Name of the queue.
        phase: `first`, `second`, `consensus` or `training`.
        who: The adjudicator's name.
    """

    cohort_dir: Path
    queue: str
    phase: Phase
    who: str


@dataclass(frozen=True)
class Reply:
    """What came of an event.

    Attributes:
        nonce: Of the event.
        words: A sentence for the adjudicator.
        saved: The ledger has it.
    """

    nonce: str
    words: str
    saved: bool


def act(place: Place, event: Event, *, atlas_ids: Sequence[str]) -> Reply:
    """Write a decision, or take the last one back.

    Args:
        place: Who decides, and where.
        event: `save` or `undo`.
        atlas_ids: The reference images that were on screen; part of what was seen.

    Returns:
        Whether it is written, and what to say; a refusal of the ledger is said in its words.
    """
    try:
        if event.kind == SAVE:
            return _save(place, event, {"atlas": list(atlas_ids), "screen": dict(event.screen)})
        if event.kind == UNDO:
            _refuse_late(place, event)
            adjudication.undo(place.cohort_dir, place.queue, who=place.who, phase=place.phase)
            return Reply(event.nonce, "Taken back: decide this case again.", saved=True)
    except SgusError as error:
        return Reply(event.nonce, str(error), saved=False)
    return Reply(event.nonce, "", saved=False)


def _refuse_late(place: Place, event: Event) -> None:
    """An undo that was sent twice, or from a window left open, must not take back a second one.

    Raises:
        LedgerError: Another case is next by now.
    """
    case = adjudication.next_case(
        place.cohort_dir, place.queue, who=place.who, phase=place.phase
    )  # fmt: skip
    if case is not None and case.token != event.token:
        cause = "another case has come since"
        raise LedgerError("the undo", cause, "Look again, and undo from there")


def _save(place: Place, event: Event, saw: Mapping[str, Any]) -> Reply:
    answer = answer_of(event.form)
    adjudication.decide(
        place.cohort_dir, place.queue, who=place.who, phase=place.phase, token=event.token,
        grade=answer.grade, confidence=answer.confidence, items=answer.items,
        reason=answer.reason, seconds=event.seconds, saw=saw,
    )  # fmt: skip
    said = "cannot be graded" if answer.grade is None else f"grade {answer.grade}"
    return Reply(event.nonce, f"Saved: {said}.", saved=True)
