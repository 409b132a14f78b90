from __future__ import annotations

import numpy as np
import pytest

from sgus.stats.bootstrap import patient_weights, with_observed
from sgus.stats.draws import PatientDraws
from sgus.stats.operating import OPERATING, operating_figures
from sgus.stats.thresholds import Thresholds
from tests.stats.threshold_cases import made


@pytest.mark.parametrize("threshold", [-1.0, 0.0, 0.3, 0.34, 0.5, 1.0, 1.5])
def test_counts_at_a_threshold_are_those_of_the_images(threshold):
    p, happened, weights, found = made()
    counts = found.at(threshold)
    called = p >= threshold
    for got, mask in (
        (counts.tp, called & happened),
        (counts.fp, called & ~happened),
        (counts.fn, ~called & happened),
        (counts.tn, ~called & ~happened),
    ):
        assert np.array_equal(got, weights @ mask.astype(float))


def test_everywhere_is_at_each_threshold_in_turn():
    _, _, _, found = made()
    every = found.everywhere()
    assert np.array_equal(every.tp[:, 0], np.zeros(61))
    for column, score in enumerate(found.scores, start=1):
        one = found.at(score)
        for name in ("tp", "fp", "fn", "tn"):
            assert np.array_equal(getattr(every, name)[:, column], getattr(one, name))


def test_only_the_images_used_are_counted():
    rng = np.random.default_rng(3)
    patients = np.repeat(np.arange(6), 3)
    weights = with_observed(patient_weights(patients, n_resamples=20, rng=rng))
    draws = PatientDraws.of(patients, weights)
    p, happened, used = rng.random(18), rng.random(18) < 0.5, rng.random(18) < 0.6
    counts = Thresholds.of(happened, p, draws, used=used).at(0.5)
    assert np.array_equal(counts.tp, weights @ (used & happened & (p >= 0.5)).astype(float))
    none = Thresholds.of(happened, p, draws, used=np.zeros(18, dtype=bool))
    assert np.array_equal(none.at(0.5).tn, np.zeros(21))
    assert none.everywhere().tp.shape == (21, 1)


def test_figures_of_a_worked_example():
    """Altman & Bland 1994: liver scan, 231 of 258 abnormal found, 54 of 86 normal."""
    happened = np.r_[np.ones(258), np.zeros(86)].astype(bool)
    p = np.r_[np.ones(231), np.zeros(27), np.ones(32), np.zeros(54)]
    draws = PatientDraws.of(np.arange(344), np.ones((1, 344)))
    counts = Thresholds.of(happened, p, draws, used=np.ones(344, dtype=bool)).at(0.5)
    found = {name: round(float(x[0]), 2) for name, x in operating_figures(counts).items()}
    assert list(found) == list(OPERATING)
    assert found == {
        "sensitivity": 0.90,
        "specificity": 0.63,
        "positive_predictive_value": 0.88,
        "negative_predictive_value": 0.67,
        "accuracy": 0.83,
        "balanced_accuracy": 0.76,
    }


def test_a_side_without_images_is_undefined_and_says_nothing():
    p = np.array([0.2, 0.7])
    draws = PatientDraws.of(np.arange(2), np.ones((1, 2)))
    used = np.ones(2, dtype=bool)
    counts = Thresholds.of(np.array([True, True]), p, draws, used=used).at(0.9)
    found = operating_figures(counts)
    assert found["sensitivity"][0] == 0.0
    assert found["accuracy"][0] == 0.0
    assert found["negative_predictive_value"][0] == 0.0
    for name in ("specificity", "positive_predictive_value", "balanced_accuracy"):
        assert np.isnan(found[name][0])
