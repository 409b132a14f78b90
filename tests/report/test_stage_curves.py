from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    precision_score,
    roc_auc_score,
    roc_curve,
)

from sgus.core.files import to_json
from sgus.core.grades import STAGES
from sgus.report.stage_curves import StageThresholds, stage_curves
from tests.report.explore_cases import evidence_of


def rows_of(table, stage):
    rows = table[table["grade"].isin(stage.grades)]
    return rows["grade"].isin(stage.higher), rows[f"p_{stage.name}"], rows


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_areas_and_points_are_those_of_scikit_learn(make, stage):
    table = make()
    found = stage_curves(evidence_of(table))
    to_json(found)
    happened, p, rows = rows_of(table, stage)
    figures = {f["figure"]: f for f in found["figures"] if f["scope"] == stage.name}
    assert figures["auc"]["value"] == pytest.approx(roc_auc_score(happened, p))
    assert figures["average_precision"]["value"] == pytest.approx(
        average_precision_score(happened, p)
    )
    assert figures["prevalence"]["value"] == pytest.approx(happened.mean())
    assert figures["prevalence"]["n_images"] == len(rows)
    assert figures["average_precision"]["n_images"] == happened.sum()
    curve = next(c for c in found["curves"] if c["scope"] == stage.name)
    fpr, tpr, thresholds = roc_curve(happened, p, drop_intermediate=False)
    points = curve["points"]
    assert points["threshold"][0] is None
    np.testing.assert_allclose(points["threshold"][1:], thresholds[1:])
    np.testing.assert_allclose(points["false_positive_rate"], fpr, atol=1e-12)
    np.testing.assert_allclose(points["sensitivity"], tpr)
    assert points["precision"][0] is None
    assert points["called_higher"][-1] == len(rows)


def test_bands_hold_the_curve_where_they_are_shown(make):
    for curve in stage_curves(evidence_of(make()))["curves"]:
        for name in ("roc_band", "precision_recall_band"):
            band = curve[name]
            shown = [
                (low, value, high)
                for low, value, high in zip(band["low"], band["value"], band["high"], strict=True)
                if low is not None
            ]
            assert len(shown) > 20
            assert all(low <= value <= high for low, value, high in shown)


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.81])
def test_a_dragged_threshold_has_the_figures_of_its_images(make, threshold):
    table, stage = make(), STAGES[1]
    happened, p, _ = rows_of(table, stage)
    at = StageThresholds.of(evidence_of(table), stage)
    figures = {f["figure"]: f for f in at.at(threshold)}
    called = p >= threshold
    assert figures["true_positives"]["value"] == (called & happened).sum()
    assert figures["false_negatives"]["value"] == (~called & happened).sum()
    assert figures["false_negatives"]["n_images"] == (~called & happened).sum()
    assert figures["sensitivity"]["n_images"] == happened.sum()
    assert figures["positive_predictive_value"]["n_images"] == called.sum()
    assert figures["positive_predictive_value"]["value"] == pytest.approx(
        precision_score(happened, called)
    )
    assert figures["balanced_accuracy"]["value"] == pytest.approx(
        balanced_accuracy_score(happened, called)
    )
    assert {f["threshold"] for f in figures.values()} == {threshold}
    assert figures["accuracy"]["low"] < figures["accuracy"]["value"] < figures["accuracy"]["high"]


def test_nothing_called_higher_has_no_predictive_value(make):
    at = StageThresholds.of(evidence_of(make()), STAGES[0])
    figures = {f["figure"]: f for f in at.at(1.0)}
    assert figures["positive_predictive_value"]["value"] is None
    assert figures["positive_predictive_value"]["reason"] == "no image called higher"
    assert figures["sensitivity"]["value"] == 0.0


def test_a_side_of_few_patients_has_no_band(make):
    table = make(n_images=14, n_patients=8)
    found = stage_curves(evidence_of(table))
    reasons = [curve["band_reason"] for curve in found["curves"]]
    assert any(reason and "fewer than 5" in reason for reason in reasons)
    to_json(found)
    empty = stage_curves(evidence_of(table[table["grade"] < 2]))
    for figure in empty["figures"]:
        if figure["scope"] == "stage2b" and figure["figure"] in ("auc", "prevalence"):
            assert figure["value"] is None
            assert figure["reason"]
    to_json(empty)
