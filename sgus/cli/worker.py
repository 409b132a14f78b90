"""`python -m sgus worker`."""

from __future__ import annotations

import signal
import threading
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer


def command(
    *,
    runs: Annotated[Path | None, typer.Option(help="Folder of the runs; else runs/")] = None,
    slots: Annotated[int, typer.Option(min=1, max=64, help="Jobs that run at a time")] = 1,
    once: Annotated[bool, typer.Option("--once", help="Look once and end")] = False,
) -> None:
    """Run the queue: start what is next, watch what runs, go on with what was lost.

    Ending it, in any way, ends no run: the next worker adopts them.
    """
    from sgus.workflows.worker import run_worker

    stop = threading.Event()

    def hear(number: int, frame: FrameType | None) -> None:
        stop.set()

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, hear)
    run_worker(runs, slots=slots, say=_say, stop=stop, once=once)


def _say(line: str) -> None:
    """Print; a terminal that is gone, or a log on a full disk, does not end the worker."""
    with suppress(OSError):
        print(line, flush=True)
