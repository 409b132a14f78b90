from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.stats.calibration import calibration_bins, expected_calibration_error

ROWS = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=30)


def slow_error(p, happened, n_bins=10):
    total = 0.0
    for b in range(n_bins):
        inside = [
            i for i, x in enumerate(p)
            if x >= b / n_bins and (x < (b + 1) / n_bins or b == n_bins - 1)
        ]  # fmt: skip
        if inside:
            gap = np.mean([p[i] for i in inside]) - np.mean([happened[i] for i in inside])
            total += len(inside) / len(p) * abs(gap)
    return total


@given(ROWS, st.integers(0, 5))
def test_error_of_every_resample_is_that_of_a_loop_over_bins(rows, seed):
    happened = np.array([h for h, _ in rows])
    p = np.array([x for _, x in rows])
    weights = np.random.default_rng(seed).integers(0, 3, size=(5, len(rows)))
    found = expected_calibration_error(p, happened, weights.astype(float))
    for value, row in zip(found, weights, strict=True):
        if row.sum() == 0:
            assert np.isnan(value)
        else:
            slow = slow_error(np.repeat(p, row), np.repeat(happened, row))
            assert value == pytest.approx(slow, abs=1e-12)


def test_bins_are_closed_below_and_the_last_one_also_above():
    edges = np.array([0.0, 0.1, 0.0999999, 0.3, 0.5, 0.7, 0.9, 1.0])
    assert calibration_bins(edges).tolist() == [0, 1, 0, 3, 5, 7, 9, 9]


def test_closed_forms():
    half = np.array([0.75] * 4)
    right = np.array([True, True, True, False])
    assert expected_calibration_error(half, right, np.ones(4)) == 0.0
    assert expected_calibration_error(np.ones(4), ~right, np.ones(4)) == 0.75
