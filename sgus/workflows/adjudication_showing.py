"""Which cases of a queue can be shown; one that cannot is passed over, and keeps nobody waiting."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from sgus.cohort.manifest import Cohort
from sgus.core.errors import ImageError
from sgus.core.files import sha256_file
from sgus.review.entry import Phase
from sgus.review.form import LedgerError
from sgus.review.queue import QueueLog
from sgus.workflows.adjudication_pictures import ShownPicture, shown_picture
from sgus.workflows.adjudication_store import cohort_of, log_of, name_of, row_of
from sgus.workflows.cohort_gallery import image_file

_KEPT: Final = 4096


@dataclass(frozen=True)
class Unshown:
    """A case that cannot be shown and stays undecided.

    Attributes:
        position: Its place in the phase, from 1: the number of the case, not which image it is.
        changed: The file is gone or not the one that was queued; else it is that file, and there
            is no picture of an ultrasound area to be made of it.
    """

    position: int
    changed: bool


def case_picture(cohort_dir: Path, log: QueueLog, phase: Phase, image: str) -> ShownPicture:
    """The picture of a queue's image, which must still be the file the queue was made of.

    Raises:
        ImageError: It cannot be shown; the message tells its place in the phase, not its name.
    """
    item = f"case {log.order(phase).index(image) + 1} of the queue {log.name}"
    cohort = cohort_of(cohort_dir)
    try:
        shown = shown_picture(cohort, row_of(cohort, image))
    except (ImageError, LedgerError) as error:  # the latter: it was taken out of the cohort
        raise ImageError(item, error.cause, "Go on with the next case") from error
    if shown.sha256 != log.images[image]:
        cause = "its file is not the one that was queued"
        raise ImageError(item, cause, "Go on with the next case")
    return shown


def next_picture(
    cohort_dir: Path, log: QueueLog, phase: Phase, *, who: str
) -> tuple[str, ShownPicture] | None:
    """The first undecided image that can be shown, and its picture; None where there is none."""
    return next(_pictures(cohort_dir, log, phase, who=who), None)


def _pictures(
    cohort_dir: Path, log: QueueLog, phase: Phase, *, who: str
) -> Iterator[tuple[str, ShownPicture]]:
    for image in log.undecided(phase, who=who):
        try:
            yield image, case_picture(cohort_dir, log, phase, image)
        except ImageError:  # counted by `unshown`
            continue


def unshown(cohort_dir: Path, queue: str, *, who: str, phase: Phase) -> tuple[Unshown, ...]:
    """The undecided cases of a person that cannot be shown, in their order.

    Files that changed are found wherever they stand; what is no picture, only up to the case
    that is next, because finding out means opening it. Where no case is next, all are found.

    Args:
        cohort_dir: The cohort.
        queue: Name of the queue.
        who: The person.
        phase: The phase; whether it is open to this person is not asked.

    Raises:
        LedgerError: There is no such queue.
    """
    log = log_of(cohort_dir, queue)
    name = name_of(cohort_dir, who)
    order = log.order(phase)
    places = {image: place for place, image in enumerate(order, start=1)}
    found = next_picture(cohort_dir, log, phase, who=name)
    before = places[found[0]] if found else len(order) + 1
    cohort = cohort_of(cohort_dir)
    rows = {str(image): row for row, image in enumerate(cohort.images["image_id"])}
    said = []
    for image in log.undecided(phase, who=name):
        changed = image not in rows or _hash(cohort, rows[image]) != log.images[image]
        if changed or places[image] < before:
            said.append(Unshown(places[image], changed))
    return tuple(said)


def nothing_left(cohort_dir: Path, queue: str) -> bool:
    """Whether two people have decided, and settled, every case of a queue that can be shown.

    Raises:
        LedgerError: There is no such queue.
    """
    log = log_of(cohort_dir, queue)
    first, second = log.role("first"), log.role("second")
    if first is None or second is None:
        return False
    steps: tuple[tuple[Phase, str], ...] = (
        ("first", first), ("second", second), ("consensus", first),
    )  # fmt: skip
    return all(next_picture(cohort_dir, log, phase, who=who) is None for phase, who in steps)


def _hash(cohort: Cohort, row: int) -> str:
    """SHA-256 of an image's file, computed once while the file stays as it is; "" without one."""
    try:
        path = image_file(cohort, row)
        now = os.stat(path)
        return _hash_at(path, (now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino))
    except (OSError, ImageError):
        return ""


@lru_cache(maxsize=_KEPT)
def _hash_at(path: Path, state: tuple[int, ...]) -> str:
    return sha256_file(path)
