from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from sgus.jobs.errors import JobError, QueueError
from sgus.jobs.job import Job
from sgus.jobs.launcher import Exit
from sgus.jobs.liveness import Holder, alive
from sgus.jobs.local import LocalLauncher
from sgus.jobs.run_files import ask_to_stop, write_attempt
from sgus.jobs.states import OPEN, TRANSITIONS
from sgus.jobs.store import JobStore
from sgus.jobs.worker import Worker
from tests.jobs.folder_of_runs import QUICK, Clock, Runs, is_trainer

WHOLE = [0, 1, 4, 9, 16, 25]


def ends(runs: Runs, job: Job, state: str) -> Callable[[], bool]:
    return lambda: runs.state(job) == state


def beats(runs: Runs, job: Job) -> Callable[[], object]:
    return lambda: runs.reads(job, "progress.json")


def test_a_queue_runs_to_its_end_one_after_the_other(runs: Runs) -> None:
    jobs = [runs.submit(f"r{at}", beats=6) for at in range(3)]
    with runs.worker() as worker:
        seen = []

        def over() -> bool:
            seen.append(len(runs.store.list(states=("running",))))
            return runs.state(jobs[-1]) == "done"

        runs.until(worker, over)
    assert max(seen) == 1
    for job in jobs:
        assert runs.path(job) == ["queued", "running", "done"]
        assert runs.reads(job, "result") == WHOLE
    assert [line.partition(":")[0] for line in runs.said] == [
        f"job {at} (r{at - 1})" for at in (1, 1, 2, 2, 3, 3)
    ]


def test_two_slots_run_two(runs: Runs) -> None:
    jobs = [runs.submit(f"r{at}", hang_at=1) for at in range(3)]
    with runs.worker(slots=2) as worker:
        runs.until(worker, lambda: alive(jobs[0].directory) and alive(jobs[1].directory))
        worker.tick()
        assert [runs.state(job) for job in jobs] == ["running", "running", "queued"]
    assert runs.store.slots() == 2


def test_killed__it_goes_on_from_its_checkpoint_to_the_same_result(runs: Runs) -> None:
    job = runs.submit(beats=6, hang_at=3, only_attempt=1)
    with runs.worker() as worker:
        runs.until(worker, lambda: runs.reads(job, "checkpoint") == WHOLE[:3])
        os.kill(alive(job.directory).pid, signal.SIGKILL)
        runs.until(worker, ends(runs, job, "done"))
    assert runs.path(job) == ["queued", "running", "lost", "running", "done"]
    assert runs.store.events(job.id)[2].reason == "its process was ended by signal 9"
    assert runs.reads(job, "result") == WHOLE
    assert runs.reads(job, "job.json") == {"job_id": job.id, "attempt": 2}


def test_killed__children_left_behind_keep_nothing_alive_and_are_ended(runs: Runs) -> None:
    job = runs.submit(beats=3, hang_at=1, only_attempt=1, child=True)
    with runs.worker() as worker:
        runs.until(worker, lambda: beats(runs, job)() and len(runs.pids(job)) == 2)
        trainer, child = runs.pids(job)
        os.kill(trainer, signal.SIGKILL)
        runs.until(None, lambda: alive(job.directory) is None)
        assert is_trainer(child)
        runs.until(worker, ends(runs, job, "done"))
        runs.until(None, lambda: not is_trainer(child))


def test_worker_ended__the_next_one_adopts_what_runs(runs: Runs) -> None:
    job = runs.submit(beats=6, hang_at=3)
    with runs.worker() as worker:
        runs.until(worker, lambda: runs.reads(job, "checkpoint") == WHOLE[:3])
        before = alive(job.directory)
    assert is_trainer(before.pid)  # it lives on
    with runs.worker() as worker:
        worker.tick()
        assert runs.said[-1] == "job 1 (one): adopted, attempt 1"
        assert (runs.state(job), alive(job.directory)) == ("running", before)
        os.kill(before.pid, signal.SIGKILL)
        runs.until(worker, lambda: "lost" in runs.path(job))
    assert runs.store.events(job.id)[2].reason == "its process is gone, without a word"


