from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy

from sgus.stats.boundary.contested import contested_items
from tests.stats.boundary.tables import code_arrays, panel_of


def test_the_most_contested_comes_first_and_ties_go_by_distance_then_name():
    panel = panel_of(
        [
            [1, 1, 1, 1],
            [0, 0, 1, 1],
            [0, 0, 3, 3],
            [0, 1, 2, 3],
            [0, 0, 0, 1],
            [2, -1, -1, -1],
            [1, 1, 0, 0],
        ]
    )
    rows = contested_items(panel)
    assert [row.item for row in rows] == ["i003", "i002", "i001", "i006", "i004", "i000"]
    assert [row.crosses for row in rows] == [True, True, False, False, False, False]
    first = rows[0]
    assert (first.n_readings, first.counts, first.spread) == (4, (1, 1, 1, 1), 3)
    assert (first.disagreement, first.entropy_bits, first.variance) == (1.0, 2.0, 1.25)
    assert rows[-1].entropy_bits == 0.0


def test_one_boundary_keeps_items_given_both_grades_by_their_share_of_pairs():
    panel = panel_of([[0, 1, 2, 3], [0, 0, 0, 1], [0, 0, 1, 1], [2, 2, 3, 3]])
    rows = contested_items(panel, boundary=(0, 1))
    assert [(row.item, row.on_boundary) for row in rows] == [
        ("i002", pytest.approx(4 / 6)),
        ("i001", pytest.approx(3 / 6)),
        ("i000", pytest.approx(1 / 6)),
    ]
    assert [row.item for row in contested_items(panel, boundary=(2, 3))] == ["i003", "i000"]


@given(code_arrays(), st.sampled_from([None, (0, 1), (1, 2)]))
def test_measures_are_those_of_a_loop(codes, boundary):
    asked = boundary or (0, 1)
    panel = panel_of(codes)
    rows = contested_items(panel, boundary=boundary)
    kept = 0
    by_name = {row.item: row for row in rows}
    for name, line in zip(panel.items, codes, strict=True):
        grades = [int(c) for c in line if c >= 0]
        if len(grades) < 2 or (boundary and not set(boundary) <= set(grades)):
            assert name not in by_name
            continue
        kept += 1
        row, pairs = by_name[name], [tuple(sorted(p)) for p in combinations(grades, 2)]
        assert row.counts == tuple(grades.count(g) for g in range(4))
        assert row.disagreement == pytest.approx(np.mean([a != b for a, b in pairs]))
        assert row.on_boundary == pytest.approx(pairs.count(asked) / len(pairs))
        assert row.variance == pytest.approx(np.var(grades), abs=1e-12)
        assert row.entropy_bits == pytest.approx(entropy(row.counts, base=2), abs=1e-12)
        assert row.spread == max(grades) - min(grades)
        assert row.crosses == (min(grades) < 2 <= max(grades))
    assert len(rows) == kept
    measure = [row.on_boundary if boundary else row.disagreement for row in rows]
    assert measure == sorted(measure, reverse=True)


@given(code_arrays(), st.integers(0, 2**32 - 1))
def test_the_order_does_not_depend_on_the_order_of_readers(codes, seed):
    order = np.random.default_rng(seed).permutation(codes.shape[1])
    assert contested_items(panel_of(codes)) == contested_items(panel_of(codes[:, order]))


def test_patients_come_along_and_another_scale_has_no_threshold():
    panel = panel_of([[0, 1], [2, 2]], scale=(1, 3, 9), patients=("p1", "p2"))
    rows = contested_items(panel)
    assert [(row.patient, row.spread, row.crosses) for row in rows] == [
        ("p1", 2, None),
        ("p2", 0, None),
    ]
    assert rows[0].variance == pytest.approx(1.0)
