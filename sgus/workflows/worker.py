"""The service that runs the queue."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Final

from sgus.jobs.local import LocalLauncher
from sgus.jobs.watch import Patience
from sgus.jobs.worker import Worker
from sgus.workflows.jobs import PROJECT, open_store

LOOK_EVERY_S: Final = 0.5


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
        JobError: The folder has a worker already, or its queue is of a later version.
    """
    store = open_store(runs)
    launcher = LocalLauncher(PROJECT)
    with Worker(store, launcher, slots=slots, say=say, patience=patience) as worker:
        say(f"Worker of {store.runs}: {slots} at a time")
        while not stop.is_set():
            worker.tick()
            if once:
                return
            stop.wait(LOOK_EVERY_S)
    say("Worker stopped; what runs goes on")
