"""The train verb as a person meets it, a kill -9 included."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sgus.cli.main import main
from sgus.core.files import sha256_file

FAST = [
    "--preset", "laptop", "--set", "threads=1", "--set", "network.height=48", "--set",
    "network.width=64", "--set", "batch_size=2", "--set", "checkpoint_every_s=0.01",
    "--set", "precision=float32", "--set", "patience=0", "--set", "epochs=20",
]  # fmt: skip


@pytest.fixture
def cohort(study, tmp_path: Path) -> Path:
    out = tmp_path / "cohort"
    mapping = ["image_id=Anonymized ID", "patient_id=Patient ID", "grade=OMERACT score"]
    words = ["import", "table", str(study.table), "--images", str(study.images), "--out", str(out)]
    assert main([*words, *(word for pair in mapping for word in ("--map", pair))]) == 0
    assert main(["split", str(out), "--fractions", "0.5", "0.25", "0.25"]) == 0
    return out


def command(cohort: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "sgus", "train", str(cohort), "--out", str(out), *FAST]


ROOT = Path(__file__).resolve().parents[2]


def start(words: list[str], **more: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **more}
    return subprocess.Popen(
        words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def status(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "status.json").read_text())
    return found


def outcome(run: Path) -> dict[str, Any]:
    """All that must not depend on what happened on the way."""
    curves = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    for record in curves:
        del record["images_per_s"]
    files = ("predictions.csv", "model/model.safetensors", "model/model.json")
    return {name: (run / name).read_bytes() for name in files} | {"curves": curves}


def test_kill_9_at_any_moment_loses_no_figure(cohort: Path, tmp_path: Path) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    for moment in ("fold holdout", "epoch   5", "epoch  20"):
        with start(command(cohort, killed)) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith(moment):
                    process.send_signal(signal.SIGKILL)
                    break
            process.stdout.read()
            process.wait()
        assert process.returncode == -signal.SIGKILL
        assert not (killed / "predictions.csv").exists()
        assert status(killed)["state"] == "running"
    # What a kill in the middle of a write leaves behind, and a checkpoint damaged on top.
    (killed / ".status.json.abc.part").write_text("{")
    (killed / "checkpoint.pt").write_bytes((killed / "checkpoint.pt").read_bytes()[:-1])
    assert main(command(cohort, killed)[3:]) == 0
    assert main(command(cohort, whole)[3:]) == 0
    assert outcome(killed) == outcome(whole)
    assert len(outcome(whole)["curves"]) == 20
    assert (killed / "log.txt").read_text().count("checkpoint.pt is damaged") == 1
    assert sorted(path.name for path in killed.iterdir()) == [
        ".lock", "log.txt", "metrics.jsonl", "model", "predictions.csv", "progress.json",
        "run.json", "status.json",
    ]  # fmt: skip


def when_training(run: Path, act: Callable[[], object]) -> threading.Thread:
    """Do something once the run has come some epochs further than it is now."""

    def size() -> int:
        return (run / "metrics.jsonl").stat().st_size if (run / "metrics.jsonl").exists() else 0

    def watch(before: int) -> None:
        for _ in range(6000):
            if size() > before + 500:
                act()
                return
            time.sleep(0.01)

    thread = threading.Thread(target=watch, args=(size(),))
    thread.start()
    return thread


def test_cancelled_or_asked_to_end_it_goes_on_with_the_same_command(
    cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    words = [*command(cohort, run)[3:], "--set", "epochs=1000", "--set", "schedule=constant"]
    watcher = when_training(run, (run / "cancel").touch)
    assert main(words) == 3
    watcher.join()
    assert "The same command goes on where it was" in capsys.readouterr().err
    assert status(run)["state"] == "cancelled"
    assert not (run / "cancel").exists()
    done = len((run / "metrics.jsonl").read_text().splitlines())
    watcher = when_training(run, lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert main(words) == 143
    watcher.join()
    assert status(run)["state"] == "interrupted"
    assert len((run / "metrics.jsonl").read_text().splitlines()) >= done


def test_a_full_disk_interrupts_and_the_same_command_goes_on(cohort: Path, tmp_path: Path) -> None:
    full, whole = tmp_path / "full", tmp_path / "whole"
    assert main(command(cohort, whole)[3:]) == 0  # its images stay prepared
    limited = (
        "import resource, sys; from sgus.cli.main import main;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY));"
        "sys.exit(main(sys.argv[1:]))"
    )
    words = command(cohort, full)
    with start([words[0], "-c", limited, *words[3:]]) as process:
        said, complaint = process.communicate()
    assert process.returncode == 2
    assert "the disk takes no more (File too large). Free some room" in complaint
    assert "the checkpoint could not be written (File too large); training goes on" in said
    assert "epoch  20/20" in said
    assert status(full)["state"] == "interrupted"
    assert not list(full.rglob("*.part"))
    assert not (full / "model" / "model.safetensors").exists()
    assert main(words[3:]) == 0
    assert outcome(full) == outcome(whole)


def test_a_trainer_that_another_attempt_replaced_changes_nothing(
    cohort: Path, tmp_path: Path, monkeypatch, capsys
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "job.json").write_text('{"job_id": 4, "attempt": 2}')
    (run / ".lock").touch()
    before = {path.name: path.stat().st_mtime_ns for path in run.iterdir()}
    monkeypatch.setenv("SGUS_JOB", "4")
    monkeypatch.setenv("SGUS_ATTEMPT", "1")
    assert main(command(cohort, run)[3:]) == 75
    assert "attempt 1 of job 4 is not the current one" in capsys.readouterr().err
    assert {path.name: path.stat().st_mtime_ns for path in run.iterdir()} == before


def test_a_job_writes_down_every_refusal_and_ends_with_a_report(
    cohort: Path, tmp_path: Path, monkeypatch
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "job.json").write_text('{"job_id": 4, "attempt": 2}')
    (run / "output.txt").write_text("")
    monkeypatch.setenv("SGUS_JOB", "4")
    monkeypatch.setenv("SGUS_ATTEMPT", "2")
    words = [*command(cohort, run)[3:], "--set", "epochs=2", "--evaluate"]
    assert main([*words, "--split", "mine"]) == 2
    assert status(run)["state"] == "failed"
    assert "Use one of: holdout" in status(run)["reason"]
    assert main(words) == 0
    said = status(run)
    assert (said["state"], said["attempt"]) == ("done", 2)
    assert said["predictions_sha256"] == sha256_file(run / "predictions.csv")
    assert json.loads((run / "report.json").read_text())["kind"] == "evaluation"
    assert json.loads((run / "progress.json").read_text())["phase"] == "evaluating"


def test_every_image_learnt_from_leaves_nothing_to_evaluate(cohort: Path, tmp_path, capsys) -> None:
    words = command(cohort, tmp_path / "run")[3:]
    assert main([*words, "--split", "everything", "--evaluate"]) == 2
    assert "has none left to be judged by" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_settings_are_shown_without_training(
    cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main([*command(cohort, tmp_path / "run")[3:], "--show"]) == 0
    assert '"backbone": "tiny"' in capsys.readouterr().out
    assert not (tmp_path / "run").exists()


def test_a_wrong_name_is_a_sentence(
    cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", str(cohort), "--out", str(tmp_path / "run")]
    for wrong, text in (
        (["--split", "mine"], "Use one of: holdout"),
        (["--preset", "best"], "Use one of: default, full, quick, short"),
        (["--set", "epoch=3"], "epoch - Extra inputs are not permitted"),
        (["--config", "no.json"], "no.json: the file is not there"),
    ):
        assert main([*words, *wrong]) == 2
        assert text in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_what_comes_next_is_said(cohort: Path, tmp_path: Path, capsys) -> None:
    short = [*FAST, "--set", "epochs=1", "--out"]
    assert main(["train", str(cohort), *short, str(tmp_path / "a")]) == 0
    said = capsys.readouterr().out
    assert f"Next: python -m sgus evaluate {tmp_path / 'a'}" in said
    assert "initial weights none: training starts from random numbers" in said
    words = ["train", str(cohort), "--split", "everything", *short, str(tmp_path / "b")]
    assert main(words) == 0
    assert f"Next: python -m sgus publish {tmp_path / 'b'} --name" in capsys.readouterr().out
