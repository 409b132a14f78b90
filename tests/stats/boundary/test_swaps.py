from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.stats.boundary.swaps import swap_family
from tests.stats.boundary.tables import (
    code_arrays,
    figures,
    is_repetition,
    named,
    panel_of,
    repeat,
)

# Six items, three readers; the swaps over 0/1 are marked.
HAND = [
    [0, 1, 0],  # a-b, b-c
    [1, 1, 1],
    [0, 2, 1],  # a-c
    [1, 0, -1],  # a-b
    [3, 2, 3],
    [-1, 0, 0],
]
ALL = ("r0", "r1", "r2")


def test_rates_of_a_table_counted_by_hand():
    found = named(swap_family(panel_of(HAND), (0, 1)))
    assert found["swap_rate", None, "pair", ("r0", "r1"), 0] == pytest.approx(2 / 5)
    assert found["swap_rate", None, "pair", ("r0", "r2"), 0] == pytest.approx(1 / 4)
    assert found["swap_rate", None, "pair", ("r1", "r2"), 0] == pytest.approx(1 / 5)
    assert found["swap_rate_within", None, "pair", ("r0", "r1"), 0] == pytest.approx(2 / 3)
    assert found["swap_rate_within", None, "pair", ("r0", "r2"), 0] == pytest.approx(1 / 3)
    assert found["swap_rate_within", None, "pair", ("r1", "r2"), 0] == pytest.approx(1 / 3)
    assert found["swap_rate", None, "all items", ALL, 0] == pytest.approx(4 / 14)
    assert found["swap_rate_within", None, "all items", ALL, 0] == pytest.approx(4 / 9)


def test_the_counts_behind_a_rate_are_stated():
    family = swap_family(panel_of(HAND), (0, 1))
    place = [label.form for label in family.labels].index("all items")
    assert (family.n_raters[place], family.n_pairs[place]) == (3, 3)
    assert family.used[:, place].tolist() == [True] * 6
    assert family.used[:, place + 1].tolist() == [True, True, True, True, False, True]


def test_other_boundaries():
    found = named(swap_family(panel_of(HAND), (2, 3)))
    assert found["swap_rate", None, "all items", ALL, 2] == pytest.approx(2 / 14)
    assert found["swap_rate_within", None, "all items", ALL, 2] == pytest.approx(2 / 3)
    assert named(swap_family(panel_of(HAND), (1, 2)))[
        "swap_rate", None, "all items", ALL, 1
    ] == pytest.approx(1 / 14)


def slow_rate(codes, code, *, items, pairs, within):
    swaps = whole = 0
    for i in items:
        for a, b in pairs:
            x, y = sorted((int(codes[i, a]), int(codes[i, b])))
            if x < 0 or (within and not {x, y} <= {code, code + 1}):
                continue
            whole += 1
            swaps += (x, y) == (code, code + 1)
    return swaps / whole if whole else None


@given(code_arrays(), st.integers(0, 2), st.integers(0, 2**32 - 1))
def test_every_rate_is_that_of_a_loop(codes, code, seed):
    rng = np.random.default_rng(seed)
    n_items, n_readers = codes.shape
    group, cut = rng.random(n_items) < 0.5, int(rng.integers(0, n_readers + 1))
    panel = panel_of(codes)
    old, new = range(cut), range(cut, n_readers)
    found = named(
        swap_family(
            panel,
            (code, code + 1),
            groups={"parotid": group},
            reader_groups={"old": panel.readers[:cut], "new": panel.readers[cut:]},
        )
    )
    everything = range(n_items)
    pairs = list(combinations(range(n_readers), 2))
    wanted = {
        ("all items", panel.readers): (everything, pairs),
        ("parotid", panel.readers): (np.flatnonzero(group), pairs),
        ("readers: old", panel.readers[:cut]): (everything, list(combinations(old, 2))),
        ("readers: new", panel.readers[cut:]): (everything, list(combinations(new, 2))),
        ("readers: old with new", panel.readers): (
            everything,
            [(a, b) for a in old for b in new],
        ),
    }
    wanted |= {("pair", (f"r{a}", f"r{b}")): (everything, [(a, b)]) for a, b in pairs}
    assert len(found) == 2 * len(wanted)
    for (form, raters), (items, some) in wanted.items():
        for statistic, within in (("swap_rate", False), ("swap_rate_within", True)):
            slow = slow_rate(codes, code, items=items, pairs=some, within=within)
            assert found[statistic, None, form, raters, code] == pytest.approx(slow)


