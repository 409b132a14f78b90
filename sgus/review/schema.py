"""The database of the ledger: one table, and what it refuses whoever asks."""

from __future__ import annotations

from typing import Final

from sgus.core.grades import GRADES
from sgus.review.entry import KINDS, PHASES, START
from sgus.review.form import CONFIDENCES

VERSION: Final = 1
"""Kept in `user_version`: a ledger of another version is refused."""

COLUMNS: Final = (
    "number", "at", "who", "kind", "queue", "phase", "image_id", "sha256", "manifest_hash",
    "grade", "confidence", "items", "reason", "seconds", "saw", "undoes", "previous", "hash",
)  # fmt: skip

_LIVE: Final = (
    "SELECT 1 FROM entries AS d WHERE d.kind = 'decision' AND d.queue = NEW.queue"
    " AND d.phase = NEW.phase AND d.image_id = NEW.image_id"
    " AND (NEW.phase <> 'training' OR d.who = NEW.who)"
    " AND NOT EXISTS (SELECT 1 FROM entries AS u WHERE u.undoes = d.number)"
)
_UNDOABLE: Final = (
    "SELECT 1 FROM entries AS d WHERE d.number = NEW.undoes AND d.kind = 'decision'"
    " AND d.who = NEW.who AND d.queue = NEW.queue AND d.phase = NEW.phase"
    " AND d.image_id = NEW.image_id"
)
_LAST: Final = "(SELECT hash FROM entries ORDER BY number DESC LIMIT 1)"

STATEMENTS: Final = (
    f"""
    CREATE TABLE entries (
        number INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        who TEXT NOT NULL CHECK (who <> ''),
        kind TEXT NOT NULL CHECK (kind IN {KINDS!r}),
        queue TEXT NOT NULL CHECK (queue <> ''),
        phase TEXT CHECK (phase IN {PHASES!r}),
        image_id TEXT,
        sha256 TEXT NOT NULL,
        manifest_hash TEXT NOT NULL,
        grade INTEGER CHECK (grade IN {GRADES!r}),
        confidence TEXT NOT NULL,
        items TEXT NOT NULL,
        reason TEXT NOT NULL,
        seconds REAL CHECK (seconds >= 0),
        saw TEXT NOT NULL,
        undoes INTEGER UNIQUE REFERENCES entries (number),
        previous TEXT NOT NULL UNIQUE,
        hash TEXT NOT NULL UNIQUE,
        CHECK ((kind = 'queue') = (phase IS NULL)),
        CHECK (kind IN ('queue', 'reveal') = (image_id IS NULL)),
        CHECK ((kind = 'undo') = (undoes IS NOT NULL)),
        CHECK (kind = 'decision' OR grade IS NULL),
        CHECK (kind <> 'decision' OR confidence IN {CONFIDENCES!r}),
        CHECK (kind <> 'decision' OR length(sha256) = 64)
    ) STRICT
    """,
    "CREATE INDEX entries_by_queue ON entries (queue, phase, image_id)",
    "CREATE UNIQUE INDEX queues_by_name ON entries (lower(queue)) WHERE kind = 'queue'",
    # What must hold is held here, so that no code, present or later, can forget it.
    """
    CREATE TRIGGER entries_stay_as_they_are BEFORE UPDATE ON entries BEGIN
        SELECT RAISE(ABORT, 'entries of the ledger are never changed');
    END
    """,
    """
    CREATE TRIGGER entries_stay BEFORE DELETE ON entries BEGIN
        SELECT RAISE(ABORT, 'entries of the ledger are never deleted');
    END
    """,
    # REPLACE deletes without asking the trigger above: it could only replace an earlier number.
    f"""
    CREATE TRIGGER entries_follow BEFORE INSERT ON entries
    WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM entries)
        OR NEW.previous IS NOT coalesce({_LAST}, '{START}')
        OR EXISTS (SELECT 1 FROM entries WHERE hash = NEW.hash OR undoes = NEW.undoes
            OR (NEW.kind = 'queue' AND kind = 'queue' AND lower(queue) = lower(NEW.queue)))
    BEGIN
        SELECT RAISE(ABORT, 'an entry must follow the last one');
    END
    """,  # noqa: S608 (constants)
    f"""
    CREATE TRIGGER one_decision BEFORE INSERT ON entries
    WHEN NEW.kind = 'decision' AND EXISTS ({_LIVE}) BEGIN
        SELECT RAISE(ABORT, 'this case is decided already');
    END
    """,
    f"""
    CREATE TRIGGER own_decision BEFORE INSERT ON entries
    WHEN NEW.kind = 'undo' AND NOT EXISTS ({_UNDOABLE}) BEGIN
        SELECT RAISE(ABORT, 'only an own decision can be undone');
    END
    """,
    f"PRAGMA user_version = {VERSION}",
)
TRIGGERS: Final = (
    "entries_follow", "entries_stay", "entries_stay_as_they_are", "one_decision", "own_decision",
)  # fmt: skip
"""What `verify` looks for: without them the file is an ordinary table."""
