"""The worker: looks at every running job, puts the queue right, starts what is next."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Final, Self

from sgus.jobs.errors import JobError, QueueError
from sgus.jobs.job import Job
from sgus.jobs.launcher import Exit, Handle, Launcher
from sgus.jobs.liveness import held
from sgus.jobs.run_files import NOBODY, ask_to_stop, write_attempt
from sgus.jobs.store import JobStore
from sgus.jobs.verdict import Verdict, not_started, verdict
from sgus.jobs.watch import Clock, Patience, Watch

WORKER_LOCK: Final = "worker.lock"
ROOM_BYTES: Final = 16_000_000
"""Free bytes of the disk below which nothing is started: a checkpoint would not fit."""

Say = Callable[[str], None]


def _silent(line: str) -> None:
    del line


class Worker:
    """The one worker of a folder of runs. Use it in a `with`, and call `tick` again and again.

    It may be killed at any moment: all that counts is in the queue, the locks and the files of
    the runs. What it remembers beside them is how long it has waited.

    Args:
        store: The queue.
        launcher: Starts jobs.
        slots: How many run at a time.
        patience: How long to wait for what.
        room_bytes: Free bytes of the disk below which nothing is started.
        clock: Seconds that only grow.
        say: Receives a line at a time for the person watching.
    """

    def __init__(
        self,
        store: JobStore,
        launcher: Launcher,
        *,
        slots: int = 1,
        patience: Patience | None = None,
        room_bytes: int = ROOM_BYTES,
        clock: Clock = time.monotonic,
        say: Say = _silent,
    ) -> None:
        self._store = store
        self._launcher = launcher
        self._slots = slots
        self._patience = patience or Patience()
        self._room_bytes = room_bytes
        self._clock = clock
        self._say = say
        self._watches: dict[int, Watch] = {}
        self._paused: dict[int, float] = {}
        self._troubles: dict[str, str] = {}
        self._hold = ExitStack()

    def __enter__(self) -> Self:
        """Become the worker of the folder.

        Raises:
            JobError: It has one.
        """
        path = self._store.runs / WORKER_LOCK
        self._lock = self._hold.enter_context(held(path, next_step="One is enough: leave it"))
        with self._going_on("the queue"):
            self._hold.enter_context(self._store.kept_open())
            self._store.note_slots(self._slots)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave all jobs running; the next worker adopts them."""
        for watch in self._watches.values():
            watch.handle.release()
        self._watches.clear()
        self._hold.close()

    def tick(self) -> None:
        """One look: judge what ended, end what shall end, start what is next.

        A full disk or a database that cannot be used ends nothing: it is said once, and the next
        look tries again.

        Raises:
            JobError: The lock file was taken away, so that this is not the only worker any more.
        """
        with self._going_on("the queue"):
            if not self._lock.stands():
                raise JobError(
                    self._store.runs / WORKER_LOCK,
                    "it was taken away, and another worker could hold the new one",
                    "Start the worker again",
                )
            running = self._store.list(states=("running",))
            for number in self._watches.keys() - {job.id for job in running}:
                self._watches.pop(number).handle.release()
            for job in running:
                with self._going_on(_name(job)):
                    self._look_at(job)
            self._start_next()

    def _look_at(self, job: Job) -> None:
        """Bring one job that is said to run to the truth."""
        watch = self._watches.get(job.id)
        if watch is None:
            handle = self._launcher.adopt(job)
            if handle is None:
                self._settle(job, verdict(job, Exit(None), disk_full=self._full()), gone=False)
                return
            watch = self._watch(job, handle)
            self._say(f"{_name(job)}: adopted, attempt {job.attempt}")
        ended = watch.ended()
        if ended is None:
            done = watch.look_after(cancel=job.cancel_requested)
            if done:
                self._say(f"{_name(job)}: {done}{_because(watch.ended_for)}")
            return
        found = verdict(job, ended, ended_for=watch.ended_for, disk_full=self._full())
        self._settle(job, found, gone=True)

    def _watch(self, job: Job, handle: Handle) -> Watch:
        watch = Watch(job, handle, patience=self._patience, clock=self._clock)
        self._watches[job.id] = watch
        return watch

    def _settle(self, job: Job, found: Verdict, *, gone: bool) -> None:
        """Write down how an attempt ended.

        Args:
            job: The job.
            found: How.
            gone: Its process was seen to end. Otherwise one may be about to begin, started by a
                worker that was killed: it is shut out.
        """
        if not gone and found.state != "done" and self._begins_after_all(job, found):
            return  # the next look adopts it
        if self._store.end(job, found.state, reason=found.reason, marks=found.marks) is None:
            return  # somebody asked to cancel it at this very moment: the next look sees it
        self._watches.pop(job.id, None)
        self._pause(job, found)
        self._say(f"{_name(job)}: {found.state}{_because(found.reason)}")

    def _begins_after_all(self, job: Job, found: Verdict) -> bool:
        """Shut out a trainer that is about to begin; whether one has begun before it could be.

        A trainer takes its lock and then reads whether it is current: either it reads that nobody
        is, or its lock is seen here. Else it could work on a job that is lost and beside others.
        """
        write_attempt(job.directory, job.id, NOBODY)
        if found.state != "lost":
            ask_to_stop(job.directory)
        return self._launcher.adopt(job) is not None

    def _pause(self, job: Job, found: Verdict) -> None:
        """The first time it goes on at once; what gets nowhere waits, twice as long each time."""
        self._paused.pop(job.id, None)
        again = max(found.marks.fruitless, found.marks.stalled) - 1
        if found.state == "lost" and (again > 0 or found.disk_full):
            longest = self._patience.longest_pause_s
            wait = longest if found.disk_full else self._patience.pause_s * 2 ** (again - 1)
            self._paused[job.id] = self._clock() + min(wait, longest)

    def _start_next(self) -> None:
        """Start jobs while there are slots, jobs and room."""
        while True:
            now = self._clock()
            waiting = [number for number, until in self._paused.items() if until > now]
            with self._going_on("the disk"):
                if self._full():
                    raise OSError(f"{self._store.runs}: less than {self._room_bytes} bytes free")
            if "the disk" in self._troubles:
                return
            job = self._store.claim(slots=self._slots, without=waiting)
            if job is None:
                return
            self._start(job)

    def _start(self, job: Job) -> None:
        handle = self._launcher.adopt(job)  # an attempt thought lost may have begun meanwhile
        if handle is None:
            try:
                handle = self._launcher.start(job, job.attempt)
            except OSError as error:
                self._settle(job, not_started(job, error, disk_full=self._full()), gone=True)
                return
        self._watch(job, handle)
        self._say(f"{_name(job)}: started, attempt {job.attempt}, for {job.spec.user}")

    def _full(self) -> bool:
        return shutil.disk_usage(self._store.runs).free < self._room_bytes

    @contextmanager
    def _going_on(self, item: str) -> Iterator[None]:
        """Say a trouble of the disk or the database once, and go on; say when it is over."""
        try:
            yield
        except (QueueError, sqlite3.Error, OSError) as error:
            text = str(error).rstrip(".")
            if self._troubles.get(item) != text:
                self._say(f"{item}: {text}. It goes on as soon as that is over.")
            self._troubles[item] = text
        else:
            if self._troubles.pop(item, None) is not None:
                self._say(f"{item}: works again")


def _name(job: Job) -> str:
    return f"job {job.id} ({job.spec.name})"


def _because(reason: str) -> str:
    return f", because {reason}" if reason else ""
