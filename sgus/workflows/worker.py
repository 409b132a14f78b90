"""The service that runs the queue."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Final

from sgus.jobs.errors import QueueError
from sgus.jobs.local import LocalLauncher
from sgus.jobs.store import JobStore
from sgus.jobs.watch import Patience
from sgus.jobs.worker import Worker
from sgus.workflows.jobs import PROJECT, open_store

LOOK_EVERY_S: Final = 0.5
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)


def run_worker(
    runs: Path | None,
    *,
    slots: int,
    say: Callable[[str], None],
    stop: Event,
    once: bool = False,
    patience: Patience | None = None,
) -> None:
    """Run the queue of a folder until told to stop; its jobs then live on.

    Args:
        runs: Folder of the runs; `None` for this installation's.
        slots: How many jobs run at a time.
        say: Receives a line at a time for the person watching.
        stop: Set when it is time to end.
        once: One look, and no more.
        patience: How long to wait for what; the usual times where not given.

    Raises:
        JobError: The folder has a worker already, or its queue is damaged or of a later version.
        OSError: The folder cannot be made or written.
    """
    store = open_store(runs) if once else _opened(runs, say=say, stop=stop)
    if store is None:
        return
    launcher = LocalLauncher(PROJECT)
    with Worker(store, launcher, slots=slots, say=say, patience=patience) as worker:
        say(f"Worker of {store.runs}: {slots} at a time")
        while not stop.is_set():
            worker.tick()
            if once:
                return
            stop.wait(LOOK_EVERY_S)
    say("Worker stopped; what runs goes on")


def _opened(runs: Path | None, *, say: Callable[[str], None], stop: Event) -> JobStore | None:
    """The queue, as soon as the disk lets it be opened; `None` when told to stop before.

    A service that ends at once, again and again, is given up by whoever starts it; nobody would
    look after the queue when there is room again.
    """
    told = ""
    while True:
        try:
            return open_store(runs)
        except (QueueError, OSError) as error:
            if not _may_pass(error):
                raise
            if str(error) != told:
                told = str(error)
                say(f"{told.rstrip('.')}. The worker waits for that.")
        if stop.wait(LOOK_EVERY_S):
            return None


def _may_pass(error: QueueError | OSError) -> bool:
    """Whether it is the disk, and not the file or its rights."""
    if isinstance(error, OSError):
        return error.errno in _NO_ROOM
    return isinstance(error.__cause__, sqlite3.OperationalError)
