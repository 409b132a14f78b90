"""The median of the readers and its tie rules."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sgus.stats.agreement.panel import MISSING, Panel
from sgus.stats.consensus.median import leave_one_out_median, median_consensus

TIES = ("lower", "upper", "none")


def panel_of(rows, *, k: int = 4) -> Panel:
    codes = np.asarray(rows, dtype=np.int8)
    n_items, n_readers = codes.shape
    return Panel(
        codes,
        tuple(f"i{at}" for at in range(n_items)),
        tuple(f"r{at}" for at in range(n_readers)),
        tuple(range(k)),
    )


panels = (
    st.tuples(st.integers(0, 8), st.integers(0, 6))
    .flatmap(lambda shape: arrays(np.int8, shape, elements=st.integers(-1, 3)))
    .map(panel_of)
)


def obvious(grades, tie, least) -> int:
    """The median of a list, as one would do it by hand."""
    read = sorted(grade for grade in grades if grade != MISSING)
    if len(read) < max(least, 1):
        return MISSING
    lower, upper = read[(len(read) - 1) // 2], read[len(read) // 2]
    if tie == "none" and lower != upper:
        return MISSING
    return upper if tie == "upper" else lower


@pytest.mark.parametrize(
    ("row", "lower", "upper", "none"),
    [
        ((0, 1, 3), 1, 1, 1),
        ((0, 1, -1), 0, 1, -1),
        ((2, 2, -1), 2, 2, 2),
        ((0, 0, 3, 3), 0, 3, -1),
        ((0, 2, -1, -1), 0, 2, -1),  # never 1, which nobody gave
        ((3, -1, -1), 3, 3, 3),
        ((-1, -1), -1, -1, -1),
    ],
)
def test_by_hand(row, lower, upper, none):
    panel = panel_of([row])
    found = [int(median_consensus(panel, tie=tie)[0]) for tie in TIES]
    assert found == [lower, upper, none]


@given(panels, st.sampled_from(TIES), st.integers(1, 3))
def test_equals_the_sorted_list(panel, tie, least):
    found = median_consensus(panel, tie=tie, least=least)
    assert found.dtype == np.int8
    assert found.tolist() == [obvious(row, tie, least) for row in panel.codes.tolist()]


@given(panels, st.sampled_from(TIES), st.integers(1, 3))
def test_leave_one_out_equals_the_panel_without_the_reader(panel, tie, least):
    found = leave_one_out_median(panel, tie=tie, least=least)
    assert found.shape == panel.codes.shape
    for column, name in enumerate(panel.readers):
        others = panel.of_readers([other for other in panel.readers if other != name])
        expected = median_consensus(others, tie=tie, least=least)
        np.testing.assert_array_equal(found[:, column], expected)


def test_a_reader_is_compared_with_items_read_by_others_alone():
    found = leave_one_out_median(panel_of([(-1, 2, 2)]))
    assert found.tolist() == [[2, 2, 2]]


@given(panels)
def test_readings_stay_as_they_are(panel):
    before = panel.codes.copy()
    median_consensus(panel)
    leave_one_out_median(panel)
    np.testing.assert_array_equal(panel.codes, before)


def test_scale_is_by_position():
    panel = Panel(np.array([[0, 2, 2]], np.int8), ("i",), ("a", "b", "c"), (1, 5, 9))
    assert median_consensus(panel).tolist() == [2]


def test_unknown_rule_and_no_reading_are_refused():
    with pytest.raises(ValueError, match="no tie rule of the median; known"):
        median_consensus(panel_of([(0, 1)]), tie="mean")
    with pytest.raises(ValueError, match="one reading or more, not 0"):
        median_consensus(panel_of([(0, 1)]), least=0)
