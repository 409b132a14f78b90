from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sgus.core.errors import CohortError, ConfigError, SplitError
from sgus.jobs.errors import JobError
from sgus.jobs.job import Job
from sgus.jobs.liveness import held
from sgus.jobs.spec import JobSpec
from sgus.workflows import jobs


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    monkeypatch.setenv("SGUS_RUNS", str(folder))
    return folder


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    root = tmp_path / "Größe 1"
    (root / "splits").mkdir(parents=True)
    (root / "cohort.json").write_text("{}")
    for name in ("holdout", "kfold"):
        (root / "splits" / f"{name}.json").write_text("{}")
    return root


def submit(cohort: Path, split: str = "holdout", **more) -> Job:
    return jobs.submit_training(cohort, split, **{"user": "anna"} | more)


def plain(name: str, *, user: str = "anna", estimate_s: float | None = None) -> Job:
    spec = JobSpec(name=name, command=("true",), directory=name, user=user, estimate_s=estimate_s)
    return jobs.open_store().submit(spec, limit_per_user=10**6)


def test_submit_training__the_command_carries_everything(runs: Path, cohort: Path) -> None:
    settings = {"epochs": 3, "augment.flip": 0.5, "network.backbone": "tiny"}
    job = submit(cohort, preset="laptop", settings=settings, estimate_s=40.0)
    assert job.directory == runs / "Gr-e-1-holdout-laptop"
    assert job.spec.name == "Größe 1 holdout laptop"
    assert job.spec.command == (
        sys.executable, "-m", "sgus", "train", str(cohort), "--split", "holdout",
        "--preset", "laptop", "--out", str(job.directory),
        "--set", "epochs=3", "--set", "augment.flip=0.5", "--set", 'network.backbone="tiny"',
        "--evaluate",
    )  # fmt: skip
    assert jobs.get_job(job.id).job == job


def test_submit_training__is_what_the_command_reads(runs: Path, cohort: Path, capsys) -> None:
    from sgus.cli.main import main

    job = submit(cohort, preset="laptop", settings={"epochs": 3, "network.backbone": "tiny"})
    assert main([*job.spec.command[3:], "--show"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["epochs"], shown["network"]["backbone"]) == (3, "tiny")


def test_submit_training__everything_has_no_test_part(runs: Path, cohort: Path) -> None:
    assert "--evaluate" not in submit(cohort, "everything").spec.command


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"preset": "none"}, ConfigError, "there is no preset of this name"),
        ({"settings": {"epoch": 3}}, ConfigError, "epoch - Extra inputs"),
        ({"settings": {"epochs": "many"}}, ConfigError, "epochs - "),
        ({"split": "other"}, SplitError, "Use holdout, kfold, everything"),
        ({"user": ""}, JobError, "user: it has 0 characters"),
        ({"name": "x" * 200}, JobError, "name: it has 200 characters"),
    ],
)
def test_submit_training__refused_before_it_waits(
    runs: Path, cohort: Path, change: dict, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        submit(cohort, **change)
    assert jobs.list_jobs() == []


def test_submit_training__no_cohort(runs: Path, tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="there is no cohort here"):
        submit(tmp_path / "nothing")


def test_submit_training__directories_never_clash(runs: Path, cohort: Path) -> None:
    runs.mkdir()
    (runs / "gr-e-1-holdout-LAPTOP").mkdir()
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(submit, cohort, preset="laptop", user=f"u{at}") for at in range(6)]
        directories = {future.result().spec.directory for future in waiting}
    assert directories == {f"Gr-e-1-holdout-laptop-{at}" for at in range(2, 8)}


def test_the_limit_of_a_person(runs: Path, cohort: Path) -> None:
    submit(cohort, limit_per_user=1)
    with pytest.raises(JobError, match="1 is the limit for one person"):
        submit(cohort, limit_per_user=1)
    submit(cohort, limit_per_user=1, user="bert")


def test_list_jobs__nothing_yet_makes_no_file(runs: Path) -> None:
    assert jobs.list_jobs() == []
    assert not jobs.worker_runs()
    assert not runs.exists()


def beat(job: Job, **more) -> None:
    job.directory.mkdir(exist_ok=True)
    (job.directory / "progress.json").write_text(json.dumps({"beat": 1, **more}))


