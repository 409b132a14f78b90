"""Looks at queue and reality side by side, again and again, and names what does not agree."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import Path

from benchmarks._faults_recipes import differences
from sgus.core.files import sha256_file
from sgus.jobs.job import Job
from sgus.jobs.liveness import alive
from sgus.jobs.run_files import STATUS, read_status
from sgus.jobs.states import TRANSITIONS
from sgus.jobs.store import JobStore

DEAD_S = 60.0
"""For how long a running job may have no lock while a worker works: its libraries are read."""
STILL_S = 120.0
"""For how long something may wait while a slot is free: the longest pause is a minute."""
MOMENT_S = 15.0
"""For how long the queue may not yet know what a trainer has said."""


class Audit:
    """Compares the queue with what is there.

    Args:
        store: The queue.
        slots: How many may run at a time.

    Attributes:
        found: What was wrong, in words, each once.
    """

    def __init__(self, store: JobStore, *, slots: int) -> None:
        self._store = store
        self._slots = slots
        self._since: dict[str, float] = {}
        self.found: list[str] = []

    def look(self, *, undisturbed: bool) -> list[Job]:
        """One look.

        Args:
            undisturbed: A worker works and the disk has room. Without them nothing is expected to
                move, so that no time counts; what must never be is looked for all the same.
        """
        jobs = self._store.list()
        doubtful = {}
        for job in jobs:
            doubtful |= self._never(job)
            doubtful |= self._not_for_long(job)
        running = sum(job.state == "running" for job in jobs)
        waiting = sum(job.state in ("queued", "lost") for job in jobs)
        if running > self._slots:
            doubtful[f"{running} run where {self._slots} may"] = 0.0
        if waiting and running < self._slots:
            doubtful["something waits and a slot is free"] = STILL_S
        self._judge(doubtful, undisturbed=undisturbed)
        return jobs

    def say(self, text: str) -> None:
        """Something is wrong."""
        if text not in self.found:
            self.found.append(text)
            print(f"     WRONG: {text}", flush=True)

    def _never(self, job: Job) -> dict[str, float]:
        """What is wrong at once."""
        name, said = job.spec.name, read_status(job.directory)
        wrong = []
        if job.state in ("failed", "cancelled"):
            wrong.append(f"{name}: {job.state}, because {job.reason}")
        if job.state == "done" and not _whole(job.directory):
            wrong.append(f"{name}: done without a whole predictions.csv")
        if job.state == "done" and alive(job.directory):
            wrong.append(f"{name}: done, and a trainer is at work")
        if said.attempt is not None and said.attempt > job.attempt:
            wrong.append(f"{name}: attempt {said.attempt} spoke, and {job.attempt} is current")
        return dict.fromkeys(wrong, 0.0)

    def _not_for_long(self, job: Job) -> dict[str, float]:
        """What is wrong when it stays: a reason with the attempt, and for how long it may be."""
        held = alive(job.directory) is not None
        name = f"{job.spec.name} (attempt {job.attempt})"
        if job.state == "running" and not held:
            ended = read_status(job.directory).state == "done"
            return {f"{name}: running without a lock": MOMENT_S if ended else DEAD_S}
        if job.state in ("lost", "queued") and held:
            return {f"{name}: {job.state}, and a trainer is at work": MOMENT_S}
        return {}

    def _judge(self, doubtful: dict[str, float], *, undisturbed: bool) -> None:
        now = time.monotonic()
        if not undisturbed:
            self._since.clear()
        self._since = {text: self._since.get(text, now) for text in doubtful}
        for text, patience in doubtful.items():
            if patience == 0 or now - self._since[text] > patience:
                self.say(f"{text}{f' for {patience:.0f} s' if patience else ''}")


def _whole(directory: Path) -> bool:
    """Whether the predictions are those that the status names."""
    try:
        said = json.loads((directory / STATUS).read_text())
        return bool(said["predictions_sha256"] == sha256_file(directory / "predictions.csv"))
    except (OSError, ValueError, KeyError):
        return False


def judge_end(job: Job, reference: Path, store: JobStore) -> list[str]:
    """What is wrong with a run that has ended; see `differences`, and its events."""
    events = store.events(job.id)
    path = [event.after for event in events]
    wrong = differences(job.directory, reference)
    linked = all(now.before == last.after for last, now in pairwise(events))
    allowed = all(now.before and now.after in TRANSITIONS[now.before] for now in events[1:])
    if not linked or not allowed or path.count("running") != job.attempt:
        wrong.append(f"events {' '.join(path)}")
    return wrong