def test_worker_ended__what_finished_meanwhile_is_done(runs: Runs) -> None:
    job = runs.submit(beats=6)
    with runs.worker() as worker:
        worker.tick()
    runs.until(None, lambda: runs.reads(job, "result") and alive(job.directory) is None)
    with runs.worker() as worker:
        worker.tick()
    assert runs.path(job) == ["queued", "running", "done"]


def test_worker_ended__between_claim_and_start(runs: Runs) -> None:
    job = runs.submit()
    assert runs.store.claim()  # and the worker is no more
    with runs.worker() as worker:
        runs.until(worker, ends(runs, job, "done"))
    assert runs.path(job) == ["queued", "running", "lost", "running", "done"]


def test_reboot__all_that_ran_go_on_before_what_waits(runs: Runs) -> None:
    jobs = [runs.submit(f"r{at}", beats=2) for at in range(4)]
    for _ in jobs[:2]:
        claimed = runs.store.claim(slots=2)
        claimed.directory.mkdir()
        (claimed.directory / ".lock").touch()  # it stays behind, held by nobody
    runs.store.move(jobs[3].id, 1)
    with runs.worker() as worker:
        worker.tick()
        assert [runs.state(job) for job in jobs] == ["running", "lost", "queued", "queued"]
        runs.until(worker, ends(runs, jobs[2], "done"))
    starts = [line.split()[1] for line in runs.said if "started" in line]
    assert starts == ["1", "2", "4", "3"]


def test_a_second_worker_is_refused(runs: Runs) -> None:
    with (
        runs.worker(),
        pytest.raises(JobError, match=r"worker\.lock: another worker holds it"),
        Worker(runs.store, LocalLauncher(runs.folder)),
    ):
        pass


def test_a_worker_whose_lock_file_was_taken_away_ends(runs: Runs) -> None:
    with runs.worker() as worker:
        (runs.folder / "worker.lock").unlink()
        with pytest.raises(JobError, match="it was taken away"):
            worker.tick()


def test_cancel__step_one_the_flag(runs: Runs) -> None:
    job = runs.submit(beats=500)
    with runs.worker() as worker:
        runs.until(worker, beats(runs, job))
        runs.store.request_cancel(job.id, reason="cancelled by anna")
        runs.until(worker, ends(runs, job, "cancelled"))
    assert runs.store.get(job.id).reason == "cancelled by anna"
    assert runs.reads(job, "status.json") == {"state": "cancelled", "attempt": 1}
    assert [line for line in runs.said if "told" in line] == []


@pytest.mark.parametrize(("stubborn", "last"), [(False, "told to end"), (True, "killed")])
def test_cancel__steps_two_and_three(runs: Runs, stubborn: bool, last: str) -> None:
    job = runs.submit(hang_at=2, deaf=True, stubborn=stubborn, child=True)
    with runs.worker() as worker:
        runs.until(worker, lambda: beats(runs, job)() and len(runs.pids(job)) == 2)
        runs.store.request_cancel(job.id)
        runs.until(worker, ends(runs, job, "cancelled"))
    assert runs.said[-2] == f"job 1 (one): {last}"
    runs.until(None, lambda: not any(map(is_trainer, runs.pids(job))))


@pytest.mark.parametrize("stubborn", [False, True])
def test_cancel__of_an_adopted_one(runs: Runs, stubborn: bool) -> None:
    job = runs.submit(hang_at=2, deaf=True, stubborn=stubborn)
    with runs.worker() as worker:
        runs.until(worker, beats(runs, job))
    runs.store.request_cancel(job.id)
    with runs.worker() as worker:
        runs.until(worker, ends(runs, job, "cancelled"))
    assert not any(map(is_trainer, runs.pids(job)))


def test_cancel__before_it_has_its_lock(runs: Runs) -> None:
    job = runs.submit(start_s=30)
    with runs.worker() as worker:
        runs.until(worker, lambda: runs.pids(job))
        runs.store.request_cancel(job.id)
        runs.until(worker, ends(runs, job, "cancelled"))
    runs.until(None, lambda: not is_trainer(runs.pids(job)[0]))


