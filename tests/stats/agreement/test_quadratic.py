from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from sgus.stats.agreement.quadratic import quadratic_kappa
from sgus.stats.confusion import confusion_matrix

PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40)


@given(PAIRS)
def test_kappa_is_that_of_scikit_learn_with_labels(pairs):
    truth, predicted = np.array(pairs).T
    found = quadratic_kappa(
        confusion_matrix(truth, predicted, shape=(4, 4), weights=np.ones((1, len(truth))))
    )
    if len(set(truth) | set(predicted)) == 1:
        assert np.isnan(found).all()
    else:
        theirs = cohen_kappa_score(truth, predicted, labels=range(4), weights="quadratic")
        assert found[0] == pytest.approx(theirs, abs=1e-12)


@given(st.lists(st.integers(0, 9), min_size=4, max_size=4))
def test_two_labels_leave_nothing_to_weight(cells):
    a, b, c, d = cells
    n = a + b + c + d
    by_chance = (a + b) * (a + c) + (c + d) * (b + d)
    found = quadratic_kappa(np.array([[a, b], [c, d]], dtype=float))
    if n * n == by_chance:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(((a + d) * n - by_chance) / (n * n - by_chance))


def test_chance_is_zero_agreement_one_and_the_reverse_order_minus_one():
    assert quadratic_kappa(np.ones((4, 4))) == pytest.approx(0.0)
    assert quadratic_kappa(np.eye(4)) == 1.0
    assert quadratic_kappa(np.fliplr(np.eye(4))) == pytest.approx(-1.0)


@pytest.mark.real
def test_kappa_of_the_vision_of_7477_women(shared_data):
    table = np.loadtxt(shared_data / "agreement/vision_table.csv", delimiter=",", skiprows=1)
    assert table.sum() == 7477
    assert quadratic_kappa(table) == pytest.approx(0.70233425249, abs=1e-10)
