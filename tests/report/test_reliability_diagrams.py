from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss

from sgus.core.grades import GRADES
from sgus.report.evaluation import evaluate_predictions
from sgus.report.reliability_diagrams import reliability
from tests.report.explore_cases import evidence_of

ASKED = {"stage2a": (0, 1), "stage2b": (2, 3)}


def test_scores_are_those_of_the_report_and_of_scikit_learn(make):
    table = make()
    found = reliability(evidence_of(table), None)
    assert {f["state"] for f in found["figures"]} == {"before"}
    mine = {(f["scope"], f["figure"]): f for f in found["figures"]}
    names = {"calibration_error": "calibration_error", "ranked_probability_score": "brier"}
    for figure in evaluate_predictions(table, n_resamples=60)["figures"]:
        if figure["figure"] not in names or figure["subset"] == "routed":
            continue
        stage = figure["scope"] != "four_grades"
        name = names[figure["figure"]] if stage else figure["figure"]
        for key in ("value", "low", "high", "n_images"):
            assert mine[figure["scope"], name][key] == pytest.approx(figure[key], abs=1e-12)
    p = table[[f"p{grade}" for grade in GRADES]].to_numpy()
    loss = log_loss(table["grade"], p, labels=list(GRADES))
    assert mine["four_grades", "log_loss"]["value"] == pytest.approx(loss)
    low = table[table["grade"] < 2]
    brier = brier_score_loss(low["grade"] == 1, low["p_stage2a"])
    assert mine["stage2a", "brier"]["value"] == pytest.approx(brier)


def test_bins_say_what_they_hold(make):
    table = make()
    found = reliability(evidence_of(table), None)
    assert len(found["diagrams"]) == 8
    for diagram in found["diagrams"]:
        n = table["grade"].isin(ASKED.get(diagram["scope"], GRADES)).sum()
        assert sum(b["n_images"] for b in diagram["bins"]) == n
        for b in diagram["bins"]:
            if b["n_images"] == 0:
                assert b["value"] is b["mean_probability"] is None
                assert b["reason"] == "no image has such a probability"
            else:
                assert b["low_edge"] <= b["mean_probability"] <= b["high_edge"]
            assert b["low"] is None or b["low"] <= b["value"] <= b["high"]
            assert (b["low"] is None) == (b["reason"] is not None)
    first = found["diagrams"][0]["bins"][3]
    inside = table[(table["p_stage1"] >= 0.3) & (table["p_stage1"] < 0.4)]
    assert first["value"] == pytest.approx((inside["grade"] >= 2).mean())
    assert first["n_patients"] == inside["patient_id"].nunique()
    assert np.isclose(first["mean_probability"], inside["p_stage1"].mean())