def test_cancel__one_that_finished_first_is_done(runs: Runs) -> None:
    job = runs.submit(deaf=True)
    with runs.worker() as worker:
        worker.tick()
        runs.store.request_cancel(job.id)
        runs.until(None, lambda: runs.reads(job, "result"))
        runs.until(worker, ends(runs, job, "done"))


def test_cancel__the_worker_died_before_the_trainer_had_its_lock(runs: Runs) -> None:
    """The trainer comes too late: it must not train on under a job that says cancelled."""
    job = runs.submit(start_s=0.6, beats=500)
    with runs.worker() as worker:
        runs.until(worker, lambda: runs.pids(job))
    runs.store.request_cancel(job.id)
    with runs.worker() as worker:
        worker.tick()
        assert runs.state(job) == "cancelled"
    assert runs.reads(job, "job.json")["attempt"] == 0
    runs.until(None, lambda: not is_trainer(runs.pids(job)[0]))
    assert runs.reads(job, "progress.json") is None


def test_resume__a_cancelled_one_goes_on_where_it_stopped(runs: Runs) -> None:
    job = runs.submit(beats=6, hang_at=3, only_attempt=1)
    with runs.worker() as worker:
        runs.until(worker, lambda: runs.reads(job, "checkpoint") == WHOLE[:3])
        runs.store.request_cancel(job.id)
        runs.until(worker, ends(runs, job, "cancelled"))
        assert (job.directory / "cancel").exists()
        runs.store.resume(job.id)
        runs.until(worker, ends(runs, job, "done"))
    assert runs.reads(job, "result") == WHOLE


def test_an_old_status_is_not_taken_for_a_new_one(runs: Runs) -> None:
    """Attempt 1 was cancelled, a person resumed it, attempt 2 is killed before it says a word."""
    job = runs.submit(hang_at=1, only_attempt=1)
    with runs.worker() as worker:
        runs.until(worker, beats(runs, job))
        runs.store.request_cancel(job.id)
        runs.until(worker, ends(runs, job, "cancelled"))
        runs.reads(job, "status.json")
    (job.directory / "status.json").write_text('{"state": "cancelled", "attempt": 1}')
    runs.store.resume(job.id)
    runs.store.claim()
    with runs.worker() as worker:
        runs.until(worker, ends(runs, job, "done"))
    assert runs.path(job)[-4:] == ["running", "lost", "running", "done"]


def test_a_failure_keeps_its_reason_and_is_not_repeated(runs: Runs) -> None:
    job = runs.submit(fail="grade 1: no patients")
    with runs.worker() as worker:
        runs.until(worker, ends(runs, job, "failed"))
        worker.tick()
    assert runs.path(job) == ["queued", "running", "failed"]
    assert runs.store.get(job.id).reason == "grade 1: no patients"


def test_superseded__an_attempt_that_begins_late_ends_without_touching_anything(
    runs: Runs,
) -> None:
    """The worker dies while attempt 1 still imports; attempt 2 is started and wins."""
    job = runs.submit(start_s=0.5, beats=6)
    with runs.worker() as worker:
        runs.until(worker, lambda: len(runs.pids(job)) == 1)
    quick = Runs(runs.folder, runs.store)
    with quick.worker() as worker:
        quick.until(worker, lambda: len(runs.pids(job)) == 2)
        quick.until(worker, ends(runs, job, "done"))
    assert runs.path(job) == ["queued", "running", "lost", "running", "done"]
    assert runs.reads(job, "status.json") == {"state": "done", "attempt": 2}
    assert runs.reads(job, "progress.json")["beat"] == 6
    assert runs.reads(job, "result") == WHOLE


def test_lost__a_trainer_that_begins_late_does_not_work_beside_the_queue(runs: Runs) -> None:
    """The worker dies while attempt 1 still imports, and attempt 2 has to wait."""
    job = runs.submit(start_s=0.6, beats=500)
    with runs.worker() as worker:
        runs.until(worker, lambda: len(runs.pids(job)) == 1)
    with runs.worker(room_bytes=2**62) as worker:
        worker.tick()
        assert runs.state(job) == "lost"
        assert runs.reads(job, "job.json")["attempt"] == 0
        runs.until(worker, lambda: not is_trainer(runs.pids(job)[0]))
    assert runs.reads(job, "progress.json") is None


