from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sgus.stats.agreement.panel import MISSING
from sgus.workflows.observer_consensus import METHODS, consensus_of, consensus_rows
from sgus.workflows.observers import cohort_readings, observe
from tests.rated_cohort import GRADES_READ, save_rated_cohort


def test_consensus__three_columns_and_the_readings_stay(tmp_path: Path) -> None:
    root = save_rated_cohort(tmp_path / "rated")
    observed = cohort_readings(root)
    before = observed.readings.codes.copy(), (root / "ratings.csv").read_bytes()
    found = consensus_of(observed, tie="lower")
    rows = consensus_rows(observed, found)
    assert (observed.readings.codes == before[0]).all()
    assert (root / "ratings.csv").read_bytes() == before[1]
    assert [row["median"] for row in rows] == [sorted(read)[1] for read in GRADES_READ]
    assert rows[0] | {"n_readings": 3, "n_all_readings": 4, "tie_rule": "lower"} == rows[0]
    for row in rows:
        p = [row[f"p{grade}"] for grade in range(4)]
        assert sum(p) == pytest.approx(1, abs=1e-5)
        assert row["dawid_skene"] == int(np.argmax(p))
    for method in METHODS:
        assert sum(found.counts(method)) + found.n_without(method) == len(rows)


def test_consensus__ties_and_where_the_methods_differ(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("image_id,a,b,c,d\ni1,0,0,2,2\ni2,1,1,1,1\ni3,3,3,3,3\ni4,,,,0\n")
    observed = observe(table)
    codes = {tie: consensus_of(observed, tie=tie).codes["median"].tolist()
             for tie in ("lower", "upper", "none")}  # fmt: skip
    assert codes == {"lower": [0, 1, 3, 0], "upper": [2, 1, 3, 0], "none": [MISSING, 1, 3, 0]}
    found = consensus_of(observed, tie="none")
    assert 0 in found.differing
    assert 1 not in found.differing
    assert consensus_rows(observed, found)[0]["median"] is None
