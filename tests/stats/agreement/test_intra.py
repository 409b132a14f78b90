from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from sgus.stats.agreement.cohen import cohen_family
from sgus.stats.agreement.engine import estimate
from sgus.stats.agreement.intra import ALL_READERS, INTRA, intra_families
from sgus.stats.agreement.intra_inter import INTER_MEAN, INTRA_MEAN
from tests.stats.boundary.tables import (
    GRADES,
    code_arrays,
    is_repetition,
    named,
    panel_of,
    readings_of,
    repeat,
)

WEIGHTINGS = {"unweighted": None, "linear": "linear", "quadratic": "quadratic"}
LESS = "mean intra-reader less mean inter-reader kappa"


def joined(readings):
    found = {}
    for family in intra_families(readings):
        found |= named(family)
    return found


def oracle(first, second, option):
    if len({*first, *second}) < 2:
        return None
    return cohen_kappa_score(first, second, labels=GRADES, weights=option)


def own_pairs(codes, j):
    pairs = [pair for item in codes for pair in combinations(item[j], 2) if min(pair) >= 0]
    return [int(a) for a, _ in pairs], [int(b) for _, b in pairs]


def mean(values):
    some = [value for value in values if value is not None]
    return sum(some) / len(some) if some else None


@given(code_arrays(n_axes=3))
def test_figures_of_each_reader_are_those_of_a_loop(codes):
    found = joined(readings_of(codes))
    everyone = [own_pairs(codes, j) for j in range(codes.shape[1])]
    names = tuple(f"r{j}" for j in range(codes.shape[1]))
    for j, (first, second) in enumerate(everyone):
        if (INTRA, (f"r{j}",)) not in {(key[2], key[3]) for key in found}:
            assert not any(first for first, _ in everyone)
            continue
        for name, option in WEIGHTINGS.items():
            kappa = found["cohen_kappa", name, INTRA, (f"r{j}",), None]
            assert kappa == pytest.approx(oracle(first, second, option), abs=1e-12)
        check_rates(found, INTRA, (f"r{j}",), first, second)
    pooled = [[grade for pair in everyone for grade in pair[n]] for n in (0, 1)]
    check_rates(found, ALL_READERS, names, *pooled)


def check_rates(found, form, raters, first, second):
    pairs = list(zip(first, second, strict=True))
    same = sum(a == b for a, b in pairs) / len(pairs) if pairs else None
    assert found["percent_agreement", "unweighted", form, raters, None] == pytest.approx(same)
    for grade in GRADES:
        given = first.count(grade) + second.count(grade)
        specific = 2 * pairs.count((grade, grade)) / given if given else None
        key = ("specific_agreement", "unweighted", form, raters, grade)
        assert found[key] == pytest.approx(specific)


@given(code_arrays(n_axes=3))
def test_means_within_and_between_readers_are_those_of_a_loop(codes):
    readings = readings_of(codes)
    first = readings.first.codes
    found = joined(readings)
    again = (codes >= 0).sum(axis=2) >= 2
    names = readings.first.readers
    for name, option in WEIGHTINGS.items():
        intra = mean([oracle(*own_pairs(codes, j), option) for j in range(len(names))])
        between = []
        for a, b in combinations(range(len(names)), 2):
            both = again[:, a] & again[:, b]
            between.append(oracle(first[both, a], first[both, b], option))
        inter = mean(between)
        assert found["light_kappa", name, INTRA_MEAN, names, None] == pytest.approx(intra)
        assert found["light_kappa", name, INTER_MEAN, names, None] == pytest.approx(inter)
        less = None if intra is None or inter is None else intra - inter
        assert found["intra_minus_inter", name, LESS, names, None] == pytest.approx(less, abs=1e-12)


