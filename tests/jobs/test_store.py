from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sgus.jobs.database import make_database
from sgus.jobs.errors import JobError, QueueError
from sgus.jobs.job import Marks
from sgus.jobs.spec import JobSpec
from sgus.jobs.states import OPEN, STATES, TRANSITIONS
from sgus.jobs.store import JobStore


def spec(name: str, user: str = "anna") -> JobSpec:
    return JobSpec(name=name, command=("true", "ä b", "$(id)"), directory=name, user=user)


@pytest.fixture
def store(tmp_path: Path) -> JobStore:
    return JobStore(tmp_path / "runs" / "jobs.sqlite")


def test_submit__gives_back_what_was_asked_for(store: JobStore) -> None:
    asked = JobSpec(
        name="Größe 3", command=("a", ""), directory="x", user="Zoë", kind="k", estimate_s=1.5
    )
    job = store.submit(asked)
    assert job == store.get(job.id)
    assert (job.spec, job.state, job.attempt, job.marks) == (asked, "queued", 0, Marks())
    assert job.directory == store.runs / "x"


def test_claim__takes_them_in_order_and_one_at_a_time(store: JobStore) -> None:
    first, second = store.submit(spec("a")), store.submit(spec("b"))
    claimed = store.claim()
    assert claimed is not None
    assert (claimed.id, claimed.state, claimed.attempt) == (first.id, "running", 1)
    assert store.claim() is None
    other = store.claim(slots=2)
    assert other is not None
    assert other.id == second.id
    assert store.claim(slots=9) is None


def test_claim__a_lost_one_goes_first_and_those_left_out_wait(store: JobStore) -> None:
    store.submit(spec("a"))
    job = store.claim()
    assert job is not None
    store.submit(spec("b"))
    store.move(store.submit(spec("c")).id, 1)
    assert store.end(job, "lost", reason="gone", marks=Marks(7, 1, (1, 2, 3), 4))
    next_one = store.claim(without=[job.id])
    assert next_one is not None
    assert next_one.spec.name == "c"
    again = store.claim(slots=2)
    assert again is not None
    assert (again.id, again.attempt, again.reason) == (job.id, 2, "")
    assert again.marks == Marks(7, 1, (1, 2, 3), 4)


CLAIMER = """
import sys
from pathlib import Path
from sgus.jobs.store import JobStore
store, slots = JobStore(Path(sys.argv[1])), int(sys.argv[2])
while job := store.claim(slots=slots):
    print(job.id, job.attempt)
"""


