"""The worker and the queue as a person meets them, real processes killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sgus.cli.main import main
from sgus.jobs.liveness import alive
from sgus.jobs.spec import JobSpec
from sgus.jobs.store import JobStore
from tests.jobs.folder_of_runs import TRAINER, end_all

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    end_all(tmp_path)


@pytest.fixture
def store(folder: Path) -> JobStore:
    return JobStore(folder / "jobs.sqlite")


def submit(store: JobStore, name: str = "one", **does) -> Path:
    directory = store.runs / name
    command = (sys.executable, "-S", str(TRAINER), str(directory), json.dumps(does))
    store.submit(JobSpec(name=name, command=command, directory=name, user="anna"))
    return directory


def worker(folder: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sgus", "worker", "--runs", str(folder), *more],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def until(holds: Callable[[], object], *, limit_s: float = 30.0) -> None:
    end = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_worker__killed_its_run_lives_on_and_is_adopted(store: JobStore, folder: Path) -> None:
    run = submit(store, beats=150, beat_s=0.01)
    first = worker(folder)
    until(lambda: (run / "progress.json").exists())
    holder = alive(run)
    first.kill()
    first.communicate()
    assert alive(run) == holder
    second = worker(folder)
    try:
        until(lambda: store.get(1).state == "done")
    finally:
        second.send_signal(signal.SIGTERM)
    said = second.communicate()[0]
    assert second.returncode == 0
    assert "job 1 (one): adopted, attempt 1\njob 1 (one): done\n" in said
    assert said.endswith("Worker stopped; what runs goes on\n")
    assert [event.after for event in store.events(1)] == ["queued", "running", "done"]


def test_worker__asked_to_end_it_leaves_its_run_alone(store: JobStore, folder: Path) -> None:
    run = submit(store, hang_at=1)
    process = worker(folder)
    until(lambda: alive(run))
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode == 0
    assert alive(run)


def test_worker__its_lock_says_that_there_is_one_already(store: JobStore, folder: Path) -> None:
    process = worker(folder)
    try:
        until(lambda: (folder / "worker.lock").exists() and worker_lives(folder))
        second = worker(folder)
        said = second.communicate()[0]
        assert second.returncode == 2
        assert f"worker.lock: another worker holds it (process {process.pid})" in said
    finally:
        process.terminate()
        process.communicate()


def worker_lives(folder: Path) -> bool:
    from sgus.workflows.jobs import worker_runs

    return worker_runs(folder)


def test_worker__once(store: JobStore, folder: Path, capsys) -> None:
    run = submit(store)
    assert main(["worker", "--runs", str(folder), "--once"]) == 0
    until(lambda: (run / "result").exists() and not alive(run))
    assert main(["worker", "--runs", str(folder), "--once"]) == 0
    assert store.get(1).state == "done"
    said = capsys.readouterr().out
    assert "job 1 (one): started, attempt 1, for anna" in said
    assert "job 1 (one): done" in said


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """`main` sets handlers for the process it is; here that is the tests' own."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def jobs(folder: Path, *words: str) -> int:
    return main(["jobs", *words, "--runs", str(folder)])


def test_jobs__a_queue_from_beginning_to_end(store: JobStore, folder: Path, capsys) -> None:
    for name in ("one", "two"):
        submit(store, name)
    assert main(["jobs", "--runs", str(folder)]) == 0
    assert capsys.readouterr().out == (
        "    1  queued     anna          one  place 1, starts: within a minute\n"
        "    2  queued     anna          two  place 2, starts: not known when\n"
        "No worker is running: python -m sgus worker\n"
    )
    assert jobs(folder, "move", "2", "1") == 0
    assert capsys.readouterr().out.split()[0] == "2"
    assert jobs(folder, "cancel", "1") == 0
    assert capsys.readouterr().out == "job 1 (one): cancelled\n"
    assert jobs(folder, "list", "--user", "bert") == 0
    assert capsys.readouterr().out == "No jobs.\n"
    assert jobs(folder, "resume", "1") == 0
    assert capsys.readouterr().out == "job 1 (one): queued\n"
    assert jobs(folder, "show", "1") == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in said[3:]] == ["queued", "cancelled", "queued"]
    assert "'{}'" in said[2]


def test_jobs__what_runs_and_what_failed(store: JobStore, folder: Path, capsys) -> None:
    submit(store, "one")
    submit(store, "two")
    store.end(store.claim(), "failed", reason="no patients with grade 1")
    run = store.claim().directory
    run.mkdir()
    said = {"beat": 3, "phase": "training", "fold": 2, "folds": 5, "epoch": 4, "epochs": 45}
    (run / "progress.json").write_text(json.dumps(said | {"seconds_left": 1800}))
    assert jobs(folder) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "    2  running    anna          two  training fold 2/5 epoch 4/45, ends in about 30 min",
        "    1  failed     anna          one  no patients with grade 1",
    ]
    assert jobs(folder, "cancel", "2") == 0
    assert capsys.readouterr().out == "job 2 (two): running, asked to stop at its next batch\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["cancel", "9"], "Error: job 9: there is no such job. List the jobs."),
        (["resume", "1"], "Error: job 1: it is queued, and only a failed or cancelled one"),
    ],
)
def test_jobs__what_cannot_be_done(store, folder, capsys, words: list[str], said: str) -> None:
    submit(store)
    assert jobs(folder, *words) == 2
    assert capsys.readouterr().err.startswith(said)


def test_jobs__a_folder_named_before_the_verb_is_not_ignored(folder: Path, capsys) -> None:
    assert main(["jobs", "--runs", str(folder), "list"]) == 2
    assert "write --runs after the verb" in capsys.readouterr().err


def test_worker__its_environment_does_not_reach_a_job(store, folder, monkeypatch) -> None:
    monkeypatch.setenv("STREAMLIT_SECRET", "x")
    monkeypatch.setenv("SGUS_JOB", "99")
    code = "import json, os; json.dump(dict(os.environ), open(os.environ['SGUS_TEST_OUT'], 'w'))"
    monkeypatch.setenv("SGUS_TEST_OUT", str(folder / "seen.json"))
    command = (sys.executable, "-S", "-c", code)
    store.submit(JobSpec(name="n", command=command, directory="n", user="u"))
    assert main(["worker", "--runs", str(folder), "--once"]) == 0
    seen: dict[str, str] = {}

    def read() -> bool:
        text = (folder / "seen.json").read_text() if (folder / "seen.json").exists() else ""
        if text.endswith("}"):
            seen.update(json.loads(text))
        return bool(seen)

    until(read)
    assert (seen["SGUS_JOB"], seen["SGUS_ATTEMPT"]) == ("1", "1")
    assert "STREAMLIT_SECRET" not in seen
    assert seen["PATH"] == os.environ["PATH"]
