"""The train verb as a person meets it, a kill -9 included."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sgus.cli.main import main

FAST = [
    "--preset", "laptop", "--set", "threads=1", "--set", "network.height=48", "--set",
    "network.width=64", "--set", "batch_size=4", "--set", "checkpoint_every_s=0",
    "--set", "precision=float32", "--set", "epochs=60",
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


def test_kill_9_loses_no_figure(cohort: Path, tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    with subprocess.Popen(
        command(cohort, killed), cwd=root, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("epoch   5"):
                process.send_signal(signal.SIGKILL)
                break
        process.wait()
    assert process.returncode == -signal.SIGKILL
    assert (killed / "checkpoint.pt").exists()
    assert not (killed / "predictions.csv").exists()
    done = subprocess.run(
        command(cohort, killed), cwd=root, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    first = next(line for line in done.stdout.splitlines() if line.startswith("epoch"))
    assert not first.startswith("epoch   1/")
    assert main(command(cohort, whole)[3:]) == 0
    for name in ("predictions.csv", "metrics.jsonl", "model/model.safetensors"):
        if name == "metrics.jsonl":  # holds the speed of each epoch beside its losses
            continue
        assert (killed / name).read_bytes() == (whole / name).read_bytes(), name
    assert not (killed / "checkpoint.pt").exists()


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
