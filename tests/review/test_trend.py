from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from sgus.review.trend import grade_trend


def trend(values, grades, patients, n_resamples: int = 1000):
    return grade_trend(
        np.asarray(values, dtype=float),
        grades=np.asarray(grades),
        patients=np.asarray(patients),
        rng=np.random.default_rng(0),
        n_resamples=n_resamples,
    )


def test_rho_and_its_interval_are_those_of_a_loop_with_scipy() -> None:
    rng = np.random.default_rng(2)
    grades, patients = rng.integers(0, 4, 80), rng.integers(0, 20, 80).astype(str)
    values = np.round(grades + rng.normal(0, 1.5, 80), 1)  # ties in both
    found = trend(values, grades, patients)
    assert found.rho == pytest.approx(spearmanr(values, grades).statistic)
    assert (found.n_images, found.n_patients, found.reason) == (80, 20, "")
    names, drawn = np.unique(patients), []
    draws = np.random.default_rng(0)
    for _ in range(600):
        chosen = names[draws.integers(len(names), size=len(names))]
        rows = np.concatenate([np.flatnonzero(patients == name) for name in chosen])
        drawn.append(spearmanr(values[rows], grades[rows]).statistic)
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert found.low == pytest.approx(low, abs=0.05)
    assert found.high == pytest.approx(high, abs=0.05)


def test_a_measure_that_only_rises_has_rho_one() -> None:
    found = trend([1, 2, 3, 4, 5, 6], [0, 0, 1, 1, 2, 2], list("abcdef"), n_resamples=200)
    assert found.rho == pytest.approx(spearmanr([1, 2, 3, 4, 5, 6], [0, 0, 1, 1, 2, 2]).statistic)


@pytest.mark.parametrize(
    ("values", "grades"),
    [([1.0, 2.0], [0, 1]), ([1.0] * 6, range(6)), (range(6), [1] * 6), ([], [])],
)
def test_nothing_to_correlate_is_said(values, grades) -> None:
    found = trend(
        list(values), np.array(list(grades), dtype=int), [str(i) for i in range(len(values))]
    )
    assert found.rho is None
    assert "all have one grade" in found.reason


def test_few_patients_have_no_interval() -> None:
    found = trend(range(8), [0, 0, 1, 1, 2, 2, 3, 3], list("aabbccdd"))
    assert found.rho == pytest.approx(0.976, abs=0.001)
    assert found.low is None
    assert found.reason == "no interval: fewer than 5 patients"
