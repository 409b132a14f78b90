"""`make demo`, which `make run` goes through: once, and never in the way of the app."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")


def make_demo(folder: Path, *, fails: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the target with a stand-in for the interpreter that notes what it was asked."""
    stand_in = folder / "bin" / "python"
    if not stand_in.exists():
        stand_in.parent.mkdir()
        (folder / "venv").mkdir()
        (folder / "venv" / ".run-ready").touch()
    stand_in.write_text(
        f'#!/bin/sh\necho "$@" >> {folder}/asked\n'
        + ("echo 'Error: the disk is full' >&2\nexit 2\n" if fails else f"mkdir {folder}/demo\n")
    )
    stand_in.chmod(0o755)
    words = [f"BIN={folder}/bin", f"VENV={folder}/venv", f"DEMO={folder}/demo"]
    return subprocess.run(
        ["make", "--no-print-directory", "demo", *words],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_demo__is_made_at_the_first_start_and_left_alone_at_the_second(tmp_path: Path) -> None:
    first, second = make_demo(tmp_path), make_demo(tmp_path)
    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout.startswith("First start: making the demo cohort of simulated images")
    assert (second.stdout, second.stderr) == ("", "")
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked == [f"-m sgus phantom --preset demo --out {tmp_path}/demo"]


def test_demo__a_failure_is_said_and_does_not_stop_the_app(tmp_path: Path) -> None:
    done = make_demo(tmp_path, fails=True)
    assert done.returncode == 0
    assert "Error: the disk is full" in done.stderr
    assert "The demo cohort could not be made, for the reason above; the app starts" in done.stderr
