from __future__ import annotations

import statistics

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, confusion_matrix

from sgus.core.files import to_json
from sgus.report.patients import patient_level
from tests.report.explore_cases import cohort_of, evidence_of


def slow(table, images):
    """Examinations by loops: true and predicted glands of each patient."""
    both = table.merge(images, on="image_id")
    found = {}
    for patient, rows in both.groupby("patient_id"):
        glands = [
            (statistics.median_low(g["grade"]), statistics.median_low(g["predicted"]))
            for _, g in rows.groupby(["gland", "side"])
        ]
        found[patient] = np.array(glands).T
    return found


def test_summaries_are_those_of_a_loop(make):
    table = make(n_images=200, n_patients=40)
    images = cohort_of(table)
    found = patient_level(evidence_of(table, images=images))
    to_json(found)
    known = slow(table, images)
    assert found["n_examinations"] == found["n_patients"] == 40
    for row in found["examinations"]:
        truth, said = known[row["patient_id"]]
        assert (row["highest_true"], row["highest_predicted"]) == (max(truth), max(said))
        assert (row["sum_true"], row["sum_predicted"]) == (sum(truth), sum(said))
        assert row["glands_2_or_above_true"] == (truth >= 2).sum()
        assert row["n_glands"] == len(truth)
        assert row["n_images"] == (table["patient_id"] == row["patient_id"]).sum()


def test_figures_are_those_of_scikit_learn(make):
    table = make(n_images=200, n_patients=40)
    images = cohort_of(table)
    found = patient_level(evidence_of(table, images=images))
    known = list(slow(table, images).values())
    figures = {(f["scope"], f["figure"]): f for f in found["figures"]}
    highest = np.array([(max(t), max(s)) for t, s in known]).T
    value = figures["highest_grade", "accuracy"]["value"]
    assert value == pytest.approx((highest[0] == highest[1]).mean())
    kappa = cohen_kappa_score(*highest, weights="quadratic")
    assert figures["highest_grade", "quadratic_kappa"]["value"] == pytest.approx(kappa)
    four = np.array([(sum(t), sum(s)) for t, s in known if len(t) == 4]).T
    assert figures["sum", "accuracy"]["n_examinations"] == four.shape[1] < 40
    off = figures["sum", "mean_absolute_error"]["value"]
    assert off == pytest.approx(np.abs(four[0] - four[1]).mean())
    bias = figures["sum", "mean_difference"]["value"]
    assert bias == pytest.approx((four[1] - four[0]).mean())
    tn, fp, fn, tp = confusion_matrix(highest[0] >= 2, highest[1] >= 2).ravel()
    scope = "any_2_or_above"
    assert figures[scope, "sensitivity"]["value"] == pytest.approx(tp / (tp + fn))
    assert figures[scope, "specificity"]["value"] == pytest.approx(tn / (tn + fp))
    assert figures[scope, "sensitivity"]["n_examinations"] == tp + fn
    assert figures[scope, "kappa"]["value"] == pytest.approx(
        cohen_kappa_score(highest[0] >= 2, highest[1] >= 2)
    )
    sensitivity = figures[scope, "accuracy"]
    assert sensitivity["low"] < sensitivity["value"] < sensitivity["high"]


def test_visits_are_examinations_of_their_own(make):
    table = make(n_images=200, n_patients=40)
    images = cohort_of(table).assign(visit="1")
    images.loc[images.index % 2 == 0, "visit"] = "2"
    found = patient_level(evidence_of(table, images=images))
    assert 60 < found["n_examinations"] <= 80
    assert found["n_patients"] == 40
    assert found["figures"][0]["n_patients"] == 40


def test_what_is_not_known_has_a_reason(make):
    table = make()
    images = cohort_of(table)
    merged = patient_level(evidence_of(table, images=images, unit="grouping key"))
    assert "not known which images are of one patient" in merged["reason"]
    none = patient_level(evidence_of(table, images=images.assign(side="")))
    assert "does not say gland and side" in none["reason"]
    assert none["left_out"] == len(table)
    half = images.copy()
    half.loc[half.index % 2 == 0, "gland"] = ""
    part = patient_level(evidence_of(table, images=half))
    assert 0 < part["left_out"] < len(table)
    no_four = patient_level(evidence_of(table, images=images.assign(side="left")))
    figure = next(f for f in no_four["figures"] if f["scope"] == "sum")
    assert figure["value"] is None
    assert figure["reason"] == "no examination has all four glands"
