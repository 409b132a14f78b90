"""A folder of runs whose stand-in trainers do not outlive their test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sgus.jobs.store import JobStore
from tests.jobs.folder_of_runs import Runs, end_all


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    folder = tmp_path / "runs"
    yield Runs(folder, JobStore(folder / "jobs.sqlite"))
    end_all(folder)
