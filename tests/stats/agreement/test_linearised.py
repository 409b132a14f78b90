from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sgus.stats.agreement.item_counts import ItemCounts
from sgus.stats.agreement.linearised import METHOD, coefficient_terms, t_interval


def test_interval_of_a_mean_is_students():
    terms = np.array([0.1, 0.4, 0.2, 0.3, 0.6])
    found = t_interval(float(terms.mean()), terms)
    low, high = stats.t.interval(0.95, 4, terms.mean(), stats.sem(terms))
    assert found.se == pytest.approx(stats.sem(terms))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.method == METHOD


def test_interval_stays_where_the_figure_can_be():
    found = t_interval(0.9, np.array([0.0, 1.8]), floor=0.0)
    assert (found.low, found.high) == (0.0, 1.0)
    assert t_interval(-1.5, np.array([-3.0, 0.0])).low < -1.5  # kappas with gaps know no least


def test_degrees_of_freedom_may_be_more_than_the_terms():
    terms = np.array([0.1, 0.4, 0.3])
    wide, narrow = t_interval(0.3, terms), t_interval(0.3, terms, df=10)
    assert narrow.high - narrow.low < wide.high - wide.low


@pytest.mark.parametrize("terms", [[], [0.5], [1.0, 1.0, 1.0]])
def test_no_interval_without_spread(terms):
    assert t_interval(0.5, np.array(terms)) is None


def test_no_interval_of_an_undefined_figure():
    assert t_interval(float("nan"), np.array([0.0, 1.0])) is None


def test_terms_have_the_figure_for_their_mean():
    counts = ItemCounts(np.array([[2.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]))
    disagreement = np.array([0.0, 1.0, 0.0, 0.0])
    terms = coefficient_terms(counts, disagreement, expected=0.8)
    assert len(terms) == 3
    assert terms.mean() == pytest.approx(1 - 0.5 / 0.8)
    by_item = np.array([0.6, 1.0, 0.8, 99.0])  # the mean over rated items is what is expected
    moved = coefficient_terms(counts, disagreement, expected=0.8, expected_by_item=by_item)
    assert moved.mean() == pytest.approx(terms.mean())
