from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.stats.bootstrap import patient_weights, percentile_interval, with_observed
from sgus.stats.ordinal import weighted_mean

PATIENTS = np.array(["b", "a", "b", "c", "a", "b", "d"])


def slow_resamples(patients, *, n_resamples, rng):
    """Indices of the images of each resample, patient after patient."""
    names = sorted(set(patients))
    drawn = rng.integers(len(names), size=(n_resamples, len(names)))
    return [np.concatenate([np.flatnonzero(patients == names[k]) for k in row]) for row in drawn]


def test_weights_are_those_of_a_loop_over_patients_with_the_same_draws():
    weights = patient_weights(PATIENTS, n_resamples=50, rng=np.random.default_rng(3))
    slow = slow_resamples(PATIENTS, n_resamples=50, rng=np.random.default_rng(3))
    for row, images in zip(weights, slow, strict=True):
        assert np.array_equal(row, np.bincount(images, minlength=len(PATIENTS)))


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=20), st.integers(0, 9))
def test_images_of_a_patient_stay_together_and_as_many_patients_are_drawn_as_there_are(names, seed):
    patients = np.array(names)
    weights = patient_weights(patients, n_resamples=7, rng=np.random.default_rng(seed))
    first = [names.index(name) for name in sorted(set(names))]
    for name in set(names):
        assert np.ptp(weights[:, patients == name], axis=1).max() == 0
    assert (weights[:, first].sum(axis=1) == len(first)).all()


def test_the_same_seed_draws_the_same_patients_whatever_the_order_of_images():
    order = np.array([6, 2, 0, 5, 1, 4, 3])
    one = patient_weights(PATIENTS, n_resamples=9, rng=np.random.default_rng(1))
    two = patient_weights(PATIENTS[order], n_resamples=9, rng=np.random.default_rng(1))
    assert np.array_equal(one[:, order], two)


def test_with_observed_puts_ones_in_front():
    assert with_observed(np.zeros((2, 3))).tolist() == [[1, 1, 1], [0, 0, 0], [0, 0, 0]]


def test_interval_cuts_two_and_a_half_percent_off_each_end():
    found = percentile_interval(50.0, np.arange(101.0))
    assert (found.low, found.high) == pytest.approx((2.5, 97.5))
    assert (found.n_usable, found.reason) == (101, None)


def test_undefined_resamples_are_left_out_and_counted():
    found = percentile_interval(50.0, np.r_[np.arange(101.0), [np.nan] * 5])
    assert (found.low, found.high) == pytest.approx((2.5, 97.5))
    assert found.n_usable == 101


@pytest.mark.parametrize(
    ("value", "resamples", "reason"),
    [
        (50.0, np.r_[np.arange(89.0), [np.nan] * 11], "undefined in 11 of 100 resamples"),
        (1.0, np.full(10, np.nan), "undefined in 10 of 10"),
        (1.0, np.array([]), "undefined in 0 of 0"),
        (0.1, np.full(100, 0.1) + 1e-17, "do not vary"),
        (0.0, np.arange(1.0, 102.0), "does not hold the value"),
    ],
)
def test_an_interval_is_withheld_with_its_reason(value, resamples, reason):
    found = percentile_interval(value, resamples)
    assert (found.low, found.high) == (None, None)
    assert reason in (found.reason or "")


def clustered(rng, *, n_patients, n_images):
    """Images right or wrong, where the images of one patient go together; the truth is 0.5."""
    patients = np.repeat(np.arange(n_patients), n_images)
    chance = rng.beta(0.4, 0.4, size=n_patients)
    return patients, (rng.random(n_patients * n_images) < chance[patients]).astype(float)


def test_resampling_patients_covers_where_resampling_images_does_not():
    rng = np.random.default_rng(11)
    covered = {"patients": 0, "images": 0}
    for _ in range(150):
        patients, right = clustered(rng, n_patients=40, n_images=6)
        for unit, who in (("patients", patients), ("images", np.arange(len(right)))):
            weights = patient_weights(who, n_resamples=200, rng=rng)
            found = percentile_interval(right.mean(), weighted_mean(right, weights))
            covered[unit] += found.low <= 0.5 <= found.high
    assert covered["patients"] / 150 > 0.88
    assert covered["images"] / 150 < 0.75
