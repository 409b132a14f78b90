"""A job as the queue holds it, and what has happened to it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from sgus.jobs.spec import JobSpec
from sgus.jobs.states import State


@dataclass(frozen=True)
class Marks:
    """How far a job had come when its last attempt ended, and how often it came no further.

    Attributes:
        beat: Its heartbeat counter at that time.
        fruitless: Attempts in a row that ended without a new beat.
        reached: Fold, epoch and batch, the furthest ever.
        stalled: Attempts in a row that came no further than that.
    """

    beat: int = 0
    fruitless: int = 0
    reached: tuple[int, int, int] = (0, 0, 0)
    stalled: int = 0


@dataclass(frozen=True)
class Job:
    """A job of the queue.

    Attributes:
        id: Its number, never given twice.
        spec: What was asked for.
        directory: The run's directory.
        state: Where it stands.
        attempt: How often it was started.
        position: Its rank among the queued; the smallest is next. Meaningless in other states.
        cancel_requested: Somebody asked to end it, and it still runs.
        reason: Why it is in this state; may be empty.
        changed: When it came into this state, UTC.
        marks: How far it had come when its last attempt ended.
    """

    id: int
    spec: JobSpec
    directory: Path
    state: State
    attempt: int
    position: int
    cancel_requested: bool
    reason: str
    changed: str
    marks: Marks = Marks()


@dataclass(frozen=True)
class Event:
    """One change of state.

    Attributes:
        job: Number of the job.
        before: The state left; `None` when it was submitted.
        after: The state entered.
        at: When, UTC.
        reason: Why; may be empty.
        attempt: The attempt that was current.
    """

    job: int
    before: State | None
    after: State
    at: str
    reason: str
    attempt: int


def job_of(row: sqlite3.Row, *, runs: Path) -> Job:
    """A row of the table `jobs` as a job, with its directory below `runs`."""
    fold, epoch, batch = map(int, json.loads(row["reached"]))
    spec = JobSpec(
        name=row["name"],
        command=tuple(json.loads(row["command"])),
        directory=row["directory"],
        user=row["user"],
        kind=row["kind"],
        estimate_s=row["estimate_s"],
        created=row["created"],
    )
    return Job(
        id=row["id"],
        spec=spec,
        directory=runs / spec.directory,
        state=cast(State, row["state"]),
        attempt=row["attempt"],
        position=row["position"],
        cancel_requested=bool(row["cancel_requested"]),
        reason=row["reason"],
        changed=row["changed"],
        marks=Marks(row["beat"], row["fruitless"], (fold, epoch, batch), row["stalled"]),
    )
