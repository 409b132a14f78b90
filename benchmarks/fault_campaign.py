"""200 random faults over running jobs: `python benchmarks/fault_campaign.py`.

Real `python -m sgus train` runs on a small phantom cohort, several queued at once, a real worker
and a real app, both started again a second after their end as systemd does. At random moments,
drawn from a seed: kill -9 of a trainer, of the worker, of the app, of a trainer's forked data child
(a third of the runs have one: this program's own trainer reads with threads) or of the trainer
while that child lives on, a full disk, a corrupt checkpoint, a step of the clock, and worker, app
and all trainers at once, as when the machine dies. Faults come without waiting for the one before.
All but a few wait until the trainer has beaten once since its last end: five attempts in a row that
never begin are given up as failed, by design.

Aim: no run is lost (each ends as done), the queue never says what is not so (`_faults_audit.py`),
and each run's figures, models and curves are those of the same run without a fault, to the bit. The
time to recover is from the fault until each job it touched is further than it was, the restart and
the training done again included.

The disk is a tmpfs of its own where one can be mounted, else a limit on the size of files. The
clock is stepped by a shim in front of the C library (`_faults_clock.py`); the machine's own is left
alone. The same --out goes on where a campaign was stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from benchmarks._faults_audit import Audit, judge_end
from benchmarks._faults_clock import Clock
from benchmarks._faults_disk import Disk
from benchmarks._faults_kinds import KINDS, Fault
from benchmarks._faults_recipes import RECIPES, Place, plain_environment
from benchmarks._faults_services import (
    app_service,
    free_port,
    send,
    trainers,
    until,
    worker_service,
)
from sgus.jobs.errors import QueueError
from sgus.jobs.job import Job
from sgus.jobs.liveness import holder
from sgus.jobs.spec import JobSpec
from sgus.jobs.store import STORE_FILE, JobStore
from sgus.jobs.worker import WORKER_LOCK

LOOK_S = 0.5
PATIENT_S = 20.0
"""How long a kind of fault waits for something to hit before another kind has its turn."""
OVERDUE_S = 900.0
"""After this a fault counts as not recovered."""


class Campaign:
    """The jobs, the services, and the faults over them.

    Args:
        place: Where everything is.
        recipes: What is trained.
        slots: How many runs at a time.
        waiting: How many jobs are kept queued or running.
        disk_mb: Size of the disk of the runs; 0 for no mount.
        with_app: Whether the app runs beside.
        with_clock: Whether the clock can be stepped.
    """

    def __init__(
        self,
        place: Place,
        *,
        recipes: list[str],
        slots: int = 3,
        waiting: int = 7,
        disk_mb: int = 1024,
        with_app: bool = True,
        with_clock: bool = True,
    ) -> None:
        self.place = place
        self._recipes = recipes
        self._waiting = waiting
        self.clock = Clock(place.out / "clock") if with_clock else None
        self.disk = Disk(place.runs, megabytes=disk_mb, users=self._writers)
        self._full_until = 0.0
        self.store = JobStore(place.runs / STORE_FILE)
        self.audit = Audit(self.store, slots=slots)
        environment = plain_environment() | {"SGUS_RUNS": str(place.runs)}
        environment |= self.clock.environment if self.clock else {}
        self._end_left_over()
        self.worker = worker_service(
            place.runs, slots=slots, environment=environment, log=place.out / "worker.log"
        )
        self.port = free_port()
        log = place.out / "app.log"
        self.app = app_service(self.port, environment=environment, log=log) if with_app else None
        self.faults: list[dict[str, Any]] = []
        self.ends: dict[str, list[str]] = {}
        self._pending: list[tuple[int, Fault]] = []
        self._touched: dict[int, float] = {}
        self._looked = self._began = 0.0

    # What the faults use.

    def wrong(self, text: str) -> None:
        """Something is not as it should be."""
        self.audit.say(text)

    def worker_works(self) -> bool:
        """Whether the present worker holds its lock."""
        found = holder(self.place.runs / WORKER_LOCK)
        return found is not None and found.pid == self.worker.pid

    def fill_disk(self, seconds: float, *, leave: int) -> None:
        """Leave no room for a while."""
        self._full_until = time.monotonic() + seconds
        self.disk.fill(leave)

    # The course.

    def run(
        self, n: int, *, seed: int, pace_s: float, kinds: list[str], limit_s: float
    ) -> dict[str, Any]:
        """Strike `n` faults, then let every job end; what came of it."""
        done = self._read_faults()
        rng = random.Random(f"{seed} {done}")
        deck = shuffled(kinds, n, seed=seed)
        before = self.faults[-1]["at"] if self.faults else 0.0
        deck, started = deck[done:], time.monotonic()
        self._began = started - before
        due, patient = time.monotonic() + pace_s, time.monotonic() + pace_s + PATIENT_S
        number = done
        while deck or self._pending or self._open():
            if time.monotonic() - started > limit_s:
                self.wrong(f"not at an end after {limit_s:.0f} s")
                break
            self._go_on(submit=bool(deck))
            if not deck or time.monotonic() < due:
                continue
            fault = self._strike(deck[0], rng)
            if fault is not None:
                number += 1
                self._pending.append((number, fault))
                deck.pop(0)
                due = time.monotonic() + 0.3 + rng.expovariate(1 / pace_s)
                patient = due + PATIENT_S
            elif time.monotonic() > patient:
                deck.append(deck.pop(0))
                patient = time.monotonic() + PATIENT_S
        self._look(submit=False)
        return self._result(seed=seed, seconds=time.monotonic() - self._began)

    def close(self) -> None:
        """End the services and what still trains; the files stay."""
        self.disk.free()
        for service in (self.worker, self.app):
            if service is not None:
                service.end()
        self._end_left_over()

    def _strike(self, kind: str, rng: random.Random) -> Fault | None:
        with suppress(QueueError, OSError):  # on a full disk; another moment will do
            fault = KINDS[kind](self, rng)
            if fault is not None:
                for job in fault.hit:
                    self._touched[job] = time.monotonic()
            return fault
        return None

    def _go_on(self, *, submit: bool) -> None:
        """A tenth of a second of everything but faults."""
        self.worker.keep()
        if self.app is not None:
            self.app.keep()
        if self.disk.full and time.monotonic() > self._full_until:
            self.disk.free()
            for job in self.store.list(states=("running", "lost", "queued")):
                self._touched[job.id] = time.monotonic()
        self.disk.keep_full()
        if time.monotonic() - self._looked > LOOK_S:
            self._looked = time.monotonic()
            self._look(submit=submit)
        time.sleep(0.05)

    def _look(self, *, submit: bool) -> None:
        try:
            jobs = self.audit.look(undisturbed=not self.disk.full and self.worker_works())
            for job in jobs:
                if job.state == "done" and job.spec.directory not in self.ends:
                    self._judge(job)
            n_open = sum(job.state in ("queued", "running", "lost") for job in jobs)
            if submit and not self.disk.full and n_open < self._waiting:
                self._submit(len(jobs))
            self._settle()
        except QueueError as error:
            if not self.disk.full:
                self.wrong(f"the queue cannot be used: {error}")

    def _submit(self, number: int) -> None:
        recipe = self._recipes[number % len(self._recipes)]
        directory = f"{recipe}-{number + 1}"
        spec = JobSpec(
            name=directory,
            command=self.place.command(recipe, self.place.runs / directory),
            directory=directory,
            user="campaign",
        )
        self.store.submit(spec, limit_per_user=10**6)

    def _judge(self, job: Job) -> None:
        recipe = job.spec.directory.rpartition("-")[0]
        wrong = judge_end(job, self.place.reference(recipe), self.store)
        self.ends[job.spec.directory] = wrong
        if wrong:
            self.wrong(f"{job.spec.name}: not equal to the run without faults: {', '.join(wrong)}")

    def _settle(self) -> None:
        """See which faults are over."""
        now = time.monotonic()
        for number, fault in list(self._pending):
            over = fault.over()
            if not over and now - fault.at < OVERDUE_S:
                continue
            self._pending.remove((number, fault))
            for job_id, attempt in fault.spared.items():
                touched = self._touched.get(job_id, 0.0) > fault.at
                if self.store.get(job_id).attempt != attempt and not touched:
                    self.wrong(f"job {job_id} was started again after: {fault.kind}")
            if not over:
                self.wrong(f"fault {number} ({fault.kind}) was not recovered from")
            self._note(number, fault, now - fault.at if over else None)

    def _note(self, number: int, fault: Fault, seconds: float | None) -> None:
        record = {
            "number": number, "kind": fault.kind, "detail": fault.detail, "recovered": seconds,
            "at": round(time.monotonic() - self._began, 1),
        }  # fmt: skip
        self.faults.append(record)
        with self._faults_file.open("a") as stream:
            stream.write(json.dumps(record) + "\n")
        late = "not recovered" if seconds is None else f"{seconds:.1f} s"
        print(f"{number:4d} {fault.kind:20} {fault.detail:40} {late}", flush=True)

    # Files and processes.

    @property
    def _faults_file(self) -> Path:
        return self.place.out / "faults.jsonl"

    def _read_faults(self) -> int:
        if self._faults_file.exists():
            lines = self._faults_file.read_text().splitlines()
            self.faults = [json.loads(line) for line in lines]
        return len(self.faults)

    def _open(self) -> bool:
        if self.disk.full:
            return True
        return bool(self.store.list(states=("queued", "running", "lost")))

    def _writers(self) -> list[int]:
        if not hasattr(self, "worker"):
            return []
        running = self.store.list(states=("running",))
        pids = [pid for job in running for pid in trainers(job.directory)]
        return [*pids, *([self.worker.pid] if self.worker.pid else [])]

    def _end_left_over(self) -> None:
        """End what an earlier campaign in this folder, or this one, left behind."""
        found = holder(self.place.runs / WORKER_LOCK)
        if found is not None and found.pid is not None:
            send(found.pid, signal.SIGKILL)
            until(lambda: holder(self.place.runs / WORKER_LOCK) is None, limit_s=5)
        for job in self.store.list():
            for pid in trainers(job.directory):
                send(pid, signal.SIGKILL)

    def _result(self, *, seed: int, seconds: float) -> dict[str, Any]:
        jobs = self.store.list()
        lost = [job.spec.name for job in jobs if job.state != "done"]
        return {
            "seed": seed,
            "seconds": round(seconds),
            "disk": self.disk.kind,
            "clock": "shim of the C library" if self.clock else None,
            "kinds": table_of(self.faults),
            "n_faults": len(self.faults),
            "n_runs": len(jobs),
            "n_attempts": sum(job.attempt for job in jobs),
            "most_attempts": max((job.attempt for job in jobs), default=0),
            "lost": lost,
            "wrong": self.audit.found,
            "n_equal": sum(not wrong for wrong in self.ends.values()),
            "load": [round(value, 1) for value in os.getloadavg()],
            "processors": os.cpu_count(),
        }


def shuffled(kinds: list[str], n: int, *, seed: int) -> list[str]:
    """`n` faults in a random order, of each kind as many as its weight says and one at least."""
    weights = {"trainer": 4, "corrupt checkpoint": 3, "data child": 3, "worker": 3}
    pool = [kind for kind in kinds for _ in range(weights.get(kind, 2))]
    rng = random.Random(seed)
    deck = [*kinds, *(pool[at % len(pool)] for at in range(max(0, n - len(kinds))))][:n]
    rng.shuffle(deck)
    return deck


def table_of(faults: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Count, recovered, median and longest time to recover of each kind of fault."""
    rows = {}
    for kind in KINDS:
        of_kind = [fault["recovered"] for fault in faults if fault["kind"] == kind]
        times = [seconds for seconds in of_kind if seconds is not None]
        rows[kind] = {
            "count": len(of_kind),
            "recovered": len(times),
            "median_s": round(statistics.median(times), 1) if times else None,
            "longest_s": round(max(times), 1) if times else None,
        }
    return rows


