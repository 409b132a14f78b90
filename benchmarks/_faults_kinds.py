"""The faults, and how each is known to be over."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks._faults_services import children, healthy, lives, send, trainers, until
from sgus.jobs.job import Job
from sgus.jobs.liveness import alive, holder
from sgus.jobs.run_files import read_progress
from sgus.jobs.worker import WORKER_LOCK

if TYPE_CHECKING:
    from benchmarks.fault_campaign import Campaign

ANY_MOMENT = 0.15
"""Share of the faults on a trainer that do not wait for it to have beaten once."""
MOST_FRUITLESS = 2
"""... and spare a job that has ended so often in a row before it began: after five the queue gives
it up, as it says it does."""


@dataclass
class Fault:
    """One fault.

    Attributes:
        kind: Which.
        detail: What exactly, for the record.
        over: Whether everything it touched works again, further than before.
        hit: Numbers of the jobs whose trainer it ended.
        spared: Attempt of each job that was alive and must go on as it is.
        at: When it was, seconds of this process.
    """

    kind: str
    detail: str
    over: Callable[[], bool]
    hit: tuple[int, ...] = ()
    spared: dict[int, int] = field(default_factory=dict)
    at: float = field(default_factory=time.monotonic)


def trainer(campaign: Campaign, rng: random.Random) -> Fault | None:
    """SIGKILL of a trainer, or of its whole group."""
    job = _victim(campaign, rng)
    pids = trainers(job.directory) if job else []
    if job is None or not pids:
        return None
    found = alive(job.directory)
    first = found.pid if found and found.pid else pids[0]
    whole = rng.random() < 0.3
    over = beyond(campaign, job)
    for pid in pids if whole else [first]:
        send(pid, signal.SIGKILL)
    return Fault("trainer", f"{job.spec.name}{', group' * whole}", over, hit=(job.id,))


def worker(campaign: Campaign, rng: random.Random) -> Fault | None:
    """SIGKILL of the worker."""
    if holder(campaign.place.runs / WORKER_LOCK) is None:
        return None
    spared = _alive(campaign)
    if not spared and rng.random() > ANY_MOMENT:
        return None
    campaign.worker.kill()
    return Fault("worker", f"{len(spared)} running", campaign.worker_works, spared=spared)


def app(campaign: Campaign, rng: random.Random) -> Fault | None:
    """SIGKILL of the app's server."""
    if campaign.app is None or not healthy(campaign.port):
        return None
    spared = _alive(campaign)
    if not spared:
        return None
    campaign.app.kill()
    return Fault("app", f"{len(spared)} running", lambda: healthy(campaign.port), spared=spared)


def data_child(campaign: Campaign, rng: random.Random) -> Fault | None:
    """SIGKILL of a trainer's forked child; or of the trainer, while the child lives on."""
    jobs = [job for job in _beating(campaign) if _child(job)]
    if not jobs:
        return None
    job = rng.choice(jobs)
    pid, child = _child(job) or (0, 0)
    over = beyond(campaign, job)
    if rng.random() < 0.5:
        send(child, signal.SIGKILL)
        return Fault("data child", "child killed", over, spared={job.id: job.attempt})
    send(child, signal.SIGSTOP)  # so that it is there for sure while the lock is looked at
    send(pid, signal.SIGKILL)
    if not until(lambda: _free_of(job, pid, child), limit_s=10) and lives(child):
        campaign.wrong(f"{job.spec.name}: the lock outlives its trainer in a child")
    send(child, signal.SIGCONT)
    return Fault("data child", "trainer killed, child lives on", over, hit=(job.id,))


def full_disk(campaign: Campaign, rng: random.Random) -> Fault | None:
    """No room on the disk of the runs for 2 to 10 seconds."""
    jobs = _beating(campaign)
    if campaign.disk.full or not jobs:
        return None
    leave = rng.choice((0, 0, 4096, 100_000, 2_000_000))
    seconds = rng.uniform(2, 10)
    campaign.fill_disk(seconds, leave=leave)
    waits = [beyond(campaign, job) for job in jobs]
    return Fault(
        "full disk",
        f"{seconds:.0f} s, {leave} bytes left",
        lambda: not campaign.disk.full and all(over() for over in waits),
        hit=tuple(job.id for job in campaign.store.list(states=("running", "lost", "queued"))),
    )


