"""The fault campaign in small: the code of `benchmarks/fault_campaign.py`, one fault a kind."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from benchmarks._faults_audit import Audit
from benchmarks._faults_recipes import Place, differences
from benchmarks.fault_campaign import Campaign, passed, table_of
from sgus.cli.main import main
from sgus.jobs.spec import JobSpec
from sgus.jobs.store import JobStore

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the campaign reads /proc"
)
KINDS = ["corrupt checkpoint", "data child", "full disk", "worker", "clock step"]


@pytest.fixture
def place(study, tmp_path: Path) -> Place:
    """A tiny cohort with its reference run."""
    place = Place(tmp_path / "campaign", scale=0.6)
    mapping = ["image_id=Anonymized ID", "patient_id=Patient ID", "grade=OMERACT score"]
    words = ["import", "table", str(study.table), "--images", str(study.images)]
    words += ["--out", str(place.cohort)]
    assert main([*words, *(word for pair in mapping for word in ("--map", pair))]) == 0
    for scheme in (["holdout", "--fractions", "0.5", "0.25", "0.25"], ["kfold", "--folds", "2"]):
        assert main(["split", str(place.cohort), "--scheme", *scheme]) == 0
    place.prepare(["full-child"])
    return place


def test_one_fault_of_each_kind_loses_nothing(place: Place) -> None:
    clock = shutil.which("cc") is not None
    campaign = Campaign(
        place,
        recipes=["full-child"],
        slots=1,
        waiting=1,
        disk_mb=0,
        with_app=False,
        with_clock=clock,
    )
    kinds = [kind for kind in KINDS if clock or kind != "clock step"]
    try:
        result = campaign.run(len(kinds), seed=3, pace_s=0.1, kinds=kinds, limit_s=280)
    finally:
        campaign.close()
    assert result["wrong"] == []
    assert result["lost"] == []
    assert passed(result)
    assert result["n_faults"] == len(kinds)
    assert result["n_attempts"] > result["n_runs"]
    assert all(result["kinds"][kind]["recovered"] == 1 for kind in kinds)
    reference = place.reference("full-child")
    report = reference / "report.json"
    report.write_bytes(report.read_bytes() + b" ")
    assert differences(place.runs / "full-child-1", reference) == ["report.json"]


def test_the_audit_sees_what_does_not_agree(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "runs" / "jobs.sqlite")
    for name in ("one", "two"):
        store.submit(JobSpec(name=name, command=("true",), directory=name, user="anna"))
    audit = Audit(store, slots=1)
    audit.look(undisturbed=True)
    assert audit.found == []
    for name, end in (("one", "done"), ("two", "failed")):
        job = store.claim()
        assert job is not None
        assert job.spec.name == name
        store.end(job, end, reason="it broke")
    audit.look(undisturbed=True)
    assert audit.found == [
        "two: failed, because it broke", "one: done without a whole predictions.csv",
    ]  # fmt: skip


def test_times_to_recover_are_medians_of_those_that_recovered() -> None:
    faults = [{"kind": "worker", "recovered": value} for value in (1.0, 9.0, 2.0, None)]
    row = table_of(faults)["worker"]
    assert row == {"count": 4, "recovered": 3, "median_s": 2.0, "longest_s": 9.0}
    assert table_of(faults)["app"]["median_s"] is None
