"""The queue: jobs in SQLite, each change of state one conditional UPDATE."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection
from typing import Any, Final

from sgus.jobs.database import connected, make_database, writing
from sgus.jobs.errors import JobError, TakenError
from sgus.jobs.job import Event, Job, Marks, job_of
from sgus.jobs.spec import JobSpec, utc_now
from sgus.jobs.states import OPEN, RESUMABLE, State

STORE_FILE: Final = "jobs.sqlite"
LIMIT_PER_USER: Final = 10
"""Jobs that one person may have waiting or running, unless said otherwise."""
_LONGEST_REASON: Final = 1000

_CLAIM: Final = """
    UPDATE jobs SET state = 'running', attempt = attempt + 1, changed = :now, reason = ''
    WHERE id = (
        SELECT id FROM jobs
        WHERE state IN ('lost', 'queued')
            AND id NOT IN (SELECT value FROM json_each(:without))
        ORDER BY state = 'lost' DESC, position, id LIMIT 1
    ) AND (SELECT count(*) FROM jobs WHERE state = 'running') < :slots
    RETURNING *
"""
_END: Final = """
    UPDATE jobs SET state = :to, reason = :reason, changed = :now, cancel_requested = 0,
        beat = :beat, fruitless = :fruitless, reached = :reached, stalled = :stalled
    WHERE id = :id AND state = 'running' AND attempt = :attempt
        AND (:to <> 'lost' OR cancel_requested = 0)
    RETURNING *
"""
_RESUME: Final = """
    UPDATE jobs SET state = 'queued', reason = :reason, changed = :now, fruitless = 0, stalled = 0,
        cancel_requested = 0, position = (SELECT max(position) + 1 FROM jobs)
    WHERE id = :id RETURNING *
"""
_LIST: Final = """
    SELECT * FROM jobs
    WHERE state IN (SELECT value FROM json_each(:states)) AND (:user IS NULL OR user = :user)
    ORDER BY CASE state WHEN 'running' THEN 0 WHEN 'lost' THEN 1 WHEN 'queued' THEN 2 ELSE 3 END,
        CASE WHEN state IN ('running', 'lost', 'queued') THEN position ELSE -id END
    LIMIT :limit
