from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix as sklearn_matrix

from sgus.stats.confusion import confusion_matrix, ratio

PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40)


@given(PAIRS)
def test_unweighted_counts_are_those_of_scikit_learn(pairs):
    truth, predicted = np.array(pairs).T
    found = confusion_matrix(truth, predicted, shape=(4, 4), weights=np.ones(len(truth)))
    assert np.array_equal(found, sklearn_matrix(truth, predicted, labels=range(4)))


@given(PAIRS, st.integers(0, 5))
def test_weights_are_repetitions(pairs, seed):
    truth, predicted = np.array(pairs).T
    weights = np.random.default_rng(seed).integers(0, 4, size=(5, len(truth)))
    found = confusion_matrix(truth, predicted, shape=(4, 4), weights=weights.astype(float))
    for matrix, row in zip(found, weights, strict=True):
        again = sklearn_matrix(
            np.r_[np.repeat(truth, row), 0], np.r_[np.repeat(predicted, row), 0], labels=range(4)
        )
        again[0, 0] -= 1  # scikit-learn refuses an empty resample
        assert np.array_equal(matrix, again)


def test_a_rectangle_keeps_rows_that_have_no_column():
    truth, predicted = np.array([0, 3, 3]), np.array([0, 1, 1])
    found = confusion_matrix(truth, predicted, shape=(4, 2), weights=np.ones(3))
    assert found.tolist() == [[1, 0], [0, 0], [0, 0], [0, 2]]


def test_no_image_is_a_matrix_of_zeros():
    none = np.array([], dtype=np.int64)
    found = confusion_matrix(none, none, shape=(2, 2), weights=np.ones((3, 0)))
    assert found.shape == (3, 2, 2)
    assert not found.any()


def test_a_ratio_to_zero_is_nan_in_silence():
    assert np.array_equal(ratio(np.array([1.0, 0.0]), np.array([2.0, 0.0])), [0.5, np.nan],
                          equal_nan=True)  # fmt: skip
