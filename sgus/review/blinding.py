"""Who is not blind any more: what the ledger shows that a person was told of an image."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sgus.review.entry import Entry
from sgus.review.queue import person_key


def unblinded(entries: Iterable[Entry], image_id: str, *, who: str) -> bool:
    """Whether a person was shown, anywhere in the ledger, what others say of an image.

    By a reveal, by its consensus, or because it stood in an atlas with its grade.

    Args:
        entries: The ledger.
        image_id: The image.
        who: The person.
    """
    person = person_key(who)
    return any(person_key(entry.who) == person and _tells(entry, image_id) for entry in entries)


def _tells(entry: Entry, image_id: str) -> bool:
    if entry.kind == "queue":
        return False
    if entry.kind == "reveal":
        return image_id in entry.saw["images"]
    opened = entry.kind == "shown" and entry.phase == "consensus" and entry.image_id == image_id
    return opened or image_id in _named(entry.saw.get("atlas"))


def _named(value: Any) -> set[str]:
    """The ids in a list, or in the lists of each grade."""
    if isinstance(value, Mapping):
        return {name for part in value.values() for name in _named(part)}
    return set(map(str, value)) if isinstance(value, list) else set()
