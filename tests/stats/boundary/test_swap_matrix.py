from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.stats.boundary.swap_matrix import swap_matrix
from sgus.stats.boundary.swaps import swap_family
from tests.stats.boundary.tables import code_arrays, named, panel_of


@given(code_arrays(), st.integers(0, 2))
def test_the_matrix_holds_the_rates_of_the_pairs(codes, code):
    panel = panel_of(codes)
    found = named(swap_family(panel, (code, code + 1)))
    matrix = swap_matrix(panel, (code, code + 1))
    for statistic, rates in (("swap_rate", matrix.rate), ("swap_rate_within", matrix.rate_within)):
        assert np.isnan(np.diag(rates)).all()
        assert np.array_equal(rates, rates.T, equal_nan=True)
        for a in range(panel.n_readers):
            for b in range(a + 1, panel.n_readers):
                pair = found[statistic, None, "pair", (f"r{a}", f"r{b}"), code]
                assert rates[a, b] == pytest.approx(np.nan if pair is None else pair, nan_ok=True)


def test_counts():
    matrix = swap_matrix(panel_of([[0, 1], [1, 0], [1, 1], [1, 2], [0, -1]]), (0, 1))
    assert matrix.swaps.tolist() == [[0, 2], [2, 0]]
    assert matrix.within.tolist() == [[0, 3], [3, 0]]
    assert matrix.both.tolist() == [[0, 4], [4, 0]]
