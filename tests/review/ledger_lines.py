"""Entries for tests: short to write, and tied together as the ledger ties them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sgus.review.entry import START, Draft, Entry, hash_of

HASH = "a" * 64


def decision(who: str, image: str, grade: int | None, *, phase: str = "first", **more) -> Draft:
    """A decision of the queue `q`."""
    said = {"confidence": "high", "sha256": HASH, "saw": {"blind": True}} | more
    return Draft(who, "decision", "q", phase, image, grade=grade, **said)


def made(images: Sequence[str], *, queue: str = "q", training: bool = False) -> Draft:
    """The entry that makes a queue whose orders are those of its images, and the reverse."""
    orders = {"first": list(images), "second": list(reversed(images))}
    body = {"boundary": "0/1", "words": "", "seed": 0, "training": training, "orders": orders}
    return Draft("Maker", "queue", queue, saw=body | {"images": dict.fromkeys(images, HASH)})


def tied(drafts: Sequence[Draft]) -> list[Entry]:
    """Entries as the ledger would have them."""
    entries: list[Entry] = []
    for number, draft in enumerate(drafts, start=1):
        previous = entries[-1].hash if entries else START
        said = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
        entry = Entry(**said, number=number, at=f"2026-01-01T00:00:{number:02}", previous=previous)
        entries.append(replace(entry, hash=hash_of(entry)))
    return entries
