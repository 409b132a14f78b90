"""How a job is started on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sgus.jobs.local import LESS_URGENT, LocalLauncher
from sgus.jobs.store import JobStore
from tests.jobs.folder_of_runs import Runs


def test_a_job_lets_others_go_first(runs: Runs) -> None:
    job = runs.submit(hang_at=1)
    claimed = JobStore(runs.store.path).claim()
    assert claimed is not None
    handle = LocalLauncher(runs.folder).start(claimed, claimed.attempt)
    try:
        runs.until(None, lambda: runs.pids(job))
        (pid,) = runs.pids(job)
        assert os.getpriority(os.PRIO_PROCESS, pid) == LESS_URGENT
        group = Path(f"/proc/{pid}/autogroup")
        if sys.platform == "linux" and group.exists() and group.read_text():
            assert group.read_text().endswith(f"nice {LESS_URGENT}\n")
    finally:
        handle.kill()
        runs.until(None, handle.poll)


def test_a_system_that_refuses_starts_it_all_the_same(runs: Runs, monkeypatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refused)
    runs.submit(beats=2)
    with runs.worker() as worker:
        runs.until(worker, lambda: runs.store.get(1).state == "done")
