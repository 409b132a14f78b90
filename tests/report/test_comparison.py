from __future__ import annotations

import pytest

from sgus.core.errors import RunError
from sgus.core.files import to_json
from sgus.report.comparison import compare_predictions
from sgus.report.evaluation import evaluate_predictions


def test_differences_are_those_of_the_two_reports(make):
    sharp, blurred = make(), make(blur=3.0)
    assert sharp["grade"].equals(blurred["grade"])
    found = compare_predictions(sharp, blurred, n_resamples=200)
    to_json(found)
    reports = [evaluate_predictions(t, n_resamples=200)["figures"] for t in (sharp, blurred)]
    for row in found:
        place = (row["figure"], row["scope"], row["subset"])
        values = [
            f["value"]
            for figures in reports
            for f in figures
            if (f["figure"], f["scope"], f["subset"]) == place and f["grade"] is None
        ]
        assert [row["first"], row["second"]] == values
        assert row["difference"] == pytest.approx(values[0] - values[1])
    kappa = next(row for row in found if row["figure"] == "quadratic_kappa")
    assert 0 < kappa["low"] < kappa["difference"] < kappa["high"]
    assert len(found) == 9
    routed = next(r for r in found if (r["scope"], r["subset"]) == ("stage2a", "routed"))
    assert routed["n_images"] == ((sharp["p_stage1"] < 0.5) | (blurred["p_stage1"] < 0.5)).sum()


def test_a_model_against_itself_differs_by_zero(make):
    table = make()
    shuffled = table.sample(frac=1, random_state=2).assign(fold="2")
    for row in compare_predictions(table, shuffled, n_resamples=50):
        assert row["difference"] == 0.0
        assert "do not vary" in row["reason"]


def test_other_images_patients_or_grades_are_refused(make):
    table = make()
    with pytest.raises(RunError, match=r"differ between the tables \(img0119"):
        compare_predictions(table, table.iloc[:-1], n_resamples=50)
    other = table.copy()
    other.loc[3, "grade"] = (other.loc[3, "grade"] + 1) % 4
    with pytest.raises(RunError, match=r"differ between the tables \(img0003"):
        compare_predictions(table, other, n_resamples=50)
    with pytest.raises(RunError, match="no test rows"):
        compare_predictions(table, table.assign(split="validation"), n_resamples=50)


def test_few_patients_get_a_difference_and_no_interval(make):
    few = [make(n_images=12, n_patients=4, blur=blur) for blur in (0.8, 3.0)]
    for row in compare_predictions(*few, n_resamples=200):
        assert row["low"] is row["high"] is None
        assert "fewer than 5" in row["reason"]
    accuracy = compare_predictions(*few, n_resamples=200)[0]
    assert accuracy["difference"] is not None
