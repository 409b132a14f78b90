from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest

from sgus.jobs.run_files import read_progress
from sgus.train.pulse import Cancelled
from sgus.workflows import run_progress
from sgus.workflows.run_progress import MetricsFile, RunProgress
from sgus.workflows.run_status import Terminated


class Clock:
    """A clock in one's own hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(run_progress, "time", made)
    return made


def progress(run: Path, **more: Any) -> RunProgress:
    made = RunProgress(run, folds=2, say=more.pop("say", lambda line: None), **more)
    made.fold(1, name="a", n_images=40, epochs=3)
    return made


def lines(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def records(n: int) -> list[dict[str, Any]]:
    return [{"epoch": epoch, "train_loss": 1 / epoch} for epoch in range(1, n + 1)]


def test_the_heartbeat_is_written_at_most_once_a_second(tmp_path: Path, clock: Clock) -> None:
    pulse = progress(tmp_path)
    pulse.phase("training")
    seen = []
    for batch in range(1, 11):
        clock.now += 0.3
        pulse.beat(1, batch, 10)
        seen.append(json.loads((tmp_path / "progress.json").read_text())["batch"])
    assert seen == [0, 0, 0, 4, 4, 4, 4, 8, 8, 8]
    assert [path.name for path in tmp_path.iterdir()] == ["progress.json"]


def test_pace_and_time_left_are_those_of_a_stopwatch(tmp_path: Path, clock: Clock) -> None:
    pulse = progress(tmp_path)
    pulse.phase("training")
    assert json.loads((tmp_path / "progress.json").read_text())["seconds_left"] is None
    for batch in (4, 5, 6, 7):  # resumed within the epoch; 0.5 s a batch of 4 images
        clock.now += 0.5
        pulse.beat(2, batch, 10)
    said = json.loads((tmp_path / "progress.json").read_text())
    assert said == {
        "beat": 5, "fold": 1, "folds": 2, "epoch": 2, "epochs": 3, "batch": 7, "batches": 10,
        "phase": "training", "images_per_s": 8.0, "seconds_left": (60 - 17) * 0.5,
    }  # fmt: skip
    found = read_progress(tmp_path)
    assert found is not None
    assert found.reached == (1, 2, 7)


def test_the_counter_goes_on_where_the_attempt_before_ended(tmp_path: Path) -> None:
    (tmp_path / "progress.json").write_text('{"beat": 41}')
    progress(tmp_path).phase("preparing")
    assert json.loads((tmp_path / "progress.json").read_text())["beat"] == 42
    (tmp_path / "progress.json").write_text('{"bea')
    progress(tmp_path).phase("preparing")
    assert json.loads((tmp_path / "progress.json").read_text())["beat"] == 1


def test_cancel_is_looked_for_five_times_a_second(tmp_path: Path, clock: Clock) -> None:
    pulse = progress(tmp_path)
    pulse.tick()
    (tmp_path / "cancel").touch()
    clock.now += 0.19
    pulse.tick()
    clock.now += 0.02
    with pytest.raises(Cancelled) as stopped:
        pulse.beat(1, 1, 10)
    assert not isinstance(stopped.value, Terminated)


@pytest.mark.parametrize("flagged", [False, True])
def test_asked_to_end_it_is_cancelled_only_where_somebody_cancelled(
    flagged: bool, tmp_path: Path
) -> None:
    pulse = progress(tmp_path, asked=lambda: True)
    if flagged:
        (tmp_path / "cancel").touch()
    with pytest.raises(Cancelled) as stopped:
        pulse.tick()
    assert isinstance(stopped.value, Terminated) != flagged


def test_records_stand_once_however_often_a_run_was_resumed(tmp_path: Path) -> None:
    other = b'{"fold": "b", "epoch": 1}\n'
    torn = b'{"fold": "a", "epoch": 4, "trai'
    (tmp_path / "metrics.jsonl").write_bytes(other + b'{"fold": "a", "epoch": 9}\n' + torn)
    pulse = progress(tmp_path)
    pulse.resumed(records(2))
    assert [(line["fold"], line["epoch"]) for line in lines(tmp_path)] == [
        ("b", 1), ("a", 1), ("a", 2)
    ]  # fmt: skip
    pulse.record({"epoch": 3, "train_loss": float("nan"), "validation_kappa": None})
    assert lines(tmp_path)[-1] == {
        "fold": "a", "epoch": 3, "train_loss": None, "validation_kappa": None
    }  # fmt: skip
    pulse.settle(records(3))
    assert lines(tmp_path)[1:] == [{"fold": "a", **record} for record in records(3)]


def test_a_fresh_run_makes_no_empty_file(tmp_path: Path) -> None:
    progress(tmp_path).resumed([])
    assert not (tmp_path / "metrics.jsonl").exists()


def test_a_full_disk_is_said_once_and_what_is_missing_is_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    pulse = progress(tmp_path, say=said.append)
    pulse.resumed([])

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(run_progress, "write_text", full)
        disk.setattr(run_progress, "_replace", full)
        disk.setattr(Path, "open", full)
        for record in records(2):
            pulse.record(record)
            pulse.phase("training")
        with pytest.raises(OSError, match="No space"):
            pulse.settle(records(2))
    assert said == [
        "metrics.jsonl could not be written (No space left on device); the run goes on",
        "progress.json could not be written (No space left on device); the run goes on",
    ]
    pulse.record(records(3)[-1])
    assert [line["epoch"] for line in lines(tmp_path)] == [1, 2, 3]


def test_a_line_cut_by_a_full_disk_is_mended(tmp_path: Path) -> None:
    metrics = MetricsFile(tmp_path / "metrics.jsonl")
    metrics.replace("a", records(1))
    with (tmp_path / "metrics.jsonl").open("ab") as stream:
        stream.write(b'{"fold": "a", "ep')
    metrics._whole = False  # what a short write leaves behind
    metrics.append("a", records(2))
    assert [line["epoch"] for line in lines(tmp_path)] == [1, 2]
