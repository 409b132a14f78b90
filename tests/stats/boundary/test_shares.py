from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.stats.boundary.shares import (
    disagreement_family,
    intra_disagreement_family,
    sharing_forms,
)
from tests.stats.boundary.tables import (
    code_arrays,
    is_repetition,
    named,
    panel_of,
    readings_of,
    repeat,
)

FORMS = ["0/1", "0/2", "0/3", "1/2", "1/3", "2/3"]


def test_shares_of_a_table_counted_by_hand():
    panel = panel_of([[0, 1, 1], [2, 1, -1], [3, 0, 2], [2, 2, 2], [-1, 3, -1]])
    # 0/1 twice, 1/2, 0/3, 0/2, 2/3: six of ten pairs of readings differ.
    found = {key[0::2][:2]: value for key, value in named(disagreement_family(panel)).items()}
    assert found["disagreement_rate", "all readers"] == pytest.approx(6 / 10)
    shares = [found["disagreement_share", form] for form in FORMS]
    assert shares == pytest.approx([2 / 6, 1 / 6, 1 / 6, 1 / 6, 0, 1 / 6])
    assert found["disagreement_share", "two or more"] == pytest.approx(2 / 6)
    assert found["crossing_share", ">= 2"] == pytest.approx(3 / 6)
    assert found["crossing_rate", ">= 2"] == pytest.approx(3 / 10)


def slow_figures(groups, scale):
    """From the readings of one item that are to be compared, one list an item (and reader)."""
    pairs = [sorted((x, y)) for group in groups for x, y in combinations(group, 2)]
    apart = [pair for pair in pairs if pair[0] != pair[1]]
    crossing = [pair for pair in apart if pair[0] < 2 <= pair[1]]
    found = {("disagreement_rate", None): (len(apart), len(pairs))}
    for a, b in combinations(scale, 2):
        found["disagreement_share", f"{a}/{b}"] = (apart.count([a, b]), len(apart))
    far = [pair for pair in apart if scale.index(pair[1]) - scale.index(pair[0]) >= 2]
    found["disagreement_share", "two or more"] = (len(far), len(apart))
    if scale == (0, 1, 2, 3):
        found["crossing_share", ">= 2"] = (len(crossing), len(apart))
        found["crossing_rate", ">= 2"] = (len(crossing), len(pairs))
    else:
        found["crossing_share", ">= 2"] = found["crossing_rate", ">= 2"] = (0, 0)
    return {key: part / whole if whole else None for key, (part, whole) in found.items()}


@given(code_arrays(k=3), st.sampled_from([(0, 1, 2, 3), (0, 1, 2), (1, 2, 4)]))
def test_every_share_is_that_of_a_loop(codes, scale):
    items = [[scale[c] for c in row if c >= 0] for row in codes]
    wanted = slow_figures(items, scale)
    found = {
        (key[0], None if key[0] == "disagreement_rate" else key[2]): value
        for key, value in named(disagreement_family(panel_of(codes, scale))).items()
    }
    assert found == pytest.approx(wanted)


@given(code_arrays(n_axes=3))
def test_every_share_of_a_reader_with_itself_is_that_of_a_loop(codes):
    groups = [[int(c) for c in own if c >= 0] for item in codes for own in item]
    wanted = slow_figures(groups, (0, 1, 2, 3))
    found = {}
    for key, value in named(intra_disagreement_family(readings_of(codes))).items():
        form = key[2].removesuffix("intra-reader").removesuffix(", ")
        found[key[0], form or None] = value
    assert found == pytest.approx(wanted)


@given(code_arrays())
def test_neighbouring_shares_and_the_rest_sum_to_one(codes):
    panel = panel_of(codes)
    found = {k[2]: v for k, v in named(disagreement_family(panel)).items() if "_share" in k[0]}
    assert sharing_forms(panel.scale) == ("0/1", "1/2", "2/3", "two or more")
    shares = [found[form] for form in sharing_forms(panel.scale)]
    assert shares == [None] * 4 or sum(shares) == pytest.approx(1.0)


def test_another_scale_has_no_threshold_and_says_so():
    family = disagreement_family(panel_of([[0, 1], [1, 2]], scale=(0, 1, 2)))
    why = {x.statistic: r for x, r in zip(family.labels, family.reasons, strict=True)}
    assert why["crossing_rate"] == "the threshold >= 2 belongs to the OMERACT grades 0 to 3"
    assert why["disagreement_share"] is None


def test_full_agreement_and_single_readings_give_reasons():
    for codes, reason in (
        ([[1, 1], [2, 2]], "no two readings of one item differ"),
        ([[1, -1], [-1, 2]], "no item was read twice"),
    ):
        family = disagreement_family(panel_of(codes))
        shares = [
            why
            for x, why in zip(family.labels, family.reasons, strict=True)
            if x.statistic.endswith("_share")
        ]
        assert set(shares) == {reason}


@given(code_arrays(n_axes=3), st.integers(0, 2**32 - 1))
def test_order_and_an_unread_row_change_nothing_and_weights_are_repetitions(codes, seed):
    rng = np.random.default_rng(seed)
    items, readers = rng.permutation(len(codes)), rng.permutation(codes.shape[1])
    moved = np.concatenate([codes[items][:, readers], np.full((1, *codes.shape[1:]), -1)])
    weights = rng.integers(0, 4, len(codes))
    for family in (
        lambda c: disagreement_family(readings_of(c).first),
        lambda c: intra_disagreement_family(readings_of(c)),
    ):
        assert named(family(codes)) == pytest.approx(named(family(moved)))
        assert is_repetition(family(codes), family(repeat(codes, weights)), weights)
