"""`make demo`: once, never in the way of the app. `make run`: the app with a worker beside it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
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


STAND_IN = """#!/bin/sh
echo "begins $$ $2 $3" >> {folder}/asked
{worker}
trap 'echo "told $$ $2 $3" >> {folder}/asked; exit 0' TERM
if [ "$2" = streamlit ]; then for at in $(seq {app_s}0); do sleep 0.1; done; exit 7; fi
for at in $(seq 300); do sleep 0.1; done
"""


def start_run(folder: Path, *, app_s: int = 30, worker: str = "") -> subprocess.Popen[str]:
    """Start the target with a stand-in for the interpreter that says when it is told to end."""
    (folder / "bin").mkdir()
    (folder / "venv").mkdir()
    (folder / "demo").mkdir()
    (folder / "venv" / ".run-ready").touch()
    stand_in = folder / "bin" / "python"
    stand_in.write_text(STAND_IN.format(folder=folder, app_s=app_s, worker=worker))
    stand_in.chmod(0o755)
    words = [f"BIN={folder}/bin", f"VENV={folder}/venv", f"DEMO={folder}/demo"]
    return subprocess.Popen(
        ["make", "--no-print-directory", "run", *words],
        cwd=ROOT, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def asked(folder: Path, what: str) -> list[int]:
    """Process ids of the stand-ins that noted this."""
    path = folder / "asked"
    lines = path.read_text().splitlines() if path.exists() else []
    verb, _, program = what.partition(" ")
    return [int(line.split()[1]) for line in lines if line.split()[::2] == [verb, program]]


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def both_began(folder: Path) -> bool:
    return bool(asked(folder, "begins streamlit") and asked(folder, "begins sgus"))


def finish(make: subprocess.Popen[str]) -> int:
    try:
        make.communicate(timeout=20)
    finally:
        if make.returncode is None:
            os.killpg(make.pid, signal.SIGKILL)
            make.communicate()
    return make.returncode


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_run__the_worker_ends_with_the_app(tmp_path: Path) -> None:
    make = start_run(tmp_path, app_s=1)
    assert finish(make) != 0  # the status of the app is that of the target
    assert len(asked(tmp_path, "begins sgus")) == 1
    assert asked(tmp_path, "told sgus") == asked(tmp_path, "begins sgus")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_run__a_signal_ends_both(tmp_path: Path, number: signal.Signals) -> None:
    make = start_run(tmp_path)
    until(lambda: both_began(tmp_path))
    os.killpg(make.pid, number)
    finish(make)
    for program in ("streamlit", "sgus"):
        (pid,) = asked(tmp_path, f"begins {program}")
        until(lambda pid=pid: gone(pid))


def test_run__a_worker_that_is_killed_is_started_again(tmp_path: Path) -> None:
    make = start_run(tmp_path)
    until(lambda: both_began(tmp_path))
    os.kill(asked(tmp_path, "begins sgus")[0], signal.SIGKILL)
    until(lambda: len(asked(tmp_path, "begins sgus")) == 2)
    assert not asked(tmp_path, "told streamlit")
    os.killpg(make.pid, signal.SIGTERM)
    finish(make)
    until(lambda: all(map(gone, asked(tmp_path, "begins sgus"))))


def test_run__a_worker_that_is_refused_is_not(tmp_path: Path) -> None:
    make = start_run(tmp_path, app_s=3, worker='[ "$2" = sgus ] && exit 2')
    finish(make)
    assert len(asked(tmp_path, "begins sgus")) == 1
    assert not asked(tmp_path, "told streamlit")  # it ran to its own end
