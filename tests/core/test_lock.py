from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sgus.core.errors import RunError
from sgus.core.lock import only_process

HOLDER = """
import sys, time
from pathlib import Path
from sgus.core.errors import RunError
from sgus.core.lock import only_process
with only_process(Path(sys.argv[1]), RunError, next_step="Wait"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_directory_held_by_another_process_is_refused_until_that_is_killed(
    tmp_path: Path,
) -> None:
    place = tmp_path / "deep" / "run"
    command = [sys.executable, "-c", HOLDER, str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            refused = only_process(place, RunError, next_step="Wait for it")
            with pytest.raises(RunError, match=r"another process is at work here\. Wait"), refused:
                pass
        finally:
            holder.kill()  # -9: nothing of its own can clean up
    with only_process(place, RunError, next_step="Wait"):
        assert place.is_dir()


def test_it_is_let_go_after_use_and_after_an_error(tmp_path: Path) -> None:
    for _ in range(2):
        with (
            pytest.raises(ZeroDivisionError),
            only_process(tmp_path, RunError, next_step="Wait"),
        ):
            _ = 1 / 0


def test_one_process_cannot_hold_it_twice(tmp_path: Path) -> None:
    with (
        only_process(tmp_path, RunError, next_step="Wait"),
        pytest.raises(RunError, match="another process"),
        only_process(tmp_path, RunError, next_step="Wait"),
    ):
        pass


INHERITED = """
import os, sys, time
from pathlib import Path
from sgus.core.errors import RunError
from sgus.core.lock import only_process
with only_process(Path(sys.argv[1]), RunError, next_step="Wait"):
    child = os.fork()  # as a loader of data does; it inherits the open file
    if child == 0:
        time.sleep(60)
    print(child, flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_that_inherited_the_file_does_not_hold_it_for_its_dead_parent(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", INHERITED, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        child = int(holder.stdout.readline())
        try:
            holder.kill()
            holder.wait()
            os.kill(child, 0)  # it lives
            with only_process(tmp_path, RunError, next_step="Wait"):
                pass
        finally:
            os.kill(child, signal.SIGKILL)


def test_it_can_be_waited_for(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        refused = only_process(tmp_path, RunError, next_step="Wait", wait_s=0.15)
        with pytest.raises(RunError, match="another process"), refused:
            pass
        end = threading.Timer(0.2, holder.kill)
        end.start()
        with only_process(tmp_path, RunError, next_step="Wait", wait_s=60):
            assert holder.wait() == -signal.SIGKILL
        end.join()


def test_two_directories_are_held_at_once_by_two_names_of_one_only_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "other name of a").symlink_to(tmp_path / "a")
    with (
        only_process(tmp_path / "a", RunError, next_step="Wait"),
        only_process(tmp_path / "b", RunError, next_step="Wait"),
    ):
        again = only_process(tmp_path / "other name of a", RunError, next_step="Wait")
        with pytest.raises(RunError, match="another process"), again:
            pass
        # The refusal opened and closed nothing: the lock is still seen from outside.
        code = HOLDER.replace("time.sleep(60)", "")
        command = [sys.executable, "-c", code, str(tmp_path / "a")]
        done = subprocess.run(command, capture_output=True, text=True)
        assert "another process is at work here" in done.stderr
