from __future__ import annotations

import json
from pathlib import Path

import pytest

from sgus.core.errors import RunError
from sgus.stats.consensus import stage_ceilings
from sgus.workflows.observers import cohort_readings
from sgus.workflows.run_ceiling import run_ceiling
from tests.rated_cohort import save_rated_cohort


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    save_rated_cohort(folder / "ours")
    monkeypatch.setenv("SGUS_DATA", str(folder))
    return folder


def test_run_ceiling__is_that_of_the_readings_of_the_runs_cohort(data: Path) -> None:
    observed = cohort_readings(data / "ours")
    found = run_ceiling(observed.manifest_hash)
    expected = [one.row() for one in stage_ceilings(observed.readings)]
    assert found["figures"] == expected
    assert found["cohort"] == "rated"
    assert found["ratings_sha256"] == observed.sha256
    assert found["reason"] is None
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert run_ceiling(observed.manifest_hash, cohort=data / "ours") == found


def test_run_ceiling__a_broken_cohort_beside_it_is_passed_over(data: Path) -> None:
    (data / "broken").mkdir()
    (data / "broken" / "ratings.csv").write_text("nothing\n")
    observed = cohort_readings(data / "ours")
    assert run_ceiling(observed.manifest_hash)["cohort"] == "rated"


def test_run_ceiling__says_why_there_is_none(data: Path, tmp_path: Path) -> None:
    assert "does not say which cohort" in run_ceiling(None)["reason"]
    assert "give its directory with --cohort" in run_ceiling("another")["reason"]
    bare = save_rated_cohort(tmp_path / "bare")
    (bare / "ratings.csv").unlink()
    found = run_ceiling(None, cohort=bare)
    assert found["reason"] == "bare has no ratings.csv"
    assert found["figures"] == []


def test_run_ceiling__two_readers_have_none(data: Path) -> None:
    two = save_rated_cohort(data / "two", [(0, 1), (1, 1), (2, 3)], twice=False)
    found = run_ceiling(cohort_readings(two).manifest_hash)
    assert found["reason"] == "2 readers, and 3 are needed"
    assert all(row["value"] is None for row in found["figures"])


def test_run_ceiling__another_cohort_is_refused(data: Path) -> None:
    with pytest.raises(RunError, match="not the cohort the run was made from"):
        run_ceiling("another", cohort=data / "ours")
