"""The service that runs the queue, where the disk does not let it begin."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path
from threading import Event

import pytest

from sgus.jobs.errors import QueueError
from sgus.workflows import worker
from sgus.workflows.jobs import open_store
from sgus.workflows.worker import run_worker


def no_room(kind: str) -> Exception:
    if kind == "system":
        return OSError(errno.ENOSPC, "No space left on device", "runs")
    error = QueueError("jobs.sqlite", "the queue cannot be used now (disk I/O error)", "Wait")
    error.__cause__ = sqlite3.OperationalError("disk I/O error")
    return error


class Stop(Event):
    """Ends the service when it has waited so often."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after

    def wait(self, timeout: float | None = None) -> bool:
        self.left -= 1
        if self.left <= 0:
            self.set()
        return self.is_set()


@pytest.mark.parametrize("kind", ["system", "queue"])
def test_a_full_disk_at_its_start_is_waited_for(kind: str, tmp_path: Path, monkeypatch) -> None:
    failures = [no_room(kind)] * 3
    said: list[str] = []

    def opening(runs: Path | None) -> object:
        if failures:
            raise failures.pop()
        return open_store(runs)

    monkeypatch.setattr(worker, "open_store", opening)
    run_worker(tmp_path, slots=1, say=said.append, stop=Stop(after=5))
    assert not failures
    assert said[0].endswith("The worker waits for that.")
    assert said[1:] == [
        f"Worker of {tmp_path}: 1 at a time", "Worker stopped; what runs goes on",
    ]  # fmt: skip


def test_it_can_be_stopped_while_it_waits(tmp_path: Path, monkeypatch) -> None:
    def never(runs: Path | None) -> object:
        raise no_room("queue")

    monkeypatch.setattr(worker, "open_store", never)
    said: list[str] = []
    run_worker(tmp_path, slots=1, say=said.append, stop=Stop(after=3))
    assert len(said) == 1
    with pytest.raises(QueueError):
        run_worker(tmp_path, slots=1, say=said.append, stop=Event(), once=True)


def test_a_damaged_queue_and_missing_rights_are_not_waited_for(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "jobs.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(QueueError, match="not a database"):
        run_worker(tmp_path, slots=1, say=print, stop=Event())

    def refused(runs: Path | None) -> object:
        raise PermissionError(errno.EACCES, "Permission denied", "runs")

    monkeypatch.setattr(worker, "open_store", refused)
    with pytest.raises(PermissionError):
        run_worker(tmp_path, slots=1, say=print, stop=Event())
