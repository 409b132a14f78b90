from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from sgus.stats import classification as c
from sgus.stats.confusion import confusion_matrix

PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40)
LABELS = [0, 1, 2, 3]


def tallied(truth, predicted):
    matrix = confusion_matrix(truth, predicted, shape=(4, 4), weights=np.ones(len(truth)))
    return c.tally(matrix, n_labels=4)


@given(PAIRS)
def test_figures_of_labels_are_those_of_scikit_learn(pairs):
    truth, predicted = np.array(pairs).T
    t = tallied(truth, predicted)
    p, r, f, s = metrics.precision_recall_fscore_support(
        truth, predicted, labels=LABELS, zero_division=np.nan
    )
    f[s == 0] = np.nan  # ours is undefined where no image has the label, theirs is 0
    np.testing.assert_allclose(c.precision(t), p, rtol=1e-12)
    np.testing.assert_allclose(c.recall(t), r, rtol=1e-12)
    np.testing.assert_allclose(c.f1(t), f, rtol=1e-12)
    assert np.array_equal(t.support, s)
    np.testing.assert_allclose(c.accuracy(t), metrics.accuracy_score(truth, predicted), rtol=1e-12)


@given(PAIRS)
def test_averages_are_those_of_scikit_learn_where_every_label_is_there(pairs):
    every = [(a, b) for a in LABELS for b in LABELS if (a + b) % 3 == 0]
    truth, predicted = np.array(pairs + every).T
    t = tallied(truth, predicted)
    for average, ours in (("macro", c.macro), ("weighted", lambda x: c.weighted(x, t.support))):
        theirs = metrics.precision_recall_fscore_support(
            truth, predicted, labels=LABELS, average=average, zero_division=np.nan
        )
        found = [float(ours(figure(t))) for figure in (c.precision, c.recall, c.f1)]
        np.testing.assert_allclose(found, theirs[:3], rtol=1e-12)
    balanced = metrics.balanced_accuracy_score(truth, predicted)
    assert float(c.macro(c.recall(t))) == pytest.approx(balanced, rel=1e-12)
    assert float(c.weighted(c.recall(t), t.support)) == pytest.approx(float(c.accuracy(t)))


def test_an_average_over_a_missing_grade_is_undefined_not_an_average_of_the_others():
    t = tallied(np.array([0, 2, 3]), np.array([0, 2, 3]))
    assert np.isnan(c.macro(c.recall(t)))
    assert np.isnan(c.macro(c.f1(t)))
    assert c.weighted(c.recall(t), t.support) == 1.0


def test_a_label_that_is_never_predicted_has_recall_and_f1_zero_but_no_precision():
    t = tallied(np.array([0, 1]), np.array([0, 0]))
    assert np.isnan(c.precision(t)[1])
    assert (c.recall(t)[1], c.f1(t)[1]) == (0.0, 0.0)
    assert np.isnan(c.weighted(c.precision(t), t.support))


def test_rows_and_columns_beyond_the_labels_are_misses_and_false_alarms():
    # Labels 0 and 1, then none of them: two images of the other branch sent here, one sent away.
    t = c.tally(np.array([[3.0, 1, 1], [0, 4, 0], [2, 0, 9]]), n_labels=2)
    assert c.recall(t).tolist() == [3 / 5, 1.0]
    assert c.precision(t).tolist() == [3 / 5, 4 / 5]
    assert c.accuracy(t) == 7 / 10
