from __future__ import annotations

import numpy as np

from sgus.stats.agreement.family import Label
from sgus.stats.agreement.rates import Rate, rate_family


def rate(part, whole):
    label = Label("swap_rate", None, None, ("a", "b"))
    columns = np.asarray(part, float), np.asarray(whole, float)
    return Rate(label, *columns, n_raters=2, n_pairs=1, empty="nothing to divide by")


def test_a_share_is_a_ratio_of_sums_and_undefined_without_a_whole():
    family = rate_family([rate([1, 0, 2], [2, 0, 2]), rate([0, 0, 0], [0, 0, 0])], n_items=3)
    assert np.array_equal(
        family.values(family.features.sum(axis=0)), [0.75, np.nan], equal_nan=True
    )
    assert family.reasons == (None, "nothing to divide by")
    assert family.used.tolist() == [[True, False], [False, False], [True, False]]


def test_resamples_come_as_rows():
    family = rate_family([rate([1, 0, 2], [2, 0, 2])], n_items=3)
    weights = np.array([[1.0, 1, 1], [2, 1, 0], [0, 3, 0]])
    found = family.values(weights @ family.features)
    assert np.array_equal(found, [[0.75], [0.5], [np.nan]], equal_nan=True)


def test_no_rates_give_a_family_without_figures():
    family = rate_family([], n_items=4)
    assert family.labels == ()
    assert family.features.shape == (4, 0)
    assert family.values(family.features.sum(axis=0)).shape == (0,)
