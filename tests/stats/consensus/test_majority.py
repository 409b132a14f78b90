"""The majority of the readers and its tie rules."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sgus.stats.agreement.panel import MISSING, Panel
from sgus.stats.consensus.majority import majority_consensus

TIES = ("lower", "upper", "median", "none")


def panel_of(rows) -> Panel:
    codes = np.asarray(rows, dtype=np.int8)
    n_items, n_readers = codes.shape
    return Panel(
        codes,
        tuple(f"i{at}" for at in range(n_items)),
        tuple(f"r{at}" for at in range(n_readers)),
        (0, 1, 2, 3),
    )


panels = (
    st.tuples(st.integers(0, 8), st.integers(0, 6))
    .flatmap(lambda shape: arrays(np.int8, shape, elements=st.integers(-1, 3)))
    .map(panel_of)
)


def obvious(grades, tie) -> int:
    """The most frequent grade of a list, as one would do it by hand."""
    read = sorted(grade for grade in grades if grade != MISSING)
    if not read:
        return MISSING
    counts = Counter(read)
    modes = sorted(grade for grade in counts if counts[grade] == max(counts.values()))
    if len(modes) == 1 or tie == "lower":
        return modes[0]
    if tie == "upper":
        return modes[-1]
    return read[(len(read) - 1) // 2] if tie == "median" else MISSING


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((0, 0, 2, 3, 3, 3), (3, 3, 3, 3)),
        ((0, 0, 1, 3, 3), (0, 3, 1, -1)),
        ((0, 1, 2, 3), (0, 3, 1, -1)),
        ((2, -1, -1), (2, 2, 2, 2)),
        ((-1, -1), (-1, -1, -1, -1)),
    ],
)
def test_by_hand(row, expected):
    panel = panel_of([row])
    assert tuple(int(majority_consensus(panel, tie=tie)[0]) for tie in TIES) == expected


@given(panels, st.sampled_from(TIES))
def test_equals_counting(panel, tie):
    before = panel.codes.copy()
    found = majority_consensus(panel, tie=tie)
    assert found.tolist() == [obvious(row, tie) for row in panel.codes.tolist()]
    np.testing.assert_array_equal(panel.codes, before)


def test_too_few_readings_give_none():
    assert majority_consensus(panel_of([(1, 1, -1), (1, -1, -1)]), least=2).tolist() == [1, -1]


def test_unknown_rule_is_refused():
    with pytest.raises(ValueError, match="no tie rule of the majority; known"):
        majority_consensus(panel_of([(0, 1)]), tie="mean")