def claimed_by_four(store: JobStore, *, slots: int) -> list[str]:
    command = [sys.executable, "-c", CLAIMER, str(store.path), str(slots)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    return [line for process in started for line in process.communicate()[0].splitlines()]


@pytest.mark.parametrize(("slots", "taken"), [(1, 1), (3, 3), (1000, 40)])
def test_claim__from_four_processes_takes_each_job_once(store, slots: int, taken: int) -> None:
    for at in range(40):
        store.submit(spec(f"j{at}"), limit_per_user=99)
    claimed = claimed_by_four(store, slots=slots)
    assert sorted(claimed, key=lambda line: int(line.split()[0])) == [
        f"{number} 1" for number in range(1, taken + 1)
    ]


def test_make_database__many_at_once_make_one(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "jobs.sqlite"
    code = (
        "import sys; from pathlib import Path; from sgus.jobs.store import JobStore;"
        "JobStore(Path(sys.argv[1])).submit(__import__('sgus.jobs.spec').jobs.spec.JobSpec("
        "name='n', command=('x',), directory=sys.argv[2], user='u'))"
    )
    command = [sys.executable, "-c", code, str(path)]
    started = [subprocess.Popen([*command, f"d{at}"]) for at in range(5)]
    assert [process.wait() for process in started] == [0] * 5
    assert len(JobStore(path).list()) == 5
    assert not [entry for entry in path.parent.iterdir() if entry.name.startswith(".")]


def test_make_database__a_later_version_is_refused(store: JobStore) -> None:
    connection = sqlite3.connect(store.path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(JobError, match="queue of version 99, and this program reads version 1"):
        make_database(store.path)


def test_a_database_taken_away_does_not_come_back_empty(store: JobStore) -> None:
    store.path.unlink()
    with pytest.raises(QueueError, match=r"cannot be used now \(unable to open"):
        store.list()
    assert not store.path.exists()


def test_only_the_ways_of_the_table_are_open_and_each_is_an_event(store: JobStore) -> None:
    """Whoever asks, this program's later code too: the database itself refuses."""
    connection = sqlite3.connect(store.path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    change = "UPDATE jobs SET state = ?, reason = 'why', attempt = 5 WHERE id = ?"
    leading_there = {"queued": [], "running": ["running"]}
    for before, after in product(STATES, STATES):
        job = store.submit(spec(f"{before}-{after}"), limit_per_user=99)
        for state in leading_there.get(before, ["running", before]):
            connection.execute(change, (state, job.id))
        seen = len(store.events(job.id))
        if after in TRANSITIONS[before]:
            connection.execute(change, (after, job.id))
            last = store.events(job.id)[-1]
            assert (last.before, last.after, last.reason, last.attempt) == (before, after, "why", 5)
            assert len(store.events(job.id)) == seen + 1
        elif after != before:
            with pytest.raises(sqlite3.IntegrityError, match="cannot change its state"):
                connection.execute(change, (after, job.id))
            assert store.get(job.id).state == before
            assert len(store.events(job.id)) == seen
    connection.close()


def test_nothing_is_ever_deleted(store: JobStore) -> None:
    store.submit(spec("a"))
    connection = sqlite3.connect(store.path, isolation_level=None)
    for table in ("jobs", "events"):
        with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
            connection.execute(f"DELETE FROM {table}")
    connection.close()


def test_end__only_of_the_current_attempt_of_a_running_job(store: JobStore) -> None:
    store.submit(spec("a"))
    first = store.claim()
    assert first is not None
    assert store.end(first, "lost")
    assert store.end(first, "done") is None  # it no longer runs
    second = store.claim()
    assert second is not None
    assert store.end(first, "done") is None  # an earlier attempt
    assert store.get(first.id).state == "running"
    ended = store.end(second, "failed", reason="half a pair \ud800" + "x" * 5000)
    assert ended is not None
    assert len(ended.reason) == 1000
    assert ended.reason.startswith("half a pair ?x")


def test_end__is_not_lost_while_somebody_asks_to_cancel(store: JobStore) -> None:
    store.submit(spec("a"))
    job = store.claim()
    assert job is not None
    assert store.request_cancel(job.id, reason="by bert").cancel_requested
    assert store.end(job, "lost") is None
    ended = store.end(job, "cancelled")
    assert ended is not None
    assert not ended.cancel_requested


def test_request_cancel__ends_what_waits_at_once_and_leaves_what_has_ended(store) -> None:
    job = store.submit(spec("a"))
    assert store.request_cancel(job.id, reason="by bert").state == "cancelled"
    assert store.request_cancel(job.id, reason="again").reason == "by bert"
    assert [event.reason for event in store.events(job.id)] == ["", "by bert"]
    lost = store.submit(spec("b"))
    claimed = store.claim()
    store.end(claimed, "lost")
    assert store.request_cancel(lost.id).state == "cancelled"
    with pytest.raises(JobError, match="job 77: there is no such job"):
        store.request_cancel(77)


def test_resume__puts_it_last_with_a_clean_sheet(store: JobStore) -> None:
    job = store.submit(spec("a"))
    claimed = store.claim()
    store.end(claimed, "failed", reason="x", marks=Marks(9, 5, (1, 1, 1), 20))
    other = store.submit(spec("b"))
    again = store.resume(job.id)
    assert (again.state, again.attempt, again.marks) == ("queued", 1, Marks(9, 0, (1, 1, 1), 0))
    assert [waiting.id for waiting in store.list(states=("queued",))] == [other.id, job.id]
    with pytest.raises(JobError, match="it is queued, and only a failed or cancelled one"):
        store.resume(job.id)


def test_resume__a_lost_one_goes_on_by_itself_and_a_done_one_stays(store: JobStore) -> None:
    store.submit(spec("a"))
    job = store.claim()
    store.end(job, "lost")
    with pytest.raises(JobError, match="A lost one goes on by itself"):
        store.resume(job.id)
    job = store.claim()
    store.end(job, "done")
    with pytest.raises(JobError, match="it is done, and only"):
        store.resume(job.id)


def test_the_limit_counts_a_persons_open_jobs(store: JobStore) -> None:
    jobs = [store.submit(spec(f"a{at}"), limit_per_user=2) for at in range(2)]
    with pytest.raises(JobError, match="user anna: 2 jobs are waiting or running, and 2 is the"):
        store.submit(spec("b"), limit_per_user=2)
    store.submit(spec("c", user="bert"), limit_per_user=2)
    store.request_cancel(jobs[0].id)
    store.submit(spec("b"), limit_per_user=2)
    with pytest.raises(JobError, match="2 is the limit for one person"):
        store.resume(jobs[0].id, limit_per_user=2)


def test_a_directory_belongs_to_one_job_whatever_its_case(store: JobStore) -> None:
    store.submit(spec("Run"))
    with pytest.raises(JobError, match=r"directory run: it belongs to job 1 \(queued\)"):
        store.submit(spec("run"))


@given(count=st.integers(1, 7), moves=st.lists(st.tuples(st.integers(0, 6), st.integers(1, 9))))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_move__like_a_list(tmp_path_factory, count: int, moves: list[tuple[int, int]]) -> None:
    store = JobStore(tmp_path_factory.mktemp("move") / "jobs.sqlite")
    order = [store.submit(spec(f"j{at}")).id for at in range(count)]
    for which, place in moves:
        job_id = order[which % count]
        order.remove(job_id)
        order.insert(place - 1, job_id)
        store.move(job_id, place)
    assert [job.id for job in store.list()] == order


def test_move__only_what_is_queued(store: JobStore) -> None:
    job = store.submit(spec("a"))
    with pytest.raises(JobError, match="the first place is 1"):
        store.move(job.id, 0)
    store.claim()
    with pytest.raises(JobError, match="it is running, not queued"):
        store.move(job.id, 1)


def test_list__running_lost_queued_then_ended_newest_first(store: JobStore) -> None:
    for name in "abcdefg":
        store.submit(spec(name, user="anna" if name < "e" else "bert"))
    for state in ("done", "failed", "lost"):  # a, b, c
        store.end(store.claim(), state)
    store.claim(slots=9, without=[3])  # d
    store.move(7, 1)
    assert [job.spec.name for job in store.list()] == list("dcgefba")
    assert [job.spec.name for job in store.list(user="bert")] == list("gef")
    assert [job.spec.name for job in store.list(states=OPEN, limit=2)] == list("dc")


def test_list__uses_the_index_of_states(store: JobStore) -> None:
    connection = sqlite3.connect(store.path)
    plan = connection.execute(
        "EXPLAIN QUERY PLAN SELECT * FROM jobs WHERE state IN (SELECT value FROM json_each(?))",
        (json.dumps(["running"]),),
    ).fetchall()
    connection.close()
    assert "jobs_by_state" in plan[0][3]


def test_a_failing_transaction_changes_nothing(store: JobStore, monkeypatch) -> None:
    store.submit(spec("a"))
    monkeypatch.setattr("sgus.jobs.store.job_of", lambda row, **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store.request_cancel(1)
    monkeypatch.undo()
    assert store.get(1).state == "queued"


def test_a_file_that_is_no_database_is_a_sentence(store: JobStore) -> None:
    store.path.write_bytes(b"no database " * 1000)
    with pytest.raises(
        QueueError, match=r"cannot be used now \(file is not a database\)\. See that"
    ):
        store.get(1)


def test_slots__are_remembered(store: JobStore) -> None:
    assert store.slots() == 1
    store.note_slots(3)
    store.note_slots(2)
    assert JobStore(store.path).slots() == 2