def test_lost__not_one_that_began_while_it_was_judged(runs: Runs, monkeypatch) -> None:
    job = runs.submit(hang_at=1)
    with runs.worker() as worker:
        runs.until(worker, beats(runs, job))
    adopt, looks = LocalLauncher.adopt, []

    def late(launcher: LocalLauncher, of: Job) -> object:
        looks.append(of.id)
        return None if len(looks) == 1 else adopt(launcher, of)

    monkeypatch.setattr(LocalLauncher, "adopt", late)
    with runs.worker() as worker:
        worker.tick()
        worker.tick()
        assert len(looks) == 3
        assert runs.path(job) == ["queued", "running"]
        assert runs.said[-1] == "job 1 (one): adopted, attempt 1"


def test_superseded__the_first_attempt_had_its_lock_after_all(runs: Runs) -> None:
    """Between the look at the lock and the next claim; the run is adopted, not started twice."""
    job = runs.submit(hang_at=1)
    claimed = runs.store.claim()
    handle = LocalLauncher(runs.folder).start(claimed, 1)
    runs.until(None, beats(runs, job))
    runs.store.end(claimed, "lost")
    with runs.worker() as worker:
        worker.tick()
        assert runs.state(job) == "running"
        assert alive(job.directory) == Holder(runs.pids(job)[0])
        handle.release()
    assert len(runs.pids(job)) == 1


def test_hanging__it_is_ended_and_goes_on(runs: Runs) -> None:
    clock = Clock()
    job = runs.submit(beats=6, hang_at=3, only_attempt=1, deaf=True)
    with runs.worker(clock=clock) as worker:
        runs.until(worker, lambda: runs.reads(job, "checkpoint") == WHOLE[:3])
        worker.tick()
        clock.now += 19
        worker.tick()
        assert runs.state(job) == "running"
        clock.now += 2
        runs.until(worker, ends(runs, job, "done"))
    assert runs.store.events(job.id)[2].reason == "it showed no life for 21 s"
    assert runs.reads(job, "result") == WHOLE


def test_hanging__before_its_lock(runs: Runs) -> None:
    clock = Clock()
    job = runs.submit(start_s=30)
    with runs.worker(clock=clock) as worker:
        runs.until(worker, lambda: runs.pids(job))
        clock.now += 21
        runs.until(worker, lambda: "lost" in runs.path(job))
    assert runs.store.events(job.id)[2].reason == "it did not begin in time"


def test_a_step_of_the_machines_clock_changes_nothing(runs: Runs, monkeypatch) -> None:
    job = runs.submit(beats=500)
    with runs.worker() as worker:
        runs.until(worker, beats(runs, job))
        real = time.time
        for step in (10**8, -(10**8)):
            monkeypatch.setattr(time, "time", lambda step=step: real() + step)
            os.utime(job.directory / "progress.json", (real() + step, real() + step))
            worker.tick()
            assert runs.state(job) == "running"
    assert runs.path(job) == ["queued", "running"]


def test_without_progress_it_is_given_up_after_five_attempts(runs: Runs) -> None:
    job = runs.submit(exit=1, says="Killed by a ghost")
    with runs.worker() as worker:
        runs.until(worker, ends(runs, job, "failed"))
    assert runs.store.get(job.id).attempt == 5
    assert runs.store.get(job.id).reason == (
        "5 times in a row it ended before it had begun; "
        "its process ended with status 1, without a word; Killed by a ghost"
    )
    runs.store.resume(job.id)
    assert runs.store.get(job.id).marks.fruitless == 0


def test_a_program_that_says_that_it_cannot_is_asked_twice(runs: Runs) -> None:
    job = runs.submit(exit=2, says="Error: data/x: there is no cohort. Import one.")
    with runs.worker() as worker:
        runs.until(worker, ends(runs, job, "failed"))
    assert runs.store.get(job.id).attempt == 2
    assert runs.store.get(job.id).reason.endswith(
        "; Error: data/x: there is no cohort. Import one."
    )