@given(code_arrays(n_axes=3), st.integers(0, 2**32 - 1))
def test_order_and_an_unread_row_change_nothing_and_weights_are_repetitions(codes, seed):
    rng = np.random.default_rng(seed)
    items, weights = rng.permutation(len(codes)), rng.integers(0, 4, len(codes))
    unread = np.full((1, *codes.shape[1:]), -1)
    moved = np.concatenate([codes[items], unread])
    assert joined(readings_of(codes)) == pytest.approx(joined(readings_of(moved)), abs=1e-12)
    before = intra_families(readings_of(codes))
    after = intra_families(readings_of(repeat(codes, weights)))
    if len(before) == len(after):  # else no repeated reading was drawn
        for weighted, repeated in zip(before, after, strict=True):
            assert is_repetition(weighted, repeated, weights)


def two_rounds(rng, *, own_noise, n_items=150, n_readers=4):
    """Readers who differ by a view of their own and by noise of each reading."""
    severity = rng.uniform(-0.5, 3.5, (n_items, 1, 1))
    view = rng.normal(0, 0.6, (n_items, n_readers, 1))
    noise = rng.normal(0, own_noise, (n_items, n_readers, 2))
    return np.clip(np.round(severity + view + noise), 0, 3).astype(np.int8)


def test_the_closed_form_is_that_of_a_pair_of_readers():
    codes = two_rounds(np.random.default_rng(1), own_noise=0.3)
    intra = intra_families(readings_of(codes))[0]
    for j in range(4):
        pair = cohen_family(panel_of(codes[:, j]))
        assert intra.closed[3 * j : 3 * j + 3] == pair.closed


def test_three_readings_have_no_closed_form():
    codes = two_rounds(np.random.default_rng(1), own_noise=0.3)
    third = np.full((*codes.shape[:2], 1), -1, dtype=np.int8)
    third[0, 1] = 2
    closed = intra_families(readings_of(np.concatenate([codes, third], axis=2)))[0].closed
    assert [form is None for form in closed] == [False] * 3 + [True] * 3 + [False] * 6


def test_readers_who_agree_better_with_themselves_are_found():
    rng = np.random.default_rng(2)
    readings = readings_of(two_rounds(rng, own_noise=0.2))
    rows = estimate(readings.first, intra_families(readings), n_resamples=200, rng=rng)
    less = {r.label.weights: r for r in rows if r.label.statistic == "intra_minus_inter"}
    for row in less.values():
        assert 0 < row.low < row.value < row.high
    assert (less["linear"].n_items, less["linear"].n_raters, less["linear"].n_pairs) == (150, 4, 6)
    means = {
        r.label.form: r
        for r in rows
        if r.label.statistic == "light_kappa" and r.label.weights == "linear"
    }
    width = {form: row.high - row.low for form, row in means.items()}
    paired = less["linear"].high - less["linear"].low
    assert paired < sum(width.values())


def test_single_readings_give_the_figures_of_all_readers_with_the_reason():
    families = intra_families(readings_of(np.array([[[0], [1]], [[2], [3]]])))
    assert [label.raters for family in families for label in family.labels] == [("r0", "r1")] * 14
    assert {why for family in families for why in family.reasons} == {"no repeated readings"}


def test_undefined_figures_say_why():
    # r0 reads twice, always 1; r1 reads once; nobody can be compared on an item read twice.
    families = intra_families(readings_of([[[1, 1], [0, -1]], [[1, 1], [2, -1]]]))
    why = {
        (x.statistic, x.form, x.raters, x.grade): reason
        for family in families
        for x, reason in zip(family.labels, family.reasons, strict=True)
    }
    assert why["cohen_kappa", INTRA, ("r0",), None] == (
        "both readings are grade 1 on every item, so that chance leaves no disagreement to "
        "compare with"
    )
    assert why["cohen_kappa", INTRA, ("r1",), None] == "no repeated readings"
    assert why["percent_agreement", INTRA, ("r0",), None] is None
    assert why["specific_agreement", INTRA, ("r0",), 2] == "grade 2 is in no repeated reading"
    both = ("r0", "r1")
    assert "all of one grade" in why["light_kappa", INTRA_MEAN, both, None]
    assert why["light_kappa", INTER_MEAN, both, None].startswith("no item was read twice by each")
