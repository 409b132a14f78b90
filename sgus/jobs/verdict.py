"""How an attempt ended: read off its lock and its status, never off an exit status alone."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from typing import Final

from sgus.jobs.job import Job, Marks
from sgus.jobs.launcher import Exit
from sgus.jobs.run_files import ATTEMPT_LINE, OUTPUT, last_lines, read_progress, read_status
from sgus.jobs.states import State

MOST_FRUITLESS: Final = 5
"""Attempts in a row without a new beat, after which a job is given up."""
MOST_STALLED: Final = 20
"""Attempts in a row that came no further than one before, after which a job is given up."""
MOST_REFUSALS: Final = 2
"""The same for a program that says itself that it cannot do this."""
REFUSED: Final = 2
"""Exit status of `python -m sgus` where something cannot be done."""
_LONGEST_WORDS: Final = 400
_FULL: Final = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT))


@dataclass(frozen=True)
class Verdict:
    """How an attempt ended.

    Attributes:
        state: done, failed, cancelled or lost.
        reason: Why, for people.
        marks: How far the job has come.
        disk_full: It ended because there was no room; that is not held against it.
    """

    state: State
    reason: str
    marks: Marks
    disk_full: bool = False


def verdict(job: Job, ended: Exit, *, ended_for: str = "", disk_full: bool = False) -> Verdict:
    """Judge an attempt whose process is gone and whose lock is free.

    Only `done` is believed of any attempt. Other words in `status.json` may be left from an
    earlier one, which this one was started to repair: they count where they name this attempt.

    Args:
        job: The job as it was running.
        ended: What is known of the process.
        ended_for: Why the worker itself ended it; empty otherwise.
        disk_full: There is no room on the disk: an attempt that could not write is not counted.
    """
    status = read_status(job.directory)
    own = status.attempt == job.attempt
    words = _last_words(job)
    said = f"{status.reason if own else ''} {words}"
    disk_full = disk_full or any(text in said for text in _FULL)
    marks = _marks(job, counted=not disk_full)
    if status.state == "done":
        return Verdict("done", "", marks)
    if own and status.state == "failed" and not disk_full:
        return Verdict("failed", status.reason or "it gives no reason", marks)
    if job.cancel_requested or (own and status.state == "cancelled"):
        return Verdict("cancelled", job.reason or status.reason or "asked to stop", marks)
    if disk_full:
        return Verdict("lost", "the disk is full", marks, disk_full=True)
    why = ended_for or (own and status.state == "interrupted" and status.reason) or _how(ended)
    refused = ended.code == REFUSED and words.startswith("Error:")
    often = _given_up(marks, refused=refused)
    if often:
        return Verdict("failed", "; ".join(filter(None, (often, why, words))), marks)
    return Verdict("lost", why, marks)


def not_started(job: Job, error: OSError, *, disk_full: bool) -> Verdict:
    """Judge an attempt that could not even be started."""
    disk_full = disk_full or error.errno in (errno.ENOSPC, errno.EDQUOT)
    marks = _marks(job, counted=not disk_full)
    why = f"it could not be started: {error}"
    given_up = _given_up(marks, refused=False)
    return Verdict("failed" if given_up else "lost", why, marks, disk_full=disk_full)


def _given_up(marks: Marks, *, refused: bool) -> str:
    """Why there will be no further attempt; empty when there will be."""
    if marks.fruitless >= (MOST_REFUSALS if refused else MOST_FRUITLESS):
        return f"{marks.fruitless} times in a row it ended before it had begun"
    if marks.stalled >= MOST_STALLED:
        return f"{marks.stalled} times in a row it came no further"
    return ""


def _marks(job: Job, *, counted: bool) -> Marks:
    before = job.marks
    progress = read_progress(job.directory)
    beat = progress.beat if progress else 0
    reached = progress.reached if progress else (0, 0, 0)
    return Marks(
        beat=beat,
        fruitless=0 if beat != before.beat else before.fruitless + counted,
        reached=max(reached, before.reached),
        stalled=0 if reached > before.reached else before.stalled + counted,
    )


def _how(ended: Exit) -> str:
    if ended.code is None:
        return "its process is gone, without a word"
    if ended.code < 0:
        return f"its process was ended by signal {-ended.code}"
    return f"its process ended with status {ended.code}, without a word"


def _last_words(job: Job) -> str:
    """The last line that the attempt printed; empty when it printed none."""
    lines = [line.strip() for line in last_lines(job.directory / OUTPUT, 20)]
    said = [line for line in lines if line]
    if not said or said[-1].startswith(ATTEMPT_LINE):
        return ""
    return "".join(c if c.isprintable() else " " for c in said[-1])[:_LONGEST_WORDS]
