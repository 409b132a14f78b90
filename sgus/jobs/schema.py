"""The database of the queue: its tables, and what it refuses whoever asks."""

from __future__ import annotations

from typing import Final

from sgus.jobs.states import STATES, TRANSITIONS

VERSION: Final = 1
"""Kept in `user_version`: a database of a later version is refused."""

_ALLOWED: Final = ", ".join(
    f"('{before}', '{after}')" for before, ways in TRANSITIONS.items() for after in ways
)

STATEMENTS: Final = (
    f"""
    CREATE TABLE jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        command TEXT NOT NULL,
        directory TEXT NOT NULL UNIQUE COLLATE NOCASE,
        user TEXT NOT NULL,
        estimate_s REAL,
        created TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN {STATES!r}),
        attempt INTEGER NOT NULL DEFAULT 0,
        position INTEGER NOT NULL,
        cancel_requested INTEGER NOT NULL DEFAULT 0,
        reason TEXT NOT NULL DEFAULT '',
        changed TEXT NOT NULL,
        beat INTEGER NOT NULL DEFAULT 0,
        fruitless INTEGER NOT NULL DEFAULT 0,
        reached TEXT NOT NULL DEFAULT '[0, 0, 0]',
        stalled INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    "CREATE INDEX jobs_by_state ON jobs (state, position)",
    "CREATE INDEX jobs_by_user ON jobs (user, state)",
    """
    CREATE TABLE events (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        job INTEGER NOT NULL REFERENCES jobs (id),
        before TEXT,
        after TEXT NOT NULL,
        at TEXT NOT NULL,
        reason TEXT NOT NULL,
        attempt INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX events_by_job ON events (job, id)",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    # What must hold is held here, so that no code, present or later, can forget it.
    """
    CREATE TRIGGER submitted AFTER INSERT ON jobs BEGIN
        INSERT INTO events (job, before, after, at, reason, attempt)
        VALUES (NEW.id, NULL, NEW.state, NEW.changed, NEW.reason, NEW.attempt);
    END
    """,
    """
    CREATE TRIGGER changed AFTER UPDATE OF state ON jobs WHEN OLD.state <> NEW.state BEGIN
        INSERT INTO events (job, before, after, at, reason, attempt)
        VALUES (NEW.id, OLD.state, NEW.state, NEW.changed, NEW.reason, NEW.attempt);
    END
    """,
    f"""
    CREATE TRIGGER allowed BEFORE UPDATE OF state ON jobs
    WHEN OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (VALUES {_ALLOWED}) BEGIN
        SELECT RAISE(ABORT, 'a job cannot change its state in this way');
    END
    """,
    """
    CREATE TRIGGER jobs_stay BEFORE DELETE ON jobs BEGIN
        SELECT RAISE(ABORT, 'jobs are never deleted');
    END
    """,
    """
    CREATE TRIGGER events_stay BEFORE DELETE ON events BEGIN
        SELECT RAISE(ABORT, 'events are never deleted');
    END
    """,
    f"PRAGMA user_version = {VERSION}",
)
