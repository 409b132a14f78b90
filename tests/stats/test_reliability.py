from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from sgus.stats.bootstrap import patient_weights, with_observed
from sgus.stats.calibration import expected_calibration_error
from sgus.stats.draws import PatientDraws
from sgus.stats.reliability import (
    brier_parts,
    calibration_error,
    equal_count,
    equal_width,
    fill_bins,
)


def made(n=120, *, seed=0):
    rng = np.random.default_rng(seed)
    patients = rng.integers(n // 3, size=n)
    p = np.round(rng.random(n), 2)
    weights = with_observed(patient_weights(patients, n_resamples=20, rng=rng))
    return p, rng.random(n) < p**1.5, PatientDraws.of(patients, weights), weights


def filled(p, happened, draws, edges):
    return fill_bins(p, happened, draws, used=np.ones(len(p), dtype=bool), edges=edges)


def test_points_are_those_of_scikit_learn():
    p, happened, draws, _ = made()
    bins = filled(p, happened, draws, equal_width(10))
    inside = ~np.isin(p, np.arange(1, 10) / 10)  # scikit-learn closes bins above, we below
    only = fill_bins(p, happened, draws, used=inside, edges=equal_width(10))
    share, mean = calibration_curve(happened[inside], p[inside], n_bins=10)
    np.testing.assert_allclose(only.share[0], share)
    np.testing.assert_allclose(only.mean_p[0], mean)
    assert bins.n[0].sum() == len(p)


def test_calibration_error_is_that_of_the_report():
    p, happened, draws, weights = made()
    bins = filled(p, happened, draws, equal_width(10))
    known = expected_calibration_error(p, happened, weights)
    np.testing.assert_allclose(calibration_error(bins), known, atol=1e-12)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(5, 60))
def test_brier_is_that_of_scikit_learn_and_its_parts_add_up(seed, n):
    p, happened, draws, weights = made(n, seed=seed)
    parts = brier_parts(filled(p, happened, draws, equal_count(p)))
    for row, value in zip(weights, parts["brier"], strict=True):
        slow = brier_score_loss(happened, p, sample_weight=row, pos_label=True)
        assert value == pytest.approx(slow, abs=1e-12)
    added = parts["brier_reliability"] - parts["brier_resolution"]
    added += parts["brier_uncertainty"] + parts["brier_within_bins"]
    np.testing.assert_allclose(added, parts["brier"], atol=1e-12)


def test_nothing_is_left_within_bins_of_one_probability():
    """Murphy's two-way case: forecasts of 0.2 and 0.8, ten each, that came true 3 and 6 times."""
    p = np.repeat([0.2, 0.8], 10)
    happened = np.r_[np.arange(10) < 3, np.arange(10) < 6]
    draws = PatientDraws.of(np.arange(20), np.ones((1, 20)))
    parts = {
        k: float(v[0]) for k, v in brier_parts(filled(p, happened, draws, equal_width())).items()
    }
    assert parts["brier_within_bins"] == pytest.approx(0.0, abs=1e-15)
    assert parts["brier_reliability"] == pytest.approx((0.1**2 + 0.2**2) / 2)
    assert parts["brier_resolution"] == pytest.approx(0.15**2)
    assert parts["brier_uncertainty"] == pytest.approx(0.45 * 0.55)


def test_bins_of_equal_count_share_the_images_and_keep_ties_together():
    rng = np.random.default_rng(0)
    p = rng.random(200)
    draws = PatientDraws.of(np.arange(200), np.ones((1, 200)))
    bins = filled(p, p > 0.5, draws, equal_count(p))
    assert np.array_equal(bins.n[0], np.full(10, 20.0))
    tied = np.round(p, 1)
    edges = equal_count(tied)
    assert (np.diff(edges) > 0).all()
    assert len(equal_count(np.full(100, 0.3))) == 2
    assert len(equal_count(p[:25])) == 3
    assert np.array_equal(equal_count(np.array([])), [0.0, 1.0])


def test_an_empty_bin_has_no_share():
    p = np.array([0.05, 0.95, 1.0])
    draws = PatientDraws.of(np.arange(3), np.ones((1, 3)))
    bins = filled(p, np.array([False, True, True]), draws, equal_width(10))
    assert bins.n[0, 9] == 2
    assert np.isnan(bins.share[0, 1:9]).all()
