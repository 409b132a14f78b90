"""One case after the other: what is shown, what was decided, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sgus.review.blinding import unblinded
from sgus.review.entry import Draft, Entry, Phase
from sgus.review.form import LedgerError, check_answer
from sgus.review.queue import (
    person_key,
    queue_log,
    refuse_phase,
    undo_draft,
)
from sgus.workflows.adjudication_showing import case_picture, next_picture
from sgus.workflows.adjudication_store import cohort_of, log_of, name_of, open_ledger

_NOT_MEASURED_ABOVE_S: Final = 3600.0
"""Longer than this nobody looks at a case: the page was left open, and no time is written."""


@dataclass(frozen=True, eq=False)
class BlindCase:
    """An image as an adjudicator sees it: nothing that tells whose it is or what others said.

    Attributes:
        position: Its place in this phase, from 1.
        n: Images of this phase (of `consensus`: those on which the two differ).
        token: Names the case to `decide` and `mark_shown`, and says nothing of the image.
        picture: PNG bytes of the ultrasound area, text masked; a phantom's carries the strip
            SYNTHETIC PHANTOM below it.
        width_px: Columns of the picture.
        height_px: Rows of the picture, the strip included.
        spacing_mm: Size of a pixel; None where not known.
        synthetic: The image is a phantom.
    """

    position: int
    n: int
    token: str
    picture: bytes
    width_px: int
    height_px: int
    spacing_mm: float | None
    synthetic: bool


@dataclass(frozen=True)
class Opinion:
    """What one of the two said of an image that goes to consensus.

    Attributes:
        who: The adjudicator.
        grade: 0 to 3; None where they could not grade it.
        confidence: `low`, `medium` or `high`.
        items: Items of the form that they filled in.
        reason: Reason code, or "".
    """

    who: str
    grade: int | None
    confidence: str
    items: Mapping[str, str]
    reason: str


def next_case(cohort_dir: Path, queue: str, *, who: str, phase: Phase) -> BlindCase | None:
    """The first image of a person's order that they have not decided; None when all are.

    Reading only: the same case comes until it is decided, and comes back when that is undone.
    An image that cannot be read, or has changed since the queue was made, is passed over and
    stays undecided; `unshown` counts these.

    Raises:
        LedgerError: The phase is not this person's, or there is no such queue.
    """
    log = log_of(cohort_dir, queue)
    name = name_of(cohort_dir, who)
    refuse_phase(log, phase, who=name)
    found = next_picture(cohort_dir, log, phase, who=name)
    if found is None:
        return None
    image, shown = found
    order = log.order(phase)
    return BlindCase(
        position=order.index(image) + 1,
        n=len(order),
        token=log.token(phase, image),
        picture=shown.data,
        width_px=shown.width_px,
        height_px=shown.height_px,
        spacing_mm=shown.spacing_mm,
        synthetic=shown.synthetic,
    )


def mark_shown(
    cohort_dir: Path,
    queue: str,
    *,
    who: str,
    phase: Phase,
    token: str,
    saw: Mapping[str, Any] | None = None,
) -> None:
    """Write down that a case is on screen; doing so again before it is decided writes nothing."""
    ledger = open_ledger(cohort_dir)
    name = name_of(cohort_dir, who)
    log = log_of(cohort_dir, queue)
    refuse_phase(log, phase, who=name)
    image = log.image_of(phase, token)
    draft = Draft(
        name,
        "shown",
        log.name,
        phase,
        image,
        sha256=log.images[image],
        manifest_hash=cohort_of(cohort_dir).manifest_hash,
        saw=dict(saw or {}),
    )

    def write(entries: Sequence[Entry]) -> Draft | Entry:
        mine = [e for e in entries if e.phase == phase and person_key(e.who) == person_key(name)]
        last = mine[-1] if mine else None
        again = last is not None and last.kind == "shown" and last.image_id == image
        return last if again and last is not None else draft

    ledger.write(log.name, write)


def decide(
    cohort_dir: Path,
    queue: str,
    *,
    who: str,
    phase: Phase,
    token: str,
    grade: int | None,
    confidence: str,
    items: Mapping[str, str] | None = None,
    reason: str = "",
    seconds: float | None = None,
    saw: Mapping[str, Any] | None = None,
) -> Entry:
    """Write a decision; when this returns, it is on disk.

    The same answer given twice (a key pressed twice, a page run again) is written once.

    Args:
        cohort_dir: The cohort.
        queue: Name of the queue.
        who: The adjudicator.
        phase: The phase.
        token: Of the `BlindCase`.
        grade: 0 to 3; None with the reason `not_gradable`.
        confidence: `low`, `medium` or `high`.
        items: Items of the form, `sgus.review.form.ITEMS`; any may be left out.
        reason: A code of `sgus.review.form.REASONS`, or "".
        seconds: How long the person looked; since `mark_shown` when None.
        saw: What the page showed: ids of atlas images, display settings. That the case was
            blinded, and the hash of the picture, is added here.

    Raises:
        LedgerError: Something is not on the form, the case is not open to this person, or
            another answer stands already.
        ImageError: The image file is not the one that was queued, or is gone.
    """
    check_answer(grade, confidence=confidence, items=items or {}, reason=reason)
    ledger = open_ledger(cohort_dir)
    name = name_of(cohort_dir, who)
    everything = ledger.entries()
    log = queue_log(everything, queue)
    image = log.image_of(phase, token)
    shown = case_picture(cohort_dir, log, phase, image)
    told = unblinded(everything, image, who=name)
    draft = Draft(
        name,
        "decision",
        log.name,
        phase,
        image,
        sha256=shown.sha256,
        manifest_hash=cohort_of(cohort_dir).manifest_hash,
        grade=grade,
        confidence=confidence,
        items=dict(items or {}),
        reason=reason,
        saw=dict(saw or {})
        | {
            "blind": phase != "consensus" and not told,
            "made_queue": person_key(name) == person_key(log.made.who),
            "picture_sha256": shown.picture_sha256,
        },
    )
    return ledger.write(log.name, lambda entries: _decision(draft, entries, seconds=seconds))


def _decision(draft: Draft, entries: Sequence[Entry], *, seconds: float | None) -> Draft | Entry:
    """What to write now that nobody else writes: the decision, or the same one from before."""
    phase, image = draft.phase or "first", draft.image_id or ""
    log = queue_log(entries, draft.queue)
    refuse_phase(log, phase, who=draft.who)
    before = log.decision(phase, image, who=draft.who)
    if before is not None:
        same = (before.grade, before.confidence, before.items, before.reason)
        mine = person_key(before.who) == person_key(draft.who)
        if mine and same == (draft.grade, draft.confidence, draft.items, draft.reason):
            return before
        # One's own answer that one does not know of was given in another window, or browser.
        by = "in another window" if mine else f"by {before.who}"
        raise LedgerError("the last case", f"it was decided {by} already", "That decision stands")
    if phase == "consensus" and image not in log.differing():
        raise LedgerError("the case", "the two do not differ on it any more", "Go on")
    return replace(draft, seconds=_seconds(draft, entries) if seconds is None else seconds)


def _seconds(draft: Draft, entries: Sequence[Entry]) -> float | None:
    """Since the case was shown; None where it was not, or too long ago for anybody to look."""
    shown = [
        entry.at
        for entry in entries
        if entry.kind == "shown"
        and (entry.phase, entry.image_id) == (draft.phase, draft.image_id)
        and person_key(entry.who) == person_key(draft.who)
    ]
    if not shown:
        return None
    passed = (datetime.now(UTC) - datetime.fromisoformat(shown[-1])).total_seconds()
    return round(passed, 3) if 0 <= passed <= _NOT_MEASURED_ABOVE_S else None


def undo(cohort_dir: Path, queue: str, *, who: str, phase: Phase) -> Entry:
    """Take back the person's last decision of a phase, by a new entry; its case comes next.

    Raises:
        LedgerError: There is nothing to take back, or the answer was revealed since, so that a
            new decision would not be blind.
    """
    ledger = open_ledger(cohort_dir)
    name = name_of(cohort_dir, who)
    manifest_hash = cohort_of(cohort_dir).manifest_hash

    def write(entries: Sequence[Entry]) -> Draft:
        log = queue_log(entries, queue)
        return undo_draft(log, phase, who=name, manifest_hash=manifest_hash)

    return ledger.write(queue, write)


def opinions(cohort_dir: Path, queue: str, *, who: str, token: str) -> tuple[Opinion, Opinion]:
    """First and second opinion on a case of the phase `consensus`; who looks is written down.

    From now on neither of the two can be taken back: the consensus settles the image.

    Raises:
        LedgerError: The token is of no case on which the two differ.
    """
    log = log_of(cohort_dir, queue)
    image = log.image_of("consensus", token)
    if (person_key(who), "consensus", image) not in log.shown:
        mark_shown(cohort_dir, queue, who=who, phase="consensus", token=token)
    one, two = (
        Opinion(entry.who, entry.grade, entry.confidence, entry.items, entry.reason)
        for phase in ("first", "second")
        if (entry := log.decision(phase, image)) is not None
    )
    return one, two
