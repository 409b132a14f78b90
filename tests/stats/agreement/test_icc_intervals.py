from __future__ import annotations

import numpy as np
import pytest

from sgus.stats.agreement.family import ClosedForm
from sgus.stats.agreement.icc_intervals import (
    METHOD,
    TwoWay,
    agreement_interval,
    consistency_interval,
    one_way_interval,
    stepped_up,
)

# Shrout & Fleiss 1979, 10.1037/0033-2909.86.2.420: six targets, four judges.
SHROUT = TwoWay(
    n=np.array(6.0),
    m=4.0,
    items=np.array(11.2416667),
    readers=np.array(32.4861111),
    rest=np.array(1.0194444),
)


def test_the_table_of_shrout_and_fleiss():
    """The intervals that textbooks and packages print for it."""
    within = 6.2638889
    one_way = one_way_interval(11.2416667 / within, n=6, m=4.0)
    assert (one_way.low, one_way.high) == pytest.approx((-0.1329, 0.7226), abs=1e-4)
    consistent = consistency_interval(SHROUT)
    assert (consistent.low, consistent.high) == pytest.approx((0.3425, 0.9459), abs=1e-4)
    single = agreement_interval(SHROUT, 0.2897638, average=False)
    assert (single.low, single.high) == pytest.approx((0.0188, 0.7611), abs=1e-4)
    assert single.method == consistent.method == METHOD


def test_intervals_hold_the_estimate():
    average = agreement_interval(SHROUT, 0.6200505, average=True)
    assert average.low < 0.6200505 < average.high
    assert average.se is None


def test_stepping_up_is_spearman_brown():
    found = stepped_up(ClosedForm(None, 0.2, 0.5, METHOD), 3)
    assert (found.low, found.high) == pytest.approx((0.6 / 1.4, 0.75))
    nothing = ClosedForm(None, None, None, METHOD)
    assert stepped_up(nothing, 3) is None
    assert stepped_up(ClosedForm(None, -0.5, 0.5, METHOD), 3) is None  # a mean of 3 ends at -0.5


def test_no_interval_where_the_formula_has_left_its_range():
    flat = TwoWay(
        n=np.array(4.0),
        m=2.0,
        items=np.array(1 / 6),
        readers=np.array(0.0),
        rest=np.array(1 / 3),
    )
    assert agreement_interval(flat, -2.0, average=True) is None