def test_with_progress_it_goes_on_as_often_as_it_is_killed(runs: Runs) -> None:
    """Each attempt comes one beat further."""
    job = runs.submit(beats=9, hang_at=None)
    with runs.worker() as worker:
        for at in range(1, 9):
            runs.until(worker, lambda at=at: len(runs.reads(job, "checkpoint") or ()) >= at)
            holder = alive(job.directory)
            if holder:
                os.kill(holder.pid, signal.SIGKILL)
        runs.until(worker, ends(runs, job, "done"))
    assert runs.reads(job, "result") == [at**2 for at in range(9)]


def test_dying_at_the_same_place_every_time_is_given_up(runs: Runs, monkeypatch) -> None:
    monkeypatch.setattr("sgus.jobs.verdict.MOST_STALLED", 6)
    job = runs.submit(beats=3, die_at=2)
    with runs.worker() as worker:
        runs.until(worker, ends(runs, job, "failed"))
    assert runs.store.get(job.id).attempt == 7
    assert "6 times in a row it came no further" in runs.store.get(job.id).reason


def test_a_program_that_is_not_there(runs: Runs) -> None:
    spec = runs.spec("none")
    missing = type(spec)(name="n", command=("/no/such/program",), directory="n", user="u")
    job = runs.store.submit(missing)
    other = runs.submit("other")
    with runs.worker() as worker:
        runs.until(worker, ends(runs, job, "failed"))
        runs.until(worker, ends(runs, other, "done"))
    assert "it could not be started: [Errno 2]" in runs.store.get(job.id).reason


def test_a_command_never_passes_a_shell(runs: Runs) -> None:
    words = ("$(touch shell)", "; touch shell", "`touch shell`", "*", "a b")
    code = "import sys, json; json.dump(sys.argv[1:], open('said.json', 'w'))"
    runs.store.submit(
        type(runs.spec())(
            name="n", command=(sys.executable, "-c", code, *words), directory="n", user="u"
        )
    )
    with runs.worker() as worker:
        runs.until(worker, lambda: (runs.folder / "said.json").exists())
        runs.until(worker, lambda: (runs.folder / "said.json").read_text().endswith("]"))
    assert (runs.folder / "said.json").read_text() == str(list(words)).replace("'", '"')
    assert not (runs.folder / "shell").exists()


def test_full_disk__nothing_is_started_until_there_is_room(runs: Runs) -> None:
    job = runs.submit()
    with runs.worker(room_bytes=10**18) as worker:
        for _ in range(3):
            worker.tick()
        assert runs.state(job) == "queued"
    assert [
        line for line in runs.said if "bytes free. It goes on as soon as that is over." in line
    ] == runs.said[:1]
    with runs.worker() as worker:
        runs.until(worker, ends(runs, job, "done"))


@pytest.mark.parametrize("how", ["status", "output"])
def test_full_disk__what_it_ended_is_lost_not_failed_and_not_counted(
    runs: Runs, how: str, monkeypatch
) -> None:
    said = "OSError: [Errno 28] No space left on device"
    does = {"fail": said} if how == "status" else {"exit": 2, "says": f"Error: {said}"}
    job = runs.submit(**does)
    clock = Clock()
    with runs.worker(clock=clock) as worker:
        for attempt in range(1, 9):
            runs.until(worker, lambda attempt=attempt: runs.path(job).count("lost") == attempt)
            worker.tick()
            assert runs.state(job) == "lost"  # it waits
            clock.now += 1
    assert runs.store.get(job.id).marks.fruitless == 0
    assert runs.store.get(job.id).reason == "the disk is full"


class Broken:
    """A store whose changes fail for a while."""

    def __init__(self, store: JobStore, error: Exception) -> None:
        self._store, self._error = store, error
        self.broken = False

    def __getattr__(self, name: str) -> object:
        if self.broken and name in ("list", "claim", "end"):
            raise self._error
        return getattr(self._store, name)


