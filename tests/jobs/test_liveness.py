from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sgus.jobs.errors import JobError
from sgus.jobs.liveness import Heartbeat, Holder, alive, held, holder

HOLDER = """
import fcntl, os, sys, time
handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
child = os.fork() if len(sys.argv) > 2 else 1
if child:
    print(child, flush=True)
time.sleep(30)
"""


def start(path: Path, *more: str) -> tuple[subprocess.Popen[str], int]:
    command = [sys.executable, "-S", "-c", HOLDER, str(path), *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    return process, int(process.stdout.readline())


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    process.stdout.close()


def test_alive__names_the_process_until_it_is_killed(tmp_path: Path) -> None:
    assert alive(tmp_path) is None
    assert alive(tmp_path / "nowhere") is None
    process, _ = start(tmp_path / ".lock")
    try:
        assert alive(tmp_path) == Holder(process.pid)
        assert alive(tmp_path) == Holder(process.pid)  # asking lets nothing go
    finally:
        end(process)
    assert (tmp_path / ".lock").exists()
    assert alive(tmp_path) is None


def test_alive__a_child_that_outlives_its_parent_holds_nothing(tmp_path: Path) -> None:
    process, child = start(tmp_path / ".lock", "with a child")
    try:
        assert alive(tmp_path) == Holder(process.pid)
        process.kill()
        process.wait()
        os.kill(child, 0)  # it lives
        assert alive(tmp_path) is None
    finally:
        os.kill(child, signal.SIGKILL)
        end(process)


def test_alive__asking_is_allowed_to_those_who_may_only_read(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    process, _ = start(lock)
    try:
        lock.chmod(0o444)
        assert alive(tmp_path) == Holder(process.pid)
    finally:
        end(process)


def test_holder__something_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert holder(tmp_path / "file" / "below") is None


def test_held__one_at_a_time_here_and_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "worker.lock"
    with held(path, next_step="Leave it"):
        assert holder(path) == Holder(os.getpid())
        with pytest.raises(JobError, match=r"another worker holds it \(process \d+\)\. Leave it"):
            held(path, next_step="Leave it").__enter__()
        # The refusal, and asking, opened no handle whose closing would let the lock go.
        code = (
            "import sys; from pathlib import Path; from sgus.jobs.liveness import holder;"
            "print(holder(Path(sys.argv[1])).pid)"
        )
        asked = subprocess.run(
            [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
        )
        assert int(asked.stdout) == os.getpid()
    assert holder(path) is None
    process, _ = start(path)
    try:
        with pytest.raises(JobError, match=f"process {process.pid}"):
            held(path, next_step="x").__enter__()
    finally:
        end(process)
    with held(path, next_step="x"):
        pass


def test_held__sees_that_its_file_was_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "worker.lock"
    with held(path, next_step="x") as lock:
        assert lock.stands()
        path.unlink()
        assert not lock.stands()
        path.touch()
        assert not lock.stands()


def test_holder__flock_is_another_lock(tmp_path: Path) -> None:
    """The trainer must use lockf; this is why."""
    path = tmp_path / ".lock"
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        assert holder(path) is None


def test_heartbeat__counts_from_the_last_change_it_saw() -> None:
    now = [100.0]
    watch = Heartbeat(lambda: now[0])
    now[0] = 150
    assert watch.silent_s(7) == 0  # what was before it looked is not known
    now[0] = 160
    assert watch.silent_s(7) == 10
    assert watch.silent_s(8) == 0
    now[0] = 175
    assert watch.silent_s(8) == 15
    assert watch.silent_s(1) == 0
