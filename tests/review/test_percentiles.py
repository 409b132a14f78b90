from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import percentileofscore

from sgus.review.percentiles import place_in_grades

RNG_SEED = 3


def placed(value: float, values, grades, patients):
    return place_in_grades(
        value,
        np.asarray(values, dtype=float),
        grades=np.asarray(grades),
        patients=np.asarray(patients),
        rng=np.random.default_rng(RNG_SEED),
    )


def test_percentiles_are_mid_ranks_within_each_grade() -> None:
    rng = np.random.default_rng(0)
    values, grades = rng.integers(0, 12, 200).astype(float), rng.integers(0, 4, 200)
    found = placed(5.0, values, grades, rng.integers(0, 40, 200))
    for place in found:
        here = values[grades == place.grade]
        assert place.percentile == pytest.approx(percentileofscore(here, 5.0, kind="mean"))
        assert place.median == np.median(here)
        assert place.n_images == len(here)
        assert place.low < place.percentile < place.high
        assert place.reason == ""


def test_the_interval_is_that_of_a_loop_over_patients() -> None:
    rng = np.random.default_rng(1)
    values, patients = rng.normal(size=60), rng.integers(0, 12, 60).astype(str)
    place = placed(0.2, values, np.zeros(60, dtype=int), patients)[0]
    draws, names = np.random.default_rng(5), np.unique(patients)
    shares = []
    for _ in range(4000):
        drawn = draws.choice(names, len(names))
        sample = np.concatenate([values[patients == name] for name in drawn])
        shares.append(percentileofscore(sample, 0.2, kind="mean"))
    low, high = np.quantile(shares, [0.025, 0.975])
    assert place.low == pytest.approx(low, abs=2.5)
    assert place.high == pytest.approx(high, abs=2.5)


def test_few_images_and_few_patients_are_said() -> None:
    values = [1.0] * 4 + [1.0, 2.0, 3.0, 4.0, 5.0] + [1.0] * 8
    grades = [0] * 4 + [1] * 5 + [2] * 8
    patients = list("abcd") + list("aabbc") + list("abcdefgh")
    none, few, one_side, empty = placed(2.5, values, grades, patients)
    assert none.percentile is None
    assert none.reason == "fewer than 5 images have this grade"
    assert (few.percentile, few.low) == (40.0, None)
    assert (few.n_images, few.n_patients) == (5, 3)
    assert few.reason == "no interval: fewer than 5 patients"
    assert (one_side.percentile, one_side.high) == (100.0, None)
    assert "do not vary" in one_side.reason
    assert (empty.n_images, empty.n_patients) == (0, 0)
