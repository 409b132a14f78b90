from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata, wilcoxon

from sgus.stats.comparison.signed_rank import signed_rank_p_less


def by_all_sign_changes(x):
    """Every way to sign the absolute values, counted one by one."""
    x = [value for value in x if value != 0]
    ranks = rankdata(np.abs(x)) if x else []
    seen = sum(rank for rank, value in zip(ranks, x, strict=True) if value > 0)
    sums = [
        sum(r for r, plus in zip(ranks, signs, strict=True) if plus)
        for signs in product([False, True], repeat=len(x))
    ]
    return np.mean([s <= seen + 1e-9 for s in sums])


@given(st.lists(st.sampled_from([-1.2, -0.2, 0.0, 0.8, -0.7, 0.3]), min_size=0, max_size=9))
def test_ties_are_those_of_all_sign_changes(x):
    assert signed_rank_p_less(np.array(x)) == pytest.approx(by_all_sign_changes(x), abs=1e-12)


def test_without_ties_it_is_the_exact_test_of_scipy():
    rng = np.random.default_rng(3)
    for n in (1, 2, 5, 12, 29):
        x = rng.normal(-0.3, 1, n)
        theirs = wilcoxon(x, alternative="less", method="exact").pvalue
        assert signed_rank_p_less(x) == pytest.approx(theirs, abs=1e-12)


def test_the_least_p_value_is_that_of_all_signs_equal():
    assert signed_rank_p_less(np.full(10, -0.2)) == 0.5**10
    assert signed_rank_p_less(np.full(10, 0.8)) == 1.0
    assert signed_rank_p_less(np.zeros(4)) == 1.0
    assert signed_rank_p_less(np.zeros(0)) == 1.0


def test_shares_that_differ_by_rounding_are_ties():
    x = np.array([0.1 + 0.2 - 0.5, 0.3 - 0.5, 0.2])  # all of one size but for rounding
    assert signed_rank_p_less(x) == pytest.approx(by_all_sign_changes([-0.2, -0.2, 0.2]))
