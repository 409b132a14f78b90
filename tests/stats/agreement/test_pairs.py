from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from sgus.stats.agreement.pairs import joint_counts, pair_list, pairs_of, without_pairs
from tests.stats.agreement.rated_panels import panel_of, panels


def test_pairs_come_in_the_order_of_the_columns():
    assert pair_list(panel_of(np.zeros((1, 4)))) == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    assert pair_list(panel_of(np.zeros((1, 1)))) == []


@given(panels())
def test_joint_counts_are_cross_tables_item_by_item(panel):
    found = joint_counts(panel)
    expected = np.zeros_like(found)
    for item, codes in enumerate(panel.codes):
        for pair, (a, b) in enumerate(pair_list(panel)):
            if codes[a] >= 0 and codes[b] >= 0:
                expected[item, pair, codes[a], codes[b]] = 1
    assert (found == expected).all()
    pairs = pairs_of(panel)
    assert (pairs.features == expected.reshape(panel.n_items, -1)).all()
    assert (pairs.observed() == expected.sum(axis=0)).all()
    assert (pairs.both == expected.any(axis=(2, 3))).all()


@pytest.mark.parametrize("n_readers", [0, 1, 3])
def test_an_empty_panel_has_pairs_without_items(n_readers):
    pairs = pairs_of(panel_of(np.zeros((0, n_readers))))
    assert pairs.observed().sum() == 0
    assert pairs.observed().shape[0] == pairs.n_pairs == n_readers * (n_readers - 1) // 2


def test_without_a_pair_each_figure_is_a_row_with_the_reason():
    family = without_pairs(panel_of([[1]]), "cohen_kappa", weights=("linear",), grades=(None,))
    assert family.labels[0].raters == ("r0",)
    assert family.reasons == ("only one reader",)
    assert np.isnan(family.values(np.zeros((5, 0)))).all()
    none = without_pairs(panel_of(np.zeros((2, 0))), "pabak", weights=(None,), grades=(0, 1))
    assert none.reasons == ("no reader", "no reader")
