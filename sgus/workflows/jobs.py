"""The queue of runs, as pages and commands use it: submit, look, cancel, resume, move."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sgus.core.errors import CohortError, SplitError
from sgus.jobs.errors import TakenError
from sgus.jobs.job import Event, Job
from sgus.jobs.liveness import holder
from sgus.jobs.run_files import Progress, ask_to_stop, read_progress
from sgus.jobs.schedule import start_times
from sgus.jobs.spec import LONGEST_NAME, JobSpec
from sgus.jobs.store import LIMIT_PER_USER, STORE_FILE, JobStore
from sgus.jobs.worker import WORKER_LOCK

EVERYTHING: Final = "everything"
PROJECT: Final = Path(__file__).resolve().parents[2]
"""Where `python -m sgus` is found; jobs run there."""
_LONGEST_DIRECTORY: Final = 80


@dataclass(frozen=True)
class JobView:
    """A job with what its run's directory and the rest of the queue say of it.

    Attributes:
        job: The job.
        progress: The last heartbeat of a job that is running or lost; `None` where there is none.
        place: 1 for the next to start; `None` where it is not queued.
        starts_in_s: Seconds until it starts, of a queued job; `None` where that is not known.
        seconds_left: Seconds until a running job ends; `None` where that is not known.
    """

    job: Job
    progress: Progress | None = None
    place: int | None = None
    starts_in_s: float | None = None
    seconds_left: float | None = None


def runs_folder() -> Path:
    """Folder of the runs: `SGUS_RUNS`, else `runs/` of this installation."""
    return Path(os.environ.get("SGUS_RUNS") or PROJECT / "runs").absolute()


def open_store(runs: Path | None = None) -> JobStore:
    """The queue of a folder of runs, made where there is none.

    Args:
        runs: The folder; else `runs_folder()`.
    """
    return JobStore((runs or runs_folder()).absolute() / STORE_FILE)


def worker_runs(runs: Path | None = None) -> bool:
    """Whether a worker looks after the queue; without one, jobs wait."""
    return holder((runs or runs_folder()) / WORKER_LOCK) is not None


def submit_training(
    cohort: Path,
    split: str,
    *,
    user: str,
    preset: str = "default",
    settings: Mapping[str, Any] | None = None,
    name: str | None = None,
    estimate_s: float | None = None,
    evaluate: bool = True,
    runs: Path | None = None,
    limit_per_user: int = LIMIT_PER_USER,
) -> Job:
    """Put a training run into the queue.

    Args:
        cohort: The cohort's directory.
        split: One of its splits, or `everything`.
        user: Who asks; plain text.
        preset: How to train.
        settings: Changes to the preset, as `{"epochs": 10, "augment.flip": 0.5}`.
        name: What people call it; else cohort, split and preset.
        estimate_s: How long it will take, in seconds, where that is known.
        evaluate: Whether to write its figures too; never of `everything`, which has no test part.
        runs: Folder of the runs; else `runs_folder()`.
        limit_per_user: Jobs that one person may have waiting or running.

    Raises:
        SgusError: There is no such cohort or split, a setting is wrong, or the queue refuses.
    """
    from sgus.train.config import make_config

    changes = [f"{key}={json.dumps(value)}" for key, value in (settings or {}).items()]
    make_config(preset, values=None, settings=changes)  # refused now, not in the queue
    cohort = cohort.absolute()
    _refuse_missing(cohort, split)
    store = open_store(runs)
    title = f"{cohort.name} {split} {preset}"[:LONGEST_NAME].strip() if name is None else name
    while True:
        directory = _free_directory(store, f"{cohort.name}-{split}-{preset}")
        command = [sys.executable, "-m", "sgus", "train", str(cohort), "--split", split]
        command += ["--preset", preset, "--out", str(store.runs / directory)]
        command += [word for change in changes for word in ("--set", change)]
        command += ["--evaluate"] if evaluate and split != EVERYTHING else []
        spec = JobSpec(
            name=title,
            command=tuple(command),
            directory=directory,
            user=user,
            estimate_s=estimate_s,
        )
        try:
            return store.submit(spec, limit_per_user=limit_per_user)
        except TakenError:  # somebody else asked for the same at this moment: the next name
            continue


def list_jobs(
    runs: Path | None = None, *, user: str | None = None, limit: int = 1000
) -> list[JobView]:
    """Jobs with progress and estimates: running, lost, queued in their order, ended newest first.

    Args:
        runs: Folder of the runs; else `runs_folder()`.
        user: Only this person's; the estimates know of all.
        limit: At most so many.

    Returns:
        None where nothing was ever submitted; that makes no file.
    """
    if not ((runs or runs_folder()) / STORE_FILE).exists():
        return []
    store = open_store(runs)
    views = _viewed(store.list(limit=10**6 if user else limit), slots=store.slots())
    return [view for view in views if user in (None, view.job.spec.user)][:limit]


def get_job(job_id: int, runs: Path | None = None) -> JobView:
    """One job as `list_jobs` gives it.

    Raises:
        JobError: There is none of that number.
    """
    store = open_store(runs)
    job = store.get(job_id)
    if job.state not in ("running", "lost", "queued"):
        return JobView(job)
    views = _viewed(store.list(states=("running", "lost", "queued")), slots=store.slots())
    return next((view for view in views if view.job.id == job_id), JobView(job))


def job_events(job_id: int, runs: Path | None = None) -> tuple[Event, ...]:
    """Everything that happened to a job, oldest first."""
    return open_store(runs).events(job_id)


def cancel(job_id: int, *, user: str, runs: Path | None = None) -> Job:
    """End a job: one that waits now, one that runs as soon as its checkpoint is kept.

    Asking twice, or for one that has ended, is no error.

    Raises:
        JobError: There is none of that number.
    """
    job = open_store(runs).request_cancel(job_id, reason=f"cancelled by {user}")
    if job.cancel_requested or job.state == "cancelled":
        ask_to_stop(job.directory)  # at once, and though no worker runs
    return job


def resume(
    job_id: int, *, user: str, runs: Path | None = None, limit_per_user: int = LIMIT_PER_USER
) -> Job:
    """Put a failed or cancelled job back into the queue; it goes on from its checkpoint.

    Raises:
        JobError: There is none of that number, it is in another state, or its user has too many.
    """
    reason = f"resumed by {user}"
    return open_store(runs).resume(job_id, reason=reason, limit_per_user=limit_per_user)


def move(job_id: int, place: int, *, runs: Path | None = None) -> Job:
    """Give a queued job another place in the queue, 1 for the next to start.

    Raises:
        JobError: There is none of that number, or it is not queued.
    """
    return open_store(runs).move(job_id, place)


def _refuse_missing(cohort: Path, split: str) -> None:
    if not (cohort / "cohort.json").is_file():
        raise CohortError(cohort, "there is no cohort here", "Import one, or choose another")
    known = sorted(path.stem for path in (cohort / "splits").glob("*.json"))
    if split != EVERYTHING and split not in known:
        listed = ", ".join([*known, EVERYTHING])
        raise SplitError(f"split {split!r}", "the cohort has none of this name", f"Use {listed}")


def _free_directory(store: JobStore, wish: str) -> str:
    """A directory that no job and no run has; of two people who ask at once, one asks again."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", wish).lstrip("._-")[:_LONGEST_DIRECTORY] or "run"
    taken = {job.spec.directory.lower() for job in store.list(limit=10**6)}
    taken |= {entry.name.lower() for entry in store.runs.iterdir()}
    number = 1
    while (name := stem if number == 1 else f"{stem}-{number}").lower() in taken:
        number += 1
    return name