def checkpoint(campaign: Campaign, rng: random.Random) -> Fault | None:
    """A damaged checkpoint, or both, of a trainer that is killed in the same moment."""
    jobs = [job for job in _beating(campaign) if _checkpoints(job)]
    if not jobs:
        return None
    job = rng.choice(jobs)
    found = alive(job.directory)
    if found is None or found.pid is None:
        return None
    over = beyond(campaign, job)
    send(found.pid, signal.SIGSTOP)
    paths = _checkpoints(job)
    both = rng.random() < 0.4
    how = rng.choice(("flipped", "cut", "emptied", "overwritten"))
    for path in paths if both else paths[:1]:
        damage(path, how, rng)
    send(found.pid, signal.SIGKILL)
    which = "all checkpoints" if both else "checkpoint"
    return Fault("corrupt checkpoint", f"{which} {how}", over, hit=(job.id,))


def clock(campaign: Campaign, rng: random.Random) -> Fault | None:
    """A step of the clock on the wall, for all processes at once."""
    jobs = _beating(campaign)
    if campaign.clock is None or not jobs:
        return None
    size = rng.choice((1, 60, 3600, 86400, 3 * 365 * 86400))
    campaign.clock.step(rng.choice((-1, 1)) * size)
    waits = [beyond(campaign, job) for job in jobs]
    spared = {job.id: job.attempt for job in jobs}
    return Fault("clock step", f"{size} s", lambda: all(over() for over in waits), spared=spared)


def machine(campaign: Campaign, rng: random.Random) -> Fault | None:
    """SIGKILL of everything at once: worker, app, all trainers and their children."""
    jobs = _beating(campaign)
    if len(jobs) < len(campaign.store.list(states=("running",))) or not jobs:
        return None
    waits = [beyond(campaign, job) for job in jobs]
    campaign.worker.kill()
    if campaign.app is not None:
        campaign.app.kill()
    for job in jobs:
        for pid in trainers(job.directory):
            send(pid, signal.SIGKILL)
    return Fault(
        "everything at once",
        f"{len(jobs)} running",
        lambda: campaign.worker_works() and all(over() for over in waits),
        hit=tuple(job.id for job in jobs),
    )


KINDS = {
    "trainer": trainer,
    "worker": worker,
    "app": app,
    "data child": data_child,
    "full disk": full_disk,
    "corrupt checkpoint": checkpoint,
    "clock step": clock,
    "everything at once": machine,
}


def beyond(campaign: Campaign, job: Job) -> Callable[[], bool]:
    """Whether a job has come further than it is now, or to its end."""
    progress = read_progress(job.directory)
    reached = progress.reached if progress else (0, 0, 0)
    beat = progress.beat if progress else 0

    def over() -> bool:
        now = read_progress(job.directory)
        further = now is not None and now.beat != beat and now.reached > reached
        return further or campaign.store.get(job.id).state == "done"

    return over


def damage(path: Path, how: str, rng: random.Random) -> None:
    """Damage a file in its place."""
    data = bytearray(path.read_bytes())
    if how == "emptied":
        data.clear()
    elif how == "cut":
        del data[rng.randrange(len(data)) :]
    elif how == "overwritten":
        data[:] = rng.randbytes(len(data))
    else:
        for _ in range(rng.randint(1, 8)):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)


def _victim(campaign: Campaign, rng: random.Random) -> Job | None:
    """A job whose trainer may be killed: mostly one that has beaten since its last end."""
    if rng.random() < ANY_MOMENT:
        running = campaign.store.list(states=("running",))
        jobs = [job for job in running if job.marks.fruitless <= MOST_FRUITLESS]
    else:
        jobs = _beating(campaign)
    return rng.choice(jobs) if jobs else None


def _beating(campaign: Campaign) -> list[Job]:
    """Running jobs that are alive and have beaten in this attempt."""
    found = []
    for job in campaign.store.list(states=("running",)):
        progress = read_progress(job.directory)
        if progress and progress.beat > job.marks.beat and alive(job.directory):
            found.append(job)
    return found


def _alive(campaign: Campaign) -> dict[int, int]:
    jobs = campaign.store.list(states=("running",))
    return {job.id: job.attempt for job in jobs if alive(job.directory)}


def _child(job: Job) -> tuple[int, int] | None:
    """Trainer and child of a job that has one."""
    found = alive(job.directory)
    if found is None or found.pid is None:
        return None
    family = [child for child in children(found.pid) if child in trainers(job.directory)]
    return (found.pid, family[0]) if family else None


def _free_of(job: Job, *pids: int) -> bool:
    """Whether none of these holds the job's lock."""
    found = alive(job.directory)
    return found is None or found.pid not in pids


def _checkpoints(job: Job) -> list[Path]:
    """Checkpoints of the fold under way, the newest first."""
    found = [path for path in job.directory.rglob("checkpoint*.pt") if path.stat().st_size]
    return sorted(found, key=lambda path: "previous" in path.name)
