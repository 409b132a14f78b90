from __future__ import annotations

import subprocess
import sys
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
