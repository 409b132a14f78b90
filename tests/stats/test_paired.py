from __future__ import annotations

import numpy as np
import pytest

from sgus.stats.bootstrap import patient_weights, percentile_interval, with_observed
from sgus.stats.ordinal import weighted_mean
from sgus.stats.paired import paired_difference


def test_models_that_err_on_the_same_images_are_told_apart_by_pairing():
    rng = np.random.default_rng(4)
    hard = rng.random(60) < 0.5
    better = hard.astype(float)
    worse = better.copy()
    worse[np.flatnonzero(hard)[:6]] = 0.0
    weights = with_observed(patient_weights(np.arange(60), n_resamples=500, rng=rng))
    first, second = weighted_mean(better, weights), weighted_mean(worse, weights)
    found = paired_difference(first, second)
    assert found.difference == pytest.approx(0.1)
    assert found.interval.low > 0.0
    one, two = (percentile_interval(x[0], x[1:]) for x in (first, second))
    assert one.low < two.high  # two separate intervals overlap


def test_what_is_undefined_for_one_has_no_difference():
    found = paired_difference(np.array([np.nan, 1.0, 1.0]), np.array([0.5, 1.0, np.nan]))
    assert (found.first, found.second, found.difference) == (None, 0.5, None)
    assert found.interval.n_usable == 1
    assert "undefined for one of the two" in found.interval.reason


def test_identical_models_differ_by_zero_without_an_interval():
    same = np.array([0.5, 0.4, 0.6])
    found = paired_difference(same, same)
    assert found.difference == 0.0
    assert "do not vary" in found.interval.reason


def test_other_resamples_are_refused():
    with pytest.raises(ValueError, match="not the same resamples"):
        paired_difference(np.zeros(3), np.zeros(4))
