"""A folder of runs whose stand-in trainers do not outlive their test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sgus.jobs.store import JobStore
from tests.jobs.folder_of_runs import Runs, end_all, is_trainer


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    folder = tmp_path / "runs"
    yield Runs(folder, JobStore(folder / "jobs.sqlite"))
    end_all(folder)
    assert not [pid for path in folder.rglob("pids") for pid in map(int, path.read_text().split())
                if is_trainer(pid)]  # fmt: skip
