"""What holds of every figure of all readers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgus.stats.agreement.panel_families import panel_families
from tests.stats.agreement.rated import alike, observed, one_grade_only, panels, rated


def all_figures(panel):
    return np.concatenate([observed(family) for family in panel_families(panel)])


def standard_errors(panel):
    forms = [form for family in panel_families(panel) for form in family.closed]
    return np.array([np.nan if form is None or form.se is None else form.se for form in forms])


def same_interval(first, second):
    pairs = [
        (a, b)
        for one, other in zip(panel_families(first), panel_families(second), strict=True)
        for a, b in zip(one.closed, other.closed, strict=True)
    ]
    return all(
        a is b is None or np.allclose((a.low, a.high), (b.low, b.high), rtol=0, atol=1e-8)
        for a, b in pairs
    )


@settings(max_examples=40)
@given(panels(), st.data())
def test_whole_weights_are_items_repeated(panel, data):
    """The bootstrap rests on it: figures of weighted sums are those of the drawn panel."""
    times = data.draw(st.lists(st.integers(0, 3), min_size=panel.n_items, max_size=panel.n_items))
    repeated = rated(np.repeat(panel.codes, times, axis=0))
    # A reader whose every item is left out is no reader of the repeated panel; in a resample the
    # two-way figures then have no complete item, and ICC(k) keeps the k of the panel.
    kept = (repeated.codes >= 0).any(axis=0)
    if (kept != (panel.codes >= 0).any(axis=0)).any():
        return
    # Such a panel has its AC and PABAK withheld; in a resample they are the formula's.
    if one_grade_only(repeated) or one_grade_only(repeated, paired=True):
        return
    weights = np.array([times, times], dtype=np.float64)
    found = [family.values(weights @ family.features) for family in panel_families(panel)]
    expected = all_figures(repeated)
    for row in np.concatenate(found, axis=-1):
        assert alike(row, expected, tolerance=1e-7)


@settings(max_examples=40)
@given(panels())
def test_what_is_undefined_has_a_reason_and_no_closed_form(panel):
    for family in panel_families(panel):
        found, n = observed(family), len(family.labels)
        assert found.shape == (n,)
        assert family.used.shape == (panel.n_items, n)
        parts = (family.n_raters, family.n_pairs, family.reasons, family.closed)
        assert {len(part) for part in parts} == {n}
        for value, reason, closed in zip(found, family.reasons, family.closed, strict=True):
            assert np.isfinite(value) == (reason is None)
            if closed is not None:
                assert np.isfinite(value)
                assert closed.low <= value + 1e-9
                assert value <= closed.high + 1e-9


@settings(max_examples=40)
@given(panels(), st.randoms(use_true_random=False))
def test_order_of_items_and_readers_does_not_matter(panel, random):
    items, readers = list(range(panel.n_items)), list(range(panel.n_readers))
    random.shuffle(items)
    random.shuffle(readers)
    other = rated(panel.codes[items][:, readers])
    assert alike(all_figures(panel), all_figures(other), tolerance=1e-7)
    assert alike(standard_errors(panel), standard_errors(other), tolerance=1e-7)


@settings(max_examples=40)
@given(panels())
def test_an_item_nobody_read_changes_nothing(panel):
    empty = np.full((1, panel.n_readers), -1, dtype=np.int8)
    other = rated(np.concatenate([panel.codes, empty]))
    assert alike(all_figures(panel), all_figures(other))
    assert same_interval(panel, other)


@settings(max_examples=40)
@given(panels())
def test_a_reader_who_read_nothing_changes_nothing(panel):
    empty = np.full((panel.n_items, 1), -1, dtype=np.int8)
    other = rated(np.concatenate([panel.codes, empty], axis=1))
    assert alike(all_figures(panel), all_figures(other))
    assert same_interval(panel, other)


@settings(max_examples=40)
@given(panels(missing=False, min_readers=2, min_items=2))
def test_one_constant_reader_is_no_error(panel):
    codes = panel.codes.copy()
    codes[:, 0] = 1
    for family in panel_families(rated(codes)):
        for value, reason in zip(observed(family), family.reasons, strict=True):
            assert np.isfinite(value) == (reason is None)


@settings(max_examples=40)
@given(panels(min_readers=2))
def test_no_figure_is_above_one(panel):
    assert not (all_figures(panel) > 1 + 1e-9).any()


@pytest.mark.parametrize("shape", [(0, 0), (0, 1), (0, 3), (1, 0), (1, 1), (3, 1)])
def test_nothing_to_compare_gives_reasons_only(shape):
    families = panel_families(rated(np.zeros(shape)))
    assert all(reason for family in families for reason in family.reasons)
    assert np.isnan(all_figures(rated(np.zeros(shape)))).all()


def test_no_two_figures_have_one_label():
    labels = [
        label for family in panel_families(rated([[0, 1], [1, 1]])) for label in family.labels
    ]
    assert len(set(labels)) == len(labels)
    assert {label.statistic for label in labels} == {
        "fleiss_kappa",
        "conger_kappa",
        "krippendorff_alpha",
        "gwet_ac",
        "pabak",
        "icc",
        "kendall_w",
        "percent_agreement",
        "specific_agreement",
    }


def test_left_out_units_leave_no_figure_made_of_rounding():
    """Sums with one unit taken off again, as a jackknife does it."""
    codes = np.array([[0, 0, 0], [0, 0, -1], [1, 0, 0], [0, 0, 0], [1, 1, 0]])
    panel = rated(codes)
    for family in panel_families(panel):
        total = family.features.sum(axis=0)
        left = family.values(total - family.features[[2, 4]].sum(axis=0))
        expected = family.values(family.features[[0, 1, 3]].sum(axis=0))
        assert alike(left, expected)
