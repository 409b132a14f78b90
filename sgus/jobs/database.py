"""Opening the queue's SQLite file: made whole or not at all, short transactions, no waiting."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sgus.jobs.errors import JobError, QueueError
from sgus.jobs.schema import STATEMENTS, VERSION

BUSY_S: Final = 10.0
"""How long one process waits for another's transaction, each a few milliseconds."""


def make_database(path: Path) -> None:
    """Make the database where there is none.

    It is made beside its place and then linked there: a kill or a full disk leaves no half, and
    of several processes that do this at once one wins and all use its file.

    Raises:
        JobError: The file is of another version of this program.
        QueueError: It cannot be read or written.
        OSError: Its folder cannot be written.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            made = Path(folder) / path.name
            with (
                _understood(path),
                closing(sqlite3.connect(made, isolation_level=None)) as connection,
            ):
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("BEGIN")
                for statement in STATEMENTS:
                    connection.execute(statement)
                connection.execute("COMMIT")
            with contextlib.suppress(FileExistsError):
                os.link(made, path)
    with connected(path) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != VERSION:
        raise JobError(
            path,
            f"it is a queue of version {version}, and this program reads version {VERSION}",
            "Use the program that made it, or another folder of runs",
        )


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection for one operation, so that threads and processes share nothing but the file.

    Raises:
        QueueError: The file cannot be read or written.
    """
    # Not made here: a database that somebody deleted must not come back empty.
    place = f"{path.resolve().as_uri()}?mode=rw"
    with _understood(path):
        connection = sqlite3.connect(place, uri=True, timeout=BUSY_S, isolation_level=None)
        with closing(connection):
            connection.row_factory = sqlite3.Row
            connection.execute(
                "PRAGMA synchronous = FULL"
            )  # what was accepted survives a power cut
            connection.execute("PRAGMA foreign_keys = ON")
            yield connection


@contextmanager
def _understood(path: Path) -> Iterator[None]:
    """Turn what the disk does to SQLite into a sentence; what this program does wrong stays."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        raise QueueError(
            path,
            f"the queue cannot be used now ({error})",
            "See that the disk has room and the file is there, then try again",
        ) from error


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """A transaction that holds the write lock from its beginning: all of it, or nothing."""
    with connected(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