"""


class JobStore:
    """The queue of a folder of runs. Safe for many processes and threads at once.

    Every method may raise `QueueError` where the file cannot be read or written, a full disk
    included; then nothing has changed.

    Args:
        path: The database, `jobs.sqlite` in the folder of runs; made where there is none.

    Raises:
        JobError: The database is of another version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.runs = path.parent
        make_database(path)

    def submit(self, spec: JobSpec, *, limit_per_user: int = LIMIT_PER_USER) -> Job:
        """Put a job at the end of the queue.

        Raises:
            TakenError: The directory belongs to another job.
            JobError: The user has as many open jobs (queued, running or lost) as anyone may.
        """
        values = {
            "name": spec.name,
            "kind": spec.kind,
            "command": json.dumps(spec.command),
            "directory": spec.directory,
            "user": spec.user,
            "estimate_s": spec.estimate_s,
            "created": spec.created,
            "now": utc_now(),
        }
        with writing(self.path) as connection:
            _refuse_above(connection, spec.user, limit_per_user)
            _refuse_taken(connection, spec.directory)
            row = connection.execute(
                "INSERT INTO jobs (name, kind, command, directory, user, estimate_s, created,"
                " state, position, changed) VALUES (:name, :kind, :command, :directory, :user,"
                " :estimate_s, :created, 'queued',"
                " (SELECT coalesce(max(position), 0) + 1 FROM jobs), :now) RETURNING *",
                values,
            ).fetchone()
        return job_of(row, runs=self.runs)

    def claim(self, *, slots: int = 1, without: Collection[int] = ()) -> Job | None:
        """Take the next job: a lost one first, else the first of the queue. It is now running.

        Args:
            slots: Nothing is taken while so many jobs run.
            without: Numbers of jobs that must wait.

        Returns:
            The job with its new attempt number; `None` when there is nothing to take.
        """
        values = {"now": utc_now(), "slots": slots, "without": json.dumps(sorted(without))}
        return self._changed(_CLAIM, values)

    def end(
        self, job: Job, to: State, *, reason: str = "", marks: Marks | None = None
    ) -> Job | None:
        """Say how the current attempt of a running job ended.

        Args:
            job: As it was claimed: another attempt than its own is left alone.
            to: `done`, `failed`, `cancelled` or `lost`.
            reason: Why, for people.
            marks: How far it had come; as before when not given.

        Returns:
            The job, or `None` when nothing was changed: it no longer runs, runs another attempt,
            or would be `lost` while somebody asks to cancel it.
        """
        marks = marks or job.marks
        values = {
            "id": job.id,
            "attempt": job.attempt,
            "to": to,
            "reason": _bounded(reason),
            "now": utc_now(),
            "beat": marks.beat,
            "fruitless": marks.fruitless,
            "reached": json.dumps(marks.reached),
            "stalled": marks.stalled,
        }
        return self._changed(_END, values)

    def request_cancel(self, job_id: int, *, reason: str = "") -> Job:
        """Ask to end a job: one that waits is cancelled now, one that runs by the worker.

        One that has ended stays as it is, so that asking twice is no error.

        Raises:
            JobError: There is no such job.
        """
        values = {"id": job_id, "now": utc_now(), "reason": _bounded(reason)}
        with writing(self.path) as connection:
            connection.execute(
                "UPDATE jobs SET state = 'cancelled', reason = :reason, changed = :now"
                " WHERE id = :id AND state IN ('queued', 'lost')",
                values,
            )
            connection.execute(
                "UPDATE jobs SET cancel_requested = 1, reason = :reason"
                " WHERE id = :id AND state = 'running' AND cancel_requested = 0",
                values,
            )
            return self._one(connection, job_id)

    def resume(self, job_id: int, *, reason: str = "", limit_per_user: int = LIMIT_PER_USER) -> Job:
        """Put a failed or cancelled job back, at the end of the queue; its checkpoints are kept.

        Raises:
            JobError: There is no such job, it is in another state, or its user has too many.
        """
        with writing(self.path) as connection:
            job = self._one(connection, job_id)
            if job.state not in RESUMABLE:
                raise JobError(
                    f"job {job_id}",
                    f"it is {job.state}, and only a failed or cancelled one is resumed by hand",
                    "A lost one goes on by itself" if job.state == "lost" else "Leave it",
                )
            _refuse_above(connection, job.spec.user, limit_per_user)
            values = {"id": job_id, "now": utc_now(), "reason": _bounded(reason)}
            row = connection.execute(_RESUME, values).fetchone()
        return job_of(row, runs=self.runs)

    def move(self, job_id: int, place: int) -> Job:
        """Give a queued job another place in the queue; the others keep their order.

        Args:
            job_id: Its number.
            place: 1 for the next to start; beyond the last means the last.

        Raises:
            JobError: There is no such job, it is not queued, or the place is below 1.
        """
        if place < 1:
            raise JobError(f"place {place}", "the first place is 1", "Give 1 or more")
        with writing(self.path) as connection:
            job = self._one(connection, job_id)
            if job.state != "queued":
                raise JobError(f"job {job_id}", f"it is {job.state}, not queued", "Leave it")
            rows = connection.execute(
                "SELECT id, position FROM jobs WHERE state = 'queued' ORDER BY position, id"
            ).fetchall()
            order = [row["id"] for row in rows if row["id"] != job_id]
            order.insert(place - 1, job_id)
            connection.executemany(
                "UPDATE jobs SET position = ? WHERE id = ? AND position <> ?",
                [
                    (row["position"], at, row["position"])
                    for row, at in zip(rows, order, strict=True)
                ],
            )
            return self._one(connection, job_id)

    def get(self, job_id: int) -> Job:
        """A job by its number.

        Raises:
            JobError: There is none.
        """
        with connected(self.path) as connection:
            return self._one(connection, job_id)

    def list(
        self,
        *,
        states: Sequence[State] = (*OPEN, "done", "failed", "cancelled"),
        user: str | None = None,
        limit: int = 1000,
    ) -> list[Job]:
        """Jobs: running, lost, queued in the order of their start, then the ended, newest first.

        Args:
            states: Only these.
            user: Only this person's.
            limit: At most so many.
        """
        values = {"states": json.dumps(states), "user": user, "limit": limit}
        with connected(self.path) as connection:
            rows = connection.execute(_LIST, values).fetchall()
        return [job_of(row, runs=self.runs) for row in rows]

    def events(self, job_id: int) -> tuple[Event, ...]:
        """Everything that happened to a job, oldest first; empty for an unknown one."""
        with connected(self.path) as connection:
            rows = connection.execute(
                "SELECT job, before, after, at, reason, attempt FROM events"
                " WHERE job = ? ORDER BY id",
                (job_id,),
            ).fetchall()
        return tuple(Event(*row) for row in rows)

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Keep SQLite's side files in place, so that the queue can be read on a full disk."""
        with connected(self.path) as connection:
            connection.execute("SELECT count(*) FROM settings").fetchall()
            yield

    def note_slots(self, slots: int) -> None:
        """Keep how many jobs the worker runs at a time, for estimates."""
        with writing(self.path) as connection:
            connection.execute(
                "INSERT INTO settings (name, value) VALUES ('slots', ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (str(slots),),
            )

    def slots(self) -> int:
        """How many jobs the worker ran at a time when it last started; 1 before it ever did."""
        with connected(self.path) as connection:
            row = connection.execute("SELECT value FROM settings WHERE name = 'slots'").fetchone()
        return int(row["value"]) if row else 1

    def _changed(self, statement: str, values: dict[str, Any]) -> Job | None:
        with writing(self.path) as connection:
            rows = connection.execute(statement, values).fetchall()
        return job_of(rows[0], runs=self.runs) if rows else None

    def _one(self, connection: Connection, job_id: int) -> Job:
        row = connection.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
        if row is None:
            raise JobError(f"job {job_id}", "there is no such job", "List the jobs")
        return job_of(row, runs=self.runs)


def _bounded(reason: str) -> str:
    """A reason that the database takes: half a surrogate pair, as JSON may hold, it does not."""
    return reason[:_LONGEST_REASON].encode("utf-8", errors="replace").decode("utf-8")


def _refuse_above(connection: Connection, user: str, limit: int) -> None:
    (has,) = connection.execute(
        f"SELECT count(*) FROM jobs WHERE user = ? AND state IN {OPEN!r}",  # noqa: S608 (constants)
        (user,),
    ).fetchone()
    if has >= limit:
        raise JobError(
            f"user {user}",
            f"{has} jobs are waiting or running, and {limit} is the limit for one person",
            "Wait for one to end, or cancel one",
        )


def _refuse_taken(connection: Connection, directory: str) -> None:
    row = connection.execute(
        "SELECT id, state FROM jobs WHERE directory = ?", (directory,)
    ).fetchone()
    if row is not None:
        raise TakenError(
            f"directory {directory}",
            f"it belongs to job {row['id']} ({row['state']})",
            "Choose another, or resume that job",
        )