def test_list_jobs__progress_places_and_starts(runs: Path) -> None:
    made = [plain(name, estimate_s=100.0 * at) for at, name in enumerate("abcd", start=1)]
    jobs.open_store().claim()
    jobs.move(made[3].id, 1)
    beat(made[0], seconds_left=30.0, epoch=2)
    views = jobs.list_jobs()
    assert [view.job.spec.name for view in views] == list("adbc")
    assert [view.place for view in views] == [None, 1, 2, 3]
    assert [view.starts_in_s for view in views] == [None, 30, 430, 630]
    assert views[0].seconds_left == 30
    assert views[0].progress is not None
    assert views[0].progress.epoch == 2
    assert jobs.get_job(made[1].id) == views[2]


def test_list_jobs__a_lost_one_goes_before_the_queue(runs: Path) -> None:
    lost, other = plain("a", estimate_s=100.0), plain("b", estimate_s=5.0)
    store = jobs.open_store()
    store.end(store.claim(), "lost")
    beat(lost, seconds_left=40.0)
    views = jobs.list_jobs()
    assert [(view.job.id, view.place, view.starts_in_s) for view in views] == [
        (lost.id, None, 0),
        (other.id, 1, 40),
    ]


def test_list_jobs__two_slots(runs: Path) -> None:
    for at, name in enumerate("abcd", start=1):
        plain(name, estimate_s=100.0 * at)
    jobs.open_store().note_slots(2)
    assert [view.starts_in_s for view in jobs.list_jobs()] == [0, 0, 100, 200]


def test_list_jobs__without_an_estimate_nothing_is_made_up(runs: Path) -> None:
    plain("a")
    plain("b", estimate_s=10.0)
    jobs.open_store().claim()
    first, second = jobs.list_jobs()
    assert (first.seconds_left, second.starts_in_s) == (None, None)


@pytest.mark.parametrize(("ago_s", "left"), [(40, 60), (500, 0), (-3600, 100)])
def test_list_jobs__the_estimate_runs_down_and_a_clock_set_back_does_no_harm(
    runs: Path, monkeypatch: pytest.MonkeyPatch, ago_s: int, left: float
) -> None:
    plain("a", estimate_s=100.0)
    then = datetime.now(UTC) - timedelta(seconds=ago_s)
    monkeypatch.setattr("sgus.jobs.store.utc_now", then.isoformat)
    jobs.open_store().claim()
    assert jobs.list_jobs()[0].seconds_left == pytest.approx(left, abs=5)


def test_list_jobs__of_one_person_with_the_estimates_of_all(runs: Path) -> None:
    plain("a", user="bert", estimate_s=70.0)
    mine = plain("b")
    (view,) = jobs.list_jobs(user="anna")
    assert (view.job.id, view.place, view.starts_in_s) == (mine.id, 2, 70)


def test_cancel__asks_the_trainer_though_no_worker_runs(runs: Path) -> None:
    job = plain("a")
    jobs.open_store().claim()
    job.directory.mkdir()
    asked = jobs.cancel(job.id, user="bert")
    assert (asked.state, asked.cancel_requested) == ("running", True)
    assert (job.directory / "cancel").exists()
    assert jobs.cancel(job.id, user="carl").reason == "cancelled by bert"


def test_cancel_and_resume__in_the_queue(runs: Path) -> None:
    job, other = plain("a"), plain("b")
    assert jobs.cancel(job.id, user="bert").state == "cancelled"
    assert not job.directory.exists()
    assert jobs.resume(job.id, user="carl").state == "queued"
    assert [view.job.id for view in jobs.list_jobs()] == [other.id, job.id]
    assert [event.reason for event in jobs.job_events(job.id)] == [
        "", "cancelled by bert", "resumed by carl",
    ]  # fmt: skip


def test_get_job__one_that_has_ended(runs: Path) -> None:
    job = plain("a")
    store = jobs.open_store()
    store.end(store.claim(), "done")
    view = jobs.get_job(job.id)
    assert (view.job.state, view.progress, view.place) == ("done", None, None)
    with pytest.raises(JobError, match="there is no such job"):
        jobs.get_job(9)


def test_worker_runs(runs: Path) -> None:
    with held(runs / "worker.lock", next_step="x"):
        assert jobs.worker_runs()
    assert not jobs.worker_runs()
