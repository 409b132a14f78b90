from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from sgus.stats.comparison.false_discovery import rejected_by_benjamini_yekutieli


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.sampled_from([0.05, 0.2, 0.5]))
def test_rejections_are_those_of_the_adjusted_p_values_of_scipy(p, q):
    adjusted = false_discovery_control(p, method="by")
    clear = np.abs(adjusted - q) > 1e-12
    found = rejected_by_benjamini_yekutieli(np.array(p), q=q)
    np.testing.assert_array_equal(found[clear], (adjusted <= q)[clear])


def test_a_hand_made_table():
    # m = 4: limits are rank x 0.05 / (4 x 25/12) = 0.006, 0.012, 0.018, 0.024.
    p = np.array([0.013, 0.0061, 0.017, 0.9])
    assert rejected_by_benjamini_yekutieli(p, q=0.05).tolist() == [True, True, True, False]
    p = np.array([0.019, 0.0061, 0.0181, 0.9])
    assert not rejected_by_benjamini_yekutieli(p, q=0.05).any()


def test_no_hypothesis_and_one_hypothesis():
    assert rejected_by_benjamini_yekutieli(np.zeros(0), q=0.05).shape == (0,)
    assert rejected_by_benjamini_yekutieli(np.array([0.05]), q=0.05).tolist() == [True]
    assert rejected_by_benjamini_yekutieli(np.array([0.051]), q=0.05).tolist() == [False]


@pytest.mark.parametrize("equal", [0.001, 0.9])
def test_equal_p_values_stand_or_fall_together(equal):
    assert len(set(rejected_by_benjamini_yekutieli(np.full(5, equal), q=0.05).tolist())) == 1
