"""The hash of an entry: worked out by hand, and moved by every field."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace

from sgus.review.entry import START, Entry, hash_of

ENTRY = Entry(
    who="Anna", kind="decision", queue="q", phase="first", image_id="i1", sha256="s",
    manifest_hash="m", grade=1, confidence="low", items={"quality": "good"}, reason="between",
    seconds=4.5, saw={"blind": True}, number=2, at="2026-01-01T00:00:00", previous=START,
)  # fmt: skip


def test_hash_is_sha256_of_sorted_json_of_all_but_itself():
    said = {
        "at": "2026-01-01T00:00:00", "confidence": "low", "grade": 1, "image_id": "i1",
        "items": {"quality": "good"}, "kind": "decision", "manifest_hash": "m", "number": 2,
        "phase": "first", "previous": "0" * 64, "queue": "q", "reason": "between",
        "saw": {"blind": True}, "seconds": 4.5, "sha256": "s", "undoes": None, "who": "Anna",
    }  # fmt: skip
    text = json.dumps(said, separators=(",", ":"))
    assert hash_of(ENTRY) == hashlib.sha256(text.encode()).hexdigest()


def test_every_field_but_the_hash_moves_the_hash():
    other = {
        "who": "Bert", "kind": "shown", "queue": "r", "phase": "second", "image_id": "i2",
        "sha256": "t", "manifest_hash": "n", "grade": None, "confidence": "high", "items": {},
        "reason": "", "seconds": None, "saw": {}, "undoes": 1, "number": 3, "at": "2027",
        "previous": "1" * 64,
    }  # fmt: skip
    assert set(other) == {field.name for field in fields(Entry)} - {"hash"}
    moved = {hash_of(replace(ENTRY, **{name: value})) for name, value in other.items()}
    assert len(moved | {hash_of(ENTRY)}) == len(other) + 1
    assert hash_of(replace(ENTRY, hash="x")) == hash_of(ENTRY)
