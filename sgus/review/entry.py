"""One line of the ledger, and the hash that ties it to the one before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from sgus.core.files import sha256_bytes

Kind = Literal["queue", "shown", "decision", "undo", "reveal"]
KINDS: Final[tuple[Kind, ...]] = ("queue", "shown", "decision", "undo", "reveal")
Phase = Literal["first", "second", "consensus", "training"]
PHASES: Final[tuple[Phase, ...]] = ("first", "second", "consensus", "training")

START: Final = "0" * 64
"""What stands for the hash before the first entry."""


@dataclass(frozen=True)
class Draft:
    """What is to be written; the ledger adds number, time and hashes.

    Attributes:
        who: The person's name.
        kind: What happened.
        queue: Name of the queue.
        phase: None for a queue's own entry.
        image_id: None for a queue's own entry and for a reveal, which names its images in `saw`.
        sha256: Of the image file as it was, "" where there is no image.
        manifest_hash: Of the cohort as it was.
        grade: 0 to 3; None where the image cannot be graded, and for other kinds.
        confidence: Of a decision, else "".
        items: Of a decision: item of the form to value.
        reason: Of a decision: reason code, or "".
        seconds: Of a decision: from showing to confirming; None where not measured.
        saw: What was on screen. Of a queue: its definition. Of a reveal: its `images`.
        undoes: Number of the decision that is undone.
    """

    who: str
    kind: Kind
    queue: str
    phase: Phase | None = None
    image_id: str | None = None
    sha256: str = ""
    manifest_hash: str = ""
    grade: int | None = None
    confidence: str = ""
    items: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    seconds: float | None = None
    saw: Mapping[str, Any] = field(default_factory=dict)
    undoes: int | None = None


@dataclass(frozen=True)
class Entry(Draft):
    """What was written, and never changes.

    Attributes:
        number: From 1, without gaps.
        at: When, UTC, ISO 8601 with microseconds.
        previous: Hash of the entry before, `START` for the first.
        hash: SHA-256 of all the above.
    """

    number: int = 0
    at: str = ""
    previous: str = START
    hash: str = ""


def canonical(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces, NaN refused."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def hash_of(entry: Entry) -> str:
    """SHA-256 of everything an entry says, its number and the hash before it included."""
    said = asdict(entry)
    del said["hash"]
    return sha256_bytes(canonical(said).encode())
