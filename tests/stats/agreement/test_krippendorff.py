from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.stats.agreement.fleiss import fleiss_family
from sgus.stats.agreement.item_counts import WEIGHTS, ItemCounts, costs, item_counts
from sgus.stats.agreement.krippendorff import LEVELS, alpha_terms, krippendorff_family
from sgus.stats.agreement.linearised import t_interval
from tests.stats.agreement.rated import (
    alike,
    expectations,
    given_grades,
    observed,
    panels,
    pick,
    published,
    rated,
)


def by_the_book(panel, level):
    """Mean squared difference within units over that of all readings that can be paired."""
    units = [grades for grades in given_grades(panel) if len(grades) > 1]
    pool = [grade for grades in units for grade in grades]

    def difference(a, b):
        low, high = min(a, b), max(a, b)
        if level == "nominal":
            return float(a != b)
        if level == "interval":
            return float(panel.scale[a] - panel.scale[b]) ** 2
        between = sum(pool.count(g) for g in range(low, high + 1))
        return (between - (pool.count(low) + pool.count(high)) / 2) ** 2

    within = sum(
        sum(difference(a, b) for a, b in permutations(grades, 2)) / (len(grades) - 1)
        for grades in units
    )
    apart = sum(difference(a, b) for a, b in permutations(pool, 2))
    return 1 - (len(pool) - 1) * within / apart if apart else np.nan


@given(panels())
def test_is_that_of_a_loop(panel):
    expected = [by_the_book(panel, level) for level in LEVELS]
    assert alike(observed(krippendorff_family(panel)), expected)


@given(panels())
def test_the_rank_metric_does_not_look_at_the_values_of_the_scale(panel):
    uneven = rated(panel.codes, scale=(0, 1, 5, 100))
    assert alike(*(observed(krippendorff_family(p))[:2] for p in (panel, uneven)))


@pytest.mark.parametrize(
    ("name", "grades", "n"),
    [("krippendorff4x12", 5, 3), ("anxiety_icc", 6, 3), ("fleiss1971", 5, 1)],
)
def test_published_values(shared_data, name, grades, n):
    table = "anxiety" if name == "anxiety_icc" else name
    family = krippendorff_family(published(shared_data, table, grades=grades))
    found = observed(family)
    seen = 0
    for key, params, value, tolerance in expectations(shared_data, name):
        if key == "krippendorff_alpha" and params["level"] in LEVELS:
            at = pick(family, weights=params["level"])
            assert found[at] == pytest.approx(value, abs=tolerance)
            seen += 1
        if key == "n_pairable_values":
            counts = family.features.sum(axis=0)[-grades:]
            assert counts.sum() == value
    assert seen == n


@pytest.mark.parametrize("name", ["fleiss1971", "krippendorff4x12"])
def test_standard_errors_of_nominal_and_interval_as_published(shared_data, name):
    family = krippendorff_family(published(shared_data, name, grades=5))
    found = observed(family)
    levels = {"unweighted": "nominal", "quadratic": "interval"}
    seen = 0
    for key, params, value, tolerance in expectations(shared_data, name):
        if key == "gwet_framework.krippen.alpha" and params["weights"] in levels:
            at = pick(family, weights=levels[params["weights"]])
            closed = family.closed[at]
            assert found[at] == pytest.approx(value["est"], abs=tolerance)
            assert closed.se == pytest.approx(value["se"], abs=tolerance)
            assert (closed.low, closed.high) == pytest.approx(value["ci"], abs=6e-4)
            seen += 1
    assert seen == (1 if name == "fleiss1971" else 2)
    assert family.closed[1] is None  # the rank metric varies with the readings


def test_terms_serve_all_weights_of_the_published_table(shared_data):
    panel = published(shared_data, "krippendorff4x12", grades=5)
    counts = item_counts(panel)
    paired = ItemCounts(counts.by_grade * counts.paired[:, None])
    seen = 0
    for key, params, value, tolerance in expectations(shared_data, "krippendorff4x12"):
        if key == "gwet_framework.krippen.alpha":
            cost = costs(panel.scale)[WEIGHTS.index(params["weights"])]
            assert t_interval(0.8, alpha_terms(paired, cost)).se == pytest.approx(
                value["se"], abs=tolerance
            )
            seen += 1
    assert seen == 4


@given(panels(missing=False, min_readers=2, min_items=1))
def test_nominal_alpha_is_fleiss_kappa_corrected_for_few_readings(panel):
    """On complete panels 1 - alpha = (1 - kappa) (N - 1) / N with N readings."""
    alpha, kappa = (observed(make(panel))[0] for make in (krippendorff_family, fleiss_family))
    n = panel.codes.size
    assert alike(1 - alpha, (1 - kappa) * (n - 1) / n)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=2, max_size=12))
def test_two_grades_have_one_alpha_at_all_levels(pairs):
    nominal, ordinal, interval = observed(krippendorff_family(rated(pairs, scale=(0, 1))))
    assert alike(nominal, ordinal)
    assert alike(nominal, interval)


def test_an_unused_grade_changes_nothing():
    codes = [[0, 0, 1], [1, 1, 2], [2, 2, -1], [0, 1, 0]]
    short, long = (
        krippendorff_family(rated(codes, scale=scale)) for scale in ((0, 1, 2), (0, 1, 2, 3))
    )
    assert alike(observed(short), observed(long))
    for at in (0, 2):
        assert short.closed[at].se == pytest.approx(long.closed[at].se)


def test_lone_readings_are_left_out():
    codes = [[0, 0], [1, 2], [3, -1], [-1, -1]]
    family = krippendorff_family(rated(codes))
    assert alike(observed(family), observed(krippendorff_family(rated(codes[:2]))))
    assert family.used[:, 0].tolist() == [True, True, False, False]
    lone = krippendorff_family(rated([[0, 0], [0, 0], [3, -1]]))
    assert set(lone.reasons) == {
        "every reading that counts is grade 0: chance leaves no disagreement"
    }


def test_perfect_agreement_is_one():
    codes = [[grade] * 3 for grade in (0, 1, 2, 3)]
    assert observed(krippendorff_family(rated(codes))).tolist() == [1, 1, 1]
