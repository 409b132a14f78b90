from __future__ import annotations

import numpy as np

from sgus.stats.bootstrap import patient_weights, with_observed
from sgus.stats.draws import PatientDraws


def test_sums_by_patient_are_the_sums_by_image_exactly():
    rng = np.random.default_rng(0)
    patients = np.array(["b", "a", "c", "a", "b", "d", "a"])
    weights = with_observed(patient_weights(patients, n_resamples=50, rng=rng))
    draws = PatientDraws.of(patients, weights)
    features = rng.integers(0, 5, size=(7, 3)).astype(float)
    assert np.array_equal(draws.sums(features), weights @ features)
    assert draws.n_patients == 4
    assert np.array_equal(draws.by_patient(features)[0], features[[1, 3, 6]].sum(axis=0))


def test_no_image_sums_to_nothing():
    draws = PatientDraws.of(np.array([], dtype=str), np.ones((3, 0)))
    assert np.array_equal(draws.sums(np.zeros((0, 2))), np.zeros((3, 2)))
