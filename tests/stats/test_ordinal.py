from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import brier_score_loss

from sgus.stats.ordinal import absolute_errors, ranked_probability_scores, weighted_mean


def slow_score(grade, p):
    total = 0.0
    for j in range(len(p) - 1):
        at_most = sum(p[: j + 1])
        total += (at_most - (1.0 if grade <= j else 0.0)) ** 2
    return total / (len(p) - 1)


@given(st.integers(0, 3), arrays(float, 4, elements=st.floats(0.01, 1)))
def test_score_is_that_of_a_loop(grade, raw):
    p = raw / raw.sum()
    found = ranked_probability_scores(np.array([grade]), p[None])
    assert found[0] == pytest.approx(slow_score(grade, p), abs=1e-12)
    assert 0.0 <= found[0] <= 1.0


def test_farther_off_costs_more():
    scores = ranked_probability_scores(np.zeros(4, dtype=np.int64), np.eye(4))
    assert scores.tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=30))
def test_two_labels_give_the_brier_score(rows):
    truth = np.array([int(side) for side, _ in rows])
    p = np.array([value for _, value in rows])
    found = ranked_probability_scores(truth, np.stack([1 - p, p], axis=1)).mean()
    assert found == pytest.approx(brier_score_loss(truth, p, labels=[0, 1]), abs=1e-12)


def test_absolute_errors_are_in_grades():
    assert absolute_errors(np.array([0, 3, 2]), np.array([3, 1, 2])).tolist() == [3, 2, 0]


def test_mean_counts_repetitions_and_is_undefined_without_images():
    found = weighted_mean(np.array([1.0, 4.0]), np.array([[1.0, 1.0], [0.0, 3.0], [0.0, 0.0]]))
    assert np.array_equal(found, [2.5, 4.0, np.nan], equal_nan=True)
