"""The ledger: entries are added, and neither changed nor taken out.

SQLite's triggers refuse a change by whoever opens the file with SQL. Each entry also holds the
hash of the one before it, so that a change by other means shows; see `Ledger.verify`. Entries
cut off at the end cannot be seen in the file alone: note the head now and then.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sgus.review.entry import START, Draft, Entry, canonical, hash_of
from sgus.review.form import LedgerError
from sgus.review.schema import COLUMNS, STATEMENTS, TRIGGERS, VERSION

LEDGER_FILE: Final = "adjudication.sqlite"
BUSY_S: Final = 10.0
"""How long one process waits for another's entry, each a few milliseconds."""

_INSERT: Final = (
    f"INSERT INTO entries ({', '.join(COLUMNS)})"  # noqa: S608 (constants)
    f" VALUES ({', '.join(f':{name}' for name in COLUMNS)})"
)
Writer = Callable[[Sequence[Entry]], "Draft | Entry"]


@dataclass(frozen=True)
class Verdict:
    """What `Ledger.verify` found.

    Attributes:
        n: Entries.
        head: Hash of the last one; `START` where there is none.
        problems: What is wrong, plain sentences; empty where nothing is.
    """

    n: int
    head: str
    problems: tuple[str, ...]


class Ledger:
    """The ledger of a cohort. Safe for many processes and threads at once.

    Every method may raise `LedgerError` where the file cannot be read or written, a full disk
    included; then nothing has been written.

    Args:
        path: The database; made where there is none, whole or not at all.

    Raises:
        LedgerError: It is of another version, or no ledger.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            self._make()
        with self._connected() as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            cause = f"it is a ledger of version {version}, and this program reads {VERSION}"
            raise LedgerError(self._item, cause, "Use the program that made it")

    @property
    def _item(self) -> str:
        """What a message calls it: pages show messages, and nobody there needs to know a path."""
        return f"the ledger of the cohort {self.path.resolve().parent.name}"

    def add(self, draft: Draft) -> Entry:
        """Add an entry; when this returns it is on disk.

        Raises:
            LedgerError: The ledger refuses it: the case is decided, or nothing is to be undone.
        """
        return self.write(draft.queue, lambda _: draft)

    def write(self, queue: str, writer: Writer) -> Entry:
        """Add an entry that depends on what is written, with nobody writing in between.

        Args:
            queue: What entries the writer is given.
            writer: Makes the entry from the queue's entries so far; it may raise to write
                nothing, or give back an entry that is there already, which is then returned.
        """
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                made = writer(_read(connection, queue))
                if not isinstance(made, Entry):
                    made = _append(connection, made)
                connection.execute("COMMIT")
            except sqlite3.IntegrityError as error:
                step = "Look at the case again: somebody may have been faster"
                raise LedgerError("the entry", f"it is refused: {error}", step) from error
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        return made

    def entries(self, queue: str | None = None) -> list[Entry]:
        """The entries in their order; of one queue, or all."""
        with self._connected() as connection:
            return _read(connection, queue)

    def people(self) -> list[str]:
        """Everybody who wrote an entry, in the order of their first."""
        with self._connected() as connection:
            rows = connection.execute("SELECT who FROM entries GROUP BY who ORDER BY min(number)")
            return [row["who"] for row in rows]

    def verify(self, *, head: str = "") -> Verdict:
        """Compute every hash again and look for gaps.

        Args:
            head: A head noted before; it has to be one of the hashes, or entries were cut off.
        """
        with self._connected() as connection:
            (sound,) = connection.execute("PRAGMA integrity_check").fetchone()
            said = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            there = {row["name"] for row in said}
            found = [] if sound == "ok" else [f"the file is damaged: {sound}"]
            missing = ", ".join(name for name in TRIGGERS if name not in there)
            try:
                entries = _read(connection, None)
            except LedgerError as error:
                return Verdict(0, START, (*found, error.cause))
        found += [f"a guard was taken out: {missing}"] if missing else []
        found += _breaks(entries)
        if head and head not in {START, *(entry.hash for entry in entries)}:
            found.append("the head noted before is not there: entries were cut off or replaced")
        return Verdict(len(entries), entries[-1].hash if entries else START, tuple(found))

    def _make(self) -> None:
        """Made beside its place and linked there: of several processes one wins, all use it."""
        folder = self.path.parent
        try:
            with tempfile.TemporaryDirectory(dir=folder, prefix=f".{self.path.name}.") as name:
                made = Path(name) / self.path.name
                with closing(sqlite3.connect(made, isolation_level=None)) as connection:
                    connection.execute("PRAGMA journal_mode = WAL")
                    connection.execute("BEGIN")
                    for statement in STATEMENTS:
                        connection.execute(statement)
                    connection.execute("COMMIT")
                with contextlib.suppress(FileExistsError):
                    os.link(made, self.path)
        except (OSError, sqlite3.Error) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            cause = f"it cannot be made ({why})"
            raise LedgerError(self._item, cause, "See that the folder can be written to") from error

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        # Not made here: a ledger that somebody deleted must not come back empty.
        place = f"{self.path.resolve().as_uri()}?mode=rw"
        try:
            connection = sqlite3.connect(place, uri=True, timeout=BUSY_S, isolation_level=None)
            with closing(connection):
                connection.row_factory = sqlite3.Row
                connection.execute("PRAGMA synchronous = FULL")  # survives a power cut
                connection.execute("PRAGMA recursive_triggers = ON")  # REPLACE asks them too
                yield connection
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise
        except sqlite3.DatabaseError as error:
            cause = f"it cannot be used now ({error})"
            step = (
                "See that the disk has room and that the file is there and can be written; put a "
                "damaged one back from a backup. Then try again"
            )
            raise LedgerError(self._item, cause, step) from error


def _append(connection: sqlite3.Connection, draft: Draft) -> Entry:
    last = connection.execute(
        "SELECT number, at, hash FROM entries ORDER BY number DESC LIMIT 1"
    ).fetchone()
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    said = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    # As it will be read again, or its hash would not be found again.
    said |= {name: json.loads(canonical(said[name])) for name in ("items", "saw")}
    said["seconds"] = None if draft.seconds is None else float(draft.seconds)
    entry = Entry(
        **said,
        number=last["number"] + 1 if last else 1,
        at=max(now, last["at"]) if last else now,  # a clock set back does not turn the order round
        previous=last["hash"] if last else START,
    )
    entry = replace(entry, hash=hash_of(entry))
    row = asdict(entry) | {"items": canonical(entry.items), "saw": canonical(entry.saw)}
    connection.execute(_INSERT, row)
    return entry


def _read(connection: sqlite3.Connection, queue: str | None) -> list[Entry]:
    where = "" if queue is None else " WHERE queue = :queue"
    rows = connection.execute(
        f"SELECT * FROM entries{where} ORDER BY number",  # noqa: S608 (constants)
        {"queue": queue},
    )
    return [_entry(dict(row)) for row in rows]


def _entry(row: dict[str, Any]) -> Entry:
    try:
        said = {name: json.loads(row[name]) for name in ("items", "saw")}
    except ValueError as error:
        cause = f"entry {row['number']} is not what was written, and cannot be read"
        raise LedgerError("the ledger", cause, "Restore the file from a copy") from error
    return Entry(**row | said)


def _breaks(entries: Sequence[Entry]) -> list[str]:
    """Where the chain breaks; every entry is looked at, so that all places are named."""
    found, previous = [], START
    for place, entry in enumerate(entries, start=1):
        if entry.number != place:
            found.append(f"entry {place} is missing (entry {entry.number} stands in its place)")
            return found
        if entry.hash != hash_of(entry):
            found.append(f"entry {entry.number} is not what was written")
        if entry.previous != previous:
            found.append(f"entry {entry.number} does not follow the one before it")
        previous = entry.hash
    return found
