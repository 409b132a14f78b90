from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_curve

from sgus.stats import curves
from sgus.stats.draws import PatientDraws
from sgus.stats.roc import area_under_roc
from sgus.stats.thresholds import Thresholds
from tests.stats.threshold_cases import made


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(4, 60))
def test_areas_of_every_resample_are_those_of_scikit_learn(seed, n_images):
    p, happened, weights, found = made(n_images, 12, seed=seed, n_resamples=8)
    counts = found.everywhere()
    areas = curves.area_under_curve(counts)
    np.testing.assert_allclose(areas, area_under_roc(happened, p, weights), atol=1e-12)
    precisions = curves.average_precision(counts)
    for row, value in zip(weights, precisions, strict=True):
        positive = (row * happened).sum() > 0
        slow = average_precision_score(happened, p, sample_weight=row) if positive else np.nan
        assert value == pytest.approx(slow, abs=1e-12, nan_ok=True)


def test_points_are_those_of_scikit_learn_with_ties():
    p, happened, _, found = made()
    counts = found.everywhere()
    fpr, tpr, thresholds = roc_curve(happened, p, drop_intermediate=False)
    np.testing.assert_allclose(counts.fp[0] / counts.fp[0, -1], fpr)
    np.testing.assert_allclose(counts.tp[0] / counts.tp[0, -1], tpr)
    np.testing.assert_allclose(found.scores, thresholds[1:])
    precision, _, _ = precision_recall_curve(happened, p)
    mine = counts.tp[0, 1:] / (counts.tp + counts.fp)[0, 1:]
    np.testing.assert_allclose(mine[::-1], precision[:-1])
    assert curves.prevalence(counts)[0] == happened.mean()


def slow_height(rate, height, x):
    """Straight between the points; the upper end where the curve rises straight up."""
    left = max(i for i in range(len(rate)) if rate[i] <= x + 1e-9)
    if left == len(rate) - 1:
        return height[-1]
    part = (x - rate[left]) / (rate[left + 1] - rate[left])
    return height[left] + part * (height[left + 1] - height[left])


@pytest.mark.parametrize("seed", range(4))
def test_sensitivity_at_a_rate_is_read_off_the_curve_of_each_resample(seed):
    _, _, _, found = made(seed=seed)
    counts = found.everywhere()
    grid = np.linspace(0, 1, 21)
    heights = curves.sensitivity_at(counts, grid)
    for i in range(len(heights)):
        rate, height = counts.fp[i] / counts.fp[i, -1], counts.tp[i] / counts.tp[i, -1]
        slow = [slow_height(rate, height, x) for x in grid]
        np.testing.assert_allclose(heights[i], slow, atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_precision_at_a_recall_is_where_it_is_first_reached(seed):
    _, _, _, found = made(seed=seed)
    counts = found.everywhere()
    grid = np.linspace(0, 1, 21)
    values = curves.precision_at(counts, grid)
    for i in range(len(values)):
        tp, fp = counts.tp[i], counts.fp[i]
        for j, x in enumerate(grid):
            k = next(k for k in range(len(tp)) if tp[k] > 0 and tp[k] / tp[-1] >= x - 1e-9)
            assert values[i, j] == pytest.approx(tp[k] / (tp[k] + fp[k]))


@pytest.mark.parametrize(("side", "undefined"), [(True, "sensitivity_at"), (False, "precision_at")])
def test_one_side_only_is_undefined(side, undefined):
    draws = PatientDraws.of(np.arange(5), np.ones((1, 5)))
    happened, used = np.full(5, side), np.ones(5, dtype=bool)
    counts = Thresholds.of(happened, np.linspace(0, 1, 5), draws, used=used).everywhere()
    assert np.isnan(curves.area_under_curve(counts)).all()
    assert np.isnan(getattr(curves, undefined)(counts)).all()
    assert np.isnan(curves.average_precision(counts)).all() == (not side)