@given(code_arrays(), st.integers(0, 2**32 - 1))
def test_groups_that_part_the_items_add_up(codes, seed):
    group = np.random.default_rng(seed).integers(0, 3, len(codes))
    masks = {f"g{n}": group == n for n in range(3)}
    family = swap_family(panel_of(codes), (0, 1), groups=masks)
    sums = family.features.sum(axis=0)
    part, whole = np.split(sums, 2)
    for offset in (0, 1):  # swap_rate, swap_rate_within
        assert part[offset] == part[[2 + offset, 4 + offset, 6 + offset]].sum()
        assert whole[offset] == whole[[2 + offset, 4 + offset, 6 + offset]].sum()


@given(code_arrays(), st.integers(0, 2**32 - 1))
def test_order_of_items_and_a_row_nobody_read_change_nothing(codes, seed):
    order = np.random.default_rng(seed).permutation(len(codes))
    unread = np.full((1, codes.shape[1]), -1)
    before = named(swap_family(panel_of(codes), (0, 1)))
    after = named(swap_family(panel_of(np.concatenate([codes[order], unread])), (0, 1)))
    assert before == pytest.approx(after)


@given(code_arrays(), st.integers(0, 2**32 - 1))
def test_order_of_readers_changes_no_rate(codes, seed):
    order = np.random.default_rng(seed).permutation(codes.shape[1])
    panel = panel_of(codes)

    def by_set(family):
        return {(x.statistic, x.form, frozenset(x.raters)): v for x, v in figures(family).items()}

    before = by_set(swap_family(panel, (0, 1)))
    after = by_set(swap_family(panel.of_readers([panel.readers[j] for j in order]), (0, 1)))
    assert before == pytest.approx(after, nan_ok=True)


@given(code_arrays(), st.integers(0, 2**32 - 1))
def test_weights_are_repetitions(codes, seed):
    weights = np.random.default_rng(seed).integers(0, 4, len(codes))
    families = (swap_family(panel_of(c), (0, 1)) for c in (codes, repeat(codes, weights)))
    assert is_repetition(*families, weights)


def test_undefined_rates_say_why():
    panel = panel_of([[0, -1, 3], [-1, 1, 3]])
    family = swap_family(panel, (0, 1), reader_groups={"one": ["r0"], "rest": ["r1", "r2"]})
    why = {
        (x.statistic, x.form, x.raters): reason
        for x, reason in zip(family.labels, family.reasons, strict=True)
    }
    assert why["swap_rate", "pair", ("r0", "r1")] == "the two readers have no item in common"
    assert why["swap_rate", "pair", ("r0", "r2")] is None
    assert "these two grades" in why["swap_rate_within", "pair", ("r0", "r2")]
    assert why["swap_rate", "readers: one", ("r0",)] == "no item was read by two of these readers"


def test_another_scale():
    found = named(swap_family(panel_of([[0, 1], [1, 1]], scale=(1, 3, 7)), (1, 3)))
    assert found["swap_rate", None, "pair", ("r0", "r1"), 1] == 0.5


def test_what_is_no_boundary_group_or_reader_is_refused():
    panel = panel_of(HAND)
    with pytest.raises(
        ValueError, match="no boundary of neighbouring grades; known: 0/1, 1/2, 2/3"
    ):
        swap_family(panel, (0, 2))
    with pytest.raises(ValueError, match=r"group left has a mask of \(2,\) for 6 items"):
        swap_family(panel, (0, 1), groups={"left": np.array([True, False])})
    for groups in ({"a": ["r9"]}, {"a": ["r0"], "b": ["r0", "r1"]}):
        with pytest.raises(ValueError, match="not of this panel, or is in two groups"):
            swap_family(panel, (0, 1), reader_groups=groups)