@pytest.mark.parametrize(
    "error",
    [
        QueueError("jobs.sqlite", "it cannot be used now", "Try again"),
        sqlite3.OperationalError("database or disk is full"),
        OSError(5, "Input/output error"),
    ],
)
def test_a_database_that_fails_ends_no_worker(runs: Runs, error: Exception) -> None:
    job = runs.submit(beats=6)
    store = Broken(runs.store, error)
    with Worker(
        store, LocalLauncher(runs.folder), patience=QUICK, room_bytes=0, say=runs.said.append
    ) as worker:
        worker.tick()
        store.broken = True
        for _ in range(5):
            worker.tick()
        runs.until(None, lambda: runs.reads(job, "result"))
        store.broken = False
        runs.until(worker, ends(runs, job, "done"))
    troubles = [line for line in runs.said if line.startswith("the queue")]
    assert troubles == [
        f"the queue: {str(error).rstrip('.')}. It goes on as soon as that is over.",
        "the queue: works again",
    ]


def test_one_jobs_trouble_is_not_the_others(runs: Runs) -> None:
    bad, good = runs.submit("bad"), runs.submit("good")
    runs.store.claim()
    bad.directory.parent.mkdir(exist_ok=True)
    bad.directory.mkdir()
    (bad.directory / ".lock").symlink_to(bad.directory / ".lock")  # cannot be opened: a loop
    with runs.worker(slots=2) as worker:
        runs.until(worker, ends(runs, good, "done"))
    assert runs.state(bad) == "running"
    assert any("job 1 (bad): [Errno 40]" in line for line in runs.said)


def test_a_late_trainer_is_shut_out_by_its_attempt(runs: Runs) -> None:
    job = runs.submit(start_s=0.3)
    handle = LocalLauncher(runs.folder).start(runs.store.claim(), 1)
    write_attempt(job.directory, job.id, 2)
    runs.until(None, handle.poll)
    assert handle.poll() == handle.poll() == Exit(75)
    assert runs.reads(job, "progress.json") is None


@pytest.mark.parametrize("seed", range(3))
def test_a_storm_of_faults_loses_nothing(runs: Runs, seed: int) -> None:
    """Trainers killed, workers replaced, people who cancel and resume, at random moments."""
    rng = random.Random(seed)
    jobs = [runs.submit(f"r{at}", beats=25, beat_s=0.004, child=at == 0) for at in range(3)]
    worker = runs.worker(slots=2).__enter__()
    for _ in range(25):
        job = rng.choice(jobs)
        holder = alive(job.directory)
        fault = rng.choice(("kill", "kill", "worker", "cancel"))
        if fault == "kill" and holder is not None:
            os.kill(holder.pid, signal.SIGKILL)
        elif fault == "worker":
            worker.__exit__(None, None, None)
            worker = runs.worker(slots=2).__enter__()
        elif fault == "cancel":
            runs.store.request_cancel(job.id)
        for _ in range(rng.randrange(20)):
            worker.tick()
            time.sleep(0.003)
        for job in runs.store.list(states=("cancelled", "failed")):
            runs.store.resume(job.id)
    runs.until(worker, lambda: not runs.store.list(states=OPEN))
    for job in runs.store.list(states=("cancelled", "failed")):
        runs.store.resume(job.id)
    runs.until(worker, lambda: not runs.store.list(states=OPEN))
    worker.__exit__(None, None, None)
    for job in jobs:
        assert runs.state(job) == "done"
        assert runs.reads(job, "result") == [at**2 for at in range(25)]
        events = runs.store.events(job.id)
        assert all(now.before == last.after for last, now in pairwise(events))
        assert all(now.after in TRANSITIONS[now.before] for now in events[1:])
        assert runs.store.get(job.id).attempt == runs.path(job).count("running")


def test_a_flag_left_over_does_not_stop_the_next_attempt(runs: Runs) -> None:
    job = runs.submit()
    job.directory.mkdir()
    ask_to_stop(job.directory)
    with runs.worker() as worker:
        runs.until(worker, ends(runs, job, "done"))
