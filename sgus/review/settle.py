"""What two adjudicators and their consensus come to, image by image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sgus.review.entry import Entry
from sgus.review.queue import QueueLog, queue_log

Source = Literal["agreed", "consensus", "single"]


@dataclass(frozen=True)
class Settlement:
    """The outcome for an image.

    Attributes:
        image_id: The image.
        sha256: Of the file that was seen.
        grade: 0 to 3; None where they found that it cannot be graded.
        source: `agreed`, `consensus`, or `single` where only one of the two has decided.
        first: Grade of the first adjudicator; None where there is none.
        second: Grade of the second; None where there is none.
        entries: Numbers of the decisions it rests on, rising.
        blind: Nobody of the two had been shown before what others say of the image.
    """

    image_id: str
    sha256: str
    grade: int | None
    source: Source
    first: int | None
    second: int | None
    entries: tuple[int, ...]
    blind: bool


def logs(entries: Sequence[Entry]) -> list[QueueLog]:
    """All queues of a ledger, in the order they were made."""
    of_queue: dict[str, list[Entry]] = {}
    for entry in entries:
        of_queue.setdefault(entry.queue, []).append(entry)
    return [queue_log(mine, name) for name, mine in of_queue.items()]


def settle(entries: Sequence[Entry]) -> list[Settlement]:
    """The outcome for each image of any queue but those for training, sorted by image.

    Where several queues settled an image, what two people settled stands before what one said,
    and then the later before the earlier. An image on which two differ is not settled by that
    queue until there is a consensus.

    Args:
        entries: The whole ledger.
    """
    best: dict[str, Settlement] = {}
    for log in logs(entries):
        if log.training:
            continue
        for made in _settled(log):
            other = best.get(made.image_id)
            if other is None or _rank(made) > _rank(other):
                best[made.image_id] = made
    return [best[image] for image in sorted(best)]


def _rank(made: Settlement) -> tuple[bool, int]:
    return made.source != "single", made.entries[-1]


def _settled(log: QueueLog) -> Iterator[Settlement]:
    for image in log.images:
        first, second = log.decision("first", image), log.decision("second", image)
        both = [entry for entry in (first, second) if entry is not None]
        consensus = log.decision("consensus", image) if len(both) == 2 else None
        source: Source
        if len(both) == 2 and both[0].grade == both[1].grade:
            source, consensus = "agreed", None
        elif consensus is not None:
            source = "consensus"
        elif len(both) == 1:
            source = "single"
        else:
            continue
        last = consensus or both[-1]
        used = [*both, consensus] if consensus else both
        yield Settlement(
            image_id=image,
            sha256=last.sha256,
            grade=last.grade,
            source=source,
            first=first.grade if first else None,
            second=second.grade if second else None,
            entries=tuple(sorted(entry.number for entry in used)),
            blind=all(entry.saw.get("blind") is True for entry in both),
        )
