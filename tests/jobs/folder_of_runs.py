"""A folder of runs with stand-in trainers, none of which outlives its test."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sgus.jobs.job import Job
from sgus.jobs.local import LocalLauncher
from sgus.jobs.spec import JobSpec
from sgus.jobs.store import JobStore
from sgus.jobs.watch import Patience
from sgus.jobs.worker import Worker

TRAINER = Path(__file__).with_name("fake_trainer.py")
QUICK = Patience(
    start_s=20, silence_s=20, stop_s=0.3, terminate_s=0.3, pause_s=0.01, longest_pause_s=0.05
)


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Runs:
    """A folder of runs.

    Attributes:
        folder: The folder.
        store: Its queue.
        said: What workers said.
    """

    folder: Path
    store: JobStore
    said: list[str] = field(default_factory=list)

    def spec(self, name: str = "one", *, user: str = "anna", **does) -> JobSpec:
        directory = self.folder / name
        command = (sys.executable, "-S", str(TRAINER), str(directory), json.dumps(does))
        return JobSpec(name=name, command=command, directory=name, user=user)

    def submit(self, name: str = "one", **does) -> Job:
        return self.store.submit(self.spec(name, **does), limit_per_user=10**6)

    def worker(self, **options) -> Worker:
        options = {"patience": QUICK, "room_bytes": 0, "say": self.said.append} | options
        return Worker(self.store, LocalLauncher(self.folder), **options)

    def until(self, worker: Worker | None, holds: Callable[[], object], *, limit_s=20.0) -> None:
        """Let the worker look again and again until something holds."""
        end = time.monotonic() + limit_s
        while not holds():
            assert time.monotonic() < end, (self.said, self.store.list())
            if worker is not None:
                worker.tick()
            time.sleep(0.005)

    def state(self, job: Job) -> str:
        return self.store.get(job.id).state

    def path(self, job: Job) -> list[str]:
        """The states a job went through."""
        return [event.after for event in self.store.events(job.id)]

    def pids(self, job: Job) -> list[int]:
        path = job.directory / "pids"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def reads(self, job: Job, name: str) -> object:
        path = job.directory / name
        return json.loads(path.read_text()) if path.exists() else None


def is_trainer(pid: int) -> bool:
    """Whether this number is still a stand-in's, and not a zombie's or somebody else's."""
    try:
        return TRAINER.name in Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return False


def trainers_of(folder: Path) -> list[int]:
    """Stand-ins at work below a folder, those that have not noted their number yet too."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if f"{TRAINER}\0{folder}/" in path.read_text(errors="replace"):
                found.append(int(path.parent.name))
    return found


def end_all(folder: Path) -> None:
    """End them all and wait until they are gone."""
    end = time.monotonic() + 10
    while left := trainers_of(folder):
        assert time.monotonic() < end, left
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
        time.sleep(0.01)
    for pid in {int(pid) for path in folder.rglob("pids") for pid in path.read_text().split()}:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
