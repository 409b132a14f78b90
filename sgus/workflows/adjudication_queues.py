"""Queues of images to be settled, and how far each has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sgus.cohort.manifest import Cohort
from sgus.review.boundary import BOUNDARIES
from sgus.review.entry import PHASES, Phase
from sgus.review.form import LedgerError
from sgus.review.queue import QueueLog, closed, person_key, queue_draft, queue_log
from sgus.review.settle import logs
from sgus.workflows.adjudication_showing import next_picture
from sgus.workflows.adjudication_store import (
    cohort_of,
    entries_of,
    hash_now,
    log_of,
    name_of,
    open_ledger,
    reader_votes,
    reference_of,
    row_of,
)


@dataclass(frozen=True)
class QueueState:
    """A queue and how far it has come.

    Attributes:
        name: Its name.
        n: Images.
        training: It is for training readers and settles nothing.
        boundary: `0/1`, `1/2`, `2/3`, or "" where it is about none.
        words: Why these images, as its maker said (a closed word list of the page).
        made_by: Who made it.
        at: When, UTC.
        first: Who decides first; None while nobody has decided.
        second: Who decides second; None while nobody has.
        done: Images decided, by phase and person: `{("first", "Anna"): 7}`.
        differing: Images on which first and second differ.
        settled: Images with a grade both gave, or a consensus.
        finished: Both have decided all images and every difference is settled.
    """

    name: str
    n: int
    training: bool
    boundary: str
    words: str
    made_by: str
    at: str
    first: str | None
    second: str | None
    done: Mapping[tuple[Phase, str], int]
    differing: int
    settled: int
    finished: bool


def make_queue(
    cohort_dir: Path,
    name: str,
    image_ids: Sequence[str],
    *,
    who: str,
    boundary: str = "",
    words: str = "",
    seed: int = 0,
    training: bool = False,
) -> QueueState:
    """Put images into a queue, each adjudicator's order shuffled by the seed.

    Args:
        cohort_dir: The cohort.
        name: A name no other queue has, 1 to 60 letters, digits, spaces and `-_.()/`.
        image_ids: Its images, each once; the order does not matter.
        who: Who makes it.
        boundary: `0/1`, `1/2`, `2/3`, or "".
        words: Why these images, at most 300 characters.
        seed: Of the orders.
        training: For training readers: nothing of it is ever settled or exported.

    Raises:
        LedgerError: The name is taken or not allowed, the boundary is unknown, there is no image,
            or one is unknown, excluded, named twice, not the file that was imported, or, for
            training, neither read nor graded by anybody.
    """
    cohort = cohort_of(cohort_dir)
    if boundary and boundary not in BOUNDARIES:
        known = ", ".join(BOUNDARIES)
        raise LedgerError(f"boundary {boundary!r}", "it is unknown", f"Use one of: {known}")
    _refuse_images(cohort, image_ids, training=training)
    hashes = {image: hash_now(cohort, row_of(cohort, image)) for image in image_ids}
    said = dict(zip(cohort.images["image_id"], cohort.images["sha256"], strict=True))
    if changed := [i for i in image_ids if not hashes[i] or said[i] not in ("", hashes[i])]:
        cause = "the file is missing or not the one that was imported"
        raise LedgerError(", ".join(changed[:10]), cause, "Run the check verb on the cohort")
    ledger = open_ledger(cohort_dir)
    draft = queue_draft(
        name,
        images=hashes,
        who=name_of(cohort_dir, who),
        boundary=boundary,
        words=words,
        seed=seed,
        training=training,
        manifest_hash=cohort.manifest_hash,
    )
    taken = [log.name for log in logs(ledger.entries())]
    if draft.queue.casefold() in map(str.casefold, taken):
        cause = "there is a queue of this name"
        raise LedgerError(f"queue {draft.queue}", cause, "Choose another name")
    made = ledger.add(draft)
    return _state(queue_log([made], made.queue))


def _refuse_images(cohort: Cohort, image_ids: Sequence[str], *, training: bool) -> None:
    if twice := sorted({i for i in image_ids if list(image_ids).count(i) > 1}):
        raise LedgerError(", ".join(twice[:10]), "it is named twice", "Name each image once")
    rows = {image: row_of(cohort, image) for image in image_ids}
    excluded = [i for i, row in rows.items() if cohort.images["excluded"].iat[row]]
    if excluded:
        cause = "the cohort excludes it"
        raise LedgerError(", ".join(excluded[:10]), cause, "Take it out of the queue")
    if not training:
        return
    votes = reader_votes(cohort)
    silent = [i for i, row in rows.items() if i not in votes and reference_of(cohort, row) is None]
    if silent:
        cause = "nobody read or graded it, so that there is nothing to learn from"
        raise LedgerError(", ".join(silent[:10]), cause, "Take it out of the queue")


def queues(cohort_dir: Path) -> list[QueueState]:
    """All queues of a cohort, the newest first; none where there is no ledger."""
    return [_state(log) for log in reversed(logs(entries_of(cohort_dir)))]


def _state(log: QueueLog) -> QueueState:
    done: dict[tuple[Phase, str], int] = {}
    names: dict[str, str] = {}
    for phase in PHASES:
        for entry in log.decisions(phase):
            who = names.setdefault(person_key(entry.who), entry.who)
            done[phase, who] = done.get((phase, who), 0) + 1
    differing = log.differing()
    both = [i for i in log.images if log.decision("first", i) and log.decision("second", i)]
    open_ = [i for i in differing if log.decision("consensus", i) is None]
    return QueueState(
        name=log.name,
        n=len(log.images),
        training=log.training,
        boundary=str(log.made.saw["boundary"]),
        words=str(log.made.saw["words"]),
        made_by=log.made.who,
        at=log.made.at,
        first=log.role("first"),
        second=log.role("second"),
        done=done,
        differing=len(differing),
        settled=len(both) - len(open_),
        finished=not log.training and len(both) == len(log.images) and not open_,
    )


def open_phases(cohort_dir: Path, queue: str, *, who: str) -> tuple[Phase, ...]:
    """The phases in which there is something left to do for a person, in their order.

    `first` and `second` are never both offered to one person: who has begun as one stays it.
    Cases that cannot be shown are nothing that is left to do.
    """
    log = log_of(cohort_dir, queue)
    name = name_of(cohort_dir, who)
    return tuple(
        phase
        for phase in PHASES
        if closed(log, phase, who=name) is None
        and next_picture(cohort_dir, log, phase, who=name) is not None
    )