def show(result: dict[str, Any]) -> None:
    """Print what came of it."""
    print(f"\n{'fault':20} {'count':>6} {'recovered':>10} {'median':>9} {'longest':>9}")
    for kind, row in result["kinds"].items():
        times = [f"{row[key]:.1f} s" if row["count"] else "" for key in ("median_s", "longest_s")]
        print(f"{kind:20} {row['count']:6d} {row['recovered']:10d} {times[0]:>9} {times[1]:>9}")
    print(
        f"\n{result['n_faults']} faults in {result['seconds'] / 60:.0f} min over "
        f"{result['n_runs']} runs in {result['n_attempts']} attempts (at most "
        f"{result['most_attempts']} of one run); disk: {result['disk']}; load {result['load']} on "
        f"{result['processors']} processors\n"
        f"runs lost: {len(result['lost'])} (aim 0)\n"
        f"wrong states: {len(result['wrong'])} (aim 0)\n"
        f"runs equal to the one without faults: {result['n_equal']} of {result['n_runs']}"
    )
    for text in [*result["lost"], *result["wrong"]]:
        print(f"  {text}")


def passed(result: dict[str, Any]) -> bool:
    """Whether the aims are met."""
    whole = result["n_equal"] == result["n_runs"] > 0
    return whole and not result["lost"] and not result["wrong"]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pace", type=float, default=4.0, help="mean seconds between two faults")
    parser.add_argument("--slots", type=int, default=3)
    parser.add_argument("--limit", type=float, default=90, help="minutes, at most")
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=list(KINDS))
    parser.add_argument("--out", type=Path, help="folder of the campaign; else a temporary one")
    options = parser.parse_args()
    if options.out is not None:
        return campaign(options, options.out.absolute())
    with tempfile.TemporaryDirectory() as name:
        return campaign(options, Path(name))


def campaign(options: argparse.Namespace, out: Path) -> int:
    """A campaign in a folder."""
    place = Place(out)
    place.prepare(list(RECIPES))
    whole = Campaign(place, recipes=list(RECIPES), slots=options.slots)
    end: Callable[..., None] = lambda *_: sys.exit(143)  # noqa: E731
    signal.signal(signal.SIGTERM, end)
    try:
        result = whole.run(
            options.faults,
            seed=options.seed,
            pace_s=options.pace,
            kinds=options.kinds,
            limit_s=60 * options.limit,
        )
        (out / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    finally:
        whole.close()
    if options.out is None:
        whole.disk.unmount()
    show(result)
    return 0 if passed(result) else 1


if __name__ == "__main__":
    sys.exit(main())
