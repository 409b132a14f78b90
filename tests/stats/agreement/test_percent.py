from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from scipy.stats import binomtest

from sgus.stats.agreement import estimate
from sgus.stats.agreement.percent import percent_family, specific_family
from tests.stats.agreement.rated_panels import panel_of, panels


def rows_of(panel, family, **choices):
    rng = np.random.default_rng(0)
    return estimate(panel, [family(panel)], n_resamples=100, rng=rng, **choices)


def items_of(panel, row):
    a, b = (panel.readers.index(name) for name in row.label.raters)
    return [(x, y) for x, y in panel.codes[:, [a, b]].tolist() if x >= 0 and y >= 0]


@given(panels())
def test_percent_agreement_is_the_share_of_equal_grades_with_wilsons_interval(panel):
    for row in rows_of(panel, percent_family, intervals="closed"):
        items = items_of(panel, row)
        same = sum(a == b for a, b in items)
        assert row.n_items == len(items)
        if not items:
            assert (row.value, row.reason) == (None, "no item was read by both")
            continue
        assert row.value == pytest.approx(same / len(items), abs=1e-15)
        if row.n_units < 5:
            assert (row.low, row.high) == (None, None)
            assert "too few to speak for others: it takes 5" in row.reason
            continue
        wilson = binomtest(same, len(items)).proportion_ci(method="wilson")
        assert (row.low, row.high) == pytest.approx((wilson.low, wilson.high), abs=1e-12)


@given(panels())
def test_specific_agreement_is_the_dice_overlap_of_a_grade(panel):
    for row in rows_of(panel, specific_family):
        items = items_of(panel, row)
        grade = panel.scale.index(row.label.grade)
        both = sum(a == b == grade for a, b in items)
        readings = sum((a == grade) + (b == grade) for a, b in items)
        if not items:
            assert (row.value, row.reason) == (None, "no item was read by both")
        elif not readings:
            assert (row.value, row.reason) == (None, f"neither gave grade {row.label.grade}")
        else:
            assert row.value == pytest.approx(2 * both / readings, abs=1e-15)


def test_full_agreement_keeps_an_interval_where_items_are_independent():
    panel = panel_of(np.tile(np.arange(8)[:, None] % 4, 2))
    row = rows_of(panel, percent_family)[0]
    assert (row.value, row.high, row.se) == (1.0, pytest.approx(1.0), None)
    assert row.low == pytest.approx(8 / (8 + 1.959963984540054**2))
    assert row.reason is None


def test_full_agreement_within_patients_has_none():
    codes = np.tile(np.arange(16)[:, None] % 4, 2)
    panel = panel_of(codes, patients=[f"p{i // 2}" for i in range(16)])
    row = rows_of(panel, percent_family)[0]
    assert (row.value, row.low, row.high, row.se) == (1.0, None, None, None)
    assert "do not vary" in row.reason