def _viewed(jobs: list[Job], *, slots: int) -> list[JobView]:
    progress = {job.id: read_progress(job.directory) for job in jobs if _has_begun(job)}
    running = [job for job in jobs if job.state == "running"]
    left = {job.id: _seconds_left(job, progress[job.id]) for job in running}
    waiting = [job for job in jobs if job.state in ("lost", "queued")]
    starts = start_times(
        [left[job.id] for job in running],
        [_length(job, progress.get(job.id)) for job in waiting],
        slots=slots,
    )
    starts_in = dict(zip((job.id for job in waiting), starts, strict=True))
    queued = (job.id for job in jobs if job.state == "queued")
    places = {job_id: place for place, job_id in enumerate(queued, start=1)}
    return [
        JobView(
            job,
            progress=progress.get(job.id),
            place=places.get(job.id),
            starts_in_s=starts_in.get(job.id),
            seconds_left=left.get(job.id),
        )
        for job in jobs
    ]


def _has_begun(job: Job) -> bool:
    return job.state in ("running", "lost")


def _seconds_left(job: Job, progress: Progress | None) -> float | None:
    """What the trainer says; before it says anything, the estimate less the time since the start.

    That time is by the clock on the wall: a step of it makes an estimate wrong, nothing else.
    """
    if progress is not None and progress.seconds_left is not None:
        return progress.seconds_left
    if job.spec.estimate_s is None:
        return None
    started = datetime.fromisoformat(job.changed)
    passed = (datetime.now(UTC) - started).total_seconds()
    return max(0.0, job.spec.estimate_s - max(0.0, passed))


def _length(job: Job, progress: Progress | None) -> float | None:
    """How long a job that waits will take: of a lost one, what was left when it last beat."""
    if progress is not None and progress.seconds_left is not None:
        return progress.seconds_left
    return job.spec.estimate_s
