from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest

from sgus.core.errors import RunError
from sgus.train.pulse import Cancelled
from sgus.workflows import run_status
from sgus.workflows.attempt import Attempt
from sgus.workflows.run_status import RunStatus, Terminated

GOES_ON = "the same command goes on where it was"


def status(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "status.json").read_text())
    return found


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (Cancelled(), "cancelled", f"it was cancelled; {GOES_ON}"),
        (Terminated(), "interrupted", f"it was asked to end; {GOES_ON}"),
        (KeyboardInterrupt(), "interrupted", f"it was interrupted; {GOES_ON}"),
        (RunError("x", "it is bad", "Mend it"), "failed", "x: it is bad. Mend it."),
        (ZeroDivisionError("oh"), "failed", "ZeroDivisionError: oh"),
        (PermissionError(13, "Denied"), "failed", "PermissionError: [Errno 13] Denied"),
    ],
)
def test_each_end_has_its_state_and_reason(
    error: BaseException, state: str, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "cancel").touch()

    def end() -> None:
        assert status(tmp_path) == {"state": "running", "reason": "", "attempt": 3}
        raise error

    with pytest.raises(type(error)), RunStatus(tmp_path, Attempt("5", 3)).recorded():
        end()
    assert status(tmp_path) == {"state": state, "reason": reason, "attempt": 3}
    assert not (tmp_path / "cancel").exists()  # used up: the next start goes on


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_an_interruption_with_a_next_step(code: int, tmp_path: Path) -> None:
    with (
        pytest.raises(RunError, match=r"the disk takes no more \(full\)\. Free some room"),
        RunStatus(tmp_path, None).recorded(),
    ):
        raise OSError(code, "full")
    assert status(tmp_path)["state"] == "interrupted"
    assert GOES_ON in status(tmp_path)["reason"]
    assert status(tmp_path)["attempt"] is None


def test_a_disk_too_full_for_the_status_hides_no_error(tmp_path: Path, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    def end() -> None:
        monkeypatch.setattr(run_status, "write_json", full)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), RunStatus(tmp_path, None).recorded():
        end()
    assert status(tmp_path)["state"] == "running"  # with nobody at work: lost, and resumed


def test_a_block_that_ends_well_says_so_itself(tmp_path: Path) -> None:
    made = RunStatus(tmp_path, None)
    with made.recorded():
        made.write("done", predictions_sha256="abc")
    assert status(tmp_path) == {
        "state": "done", "reason": "", "attempt": None, "predictions_sha256": "abc"
    }  # fmt: skip
