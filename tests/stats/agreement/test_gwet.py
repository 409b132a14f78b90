from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given

from sgus.stats.agreement.gwet import gwet_family
from sgus.stats.agreement.item_counts import WEIGHTS
from sgus.stats.agreement.weights import agreement_weights
from tests.stats.agreement.rated import (
    alike,
    expectations,
    given_grades,
    observed,
    one_grade_only,
    panels,
    pick,
    published,
    rated,
)


def by_the_book(panel, weights):
    items = [grades for grades in given_grades(panel) if grades]
    paired = [grades for grades in items if len(grades) > 1]
    if not paired:
        return np.nan
    agreed = [np.mean([weights[a, b] for a, b in permutations(grades, 2)]) for grades in paired]
    k = len(weights)
    share = [np.mean([grades.count(g) / len(grades) for grades in items]) for g in range(k)]
    chance = weights.sum() / (k * (k - 1)) * sum(p * (1 - p) for p in share)
    return (np.mean(agreed) - chance) / (1 - chance)


@given(panels())
def test_is_that_of_a_loop(panel):
    expected = [by_the_book(panel, agreement_weights(panel.scale, name)) for name in WEIGHTS]
    if one_grade_only(panel):
        expected = [np.nan] * 4  # withheld
    assert alike(observed(gwet_family(panel)), expected)


@pytest.mark.parametrize("name", ["fleiss1971", "krippendorff4x12"])
def test_values_errors_and_intervals_as_published(shared_data, name):
    family = gwet_family(published(shared_data, name, grades=5))
    found = observed(family)
    seen = 0
    for key, params, value, tolerance in expectations(shared_data, name):
        if key == "gwet_framework.gwet.ac1":
            at = pick(family, weights=params["weights"])
            closed = family.closed[at]
            assert found[at] == pytest.approx(value["est"], abs=tolerance)
            assert closed.se == pytest.approx(value["se"], abs=tolerance)
            assert (closed.low, closed.high) == pytest.approx(value["ci"], abs=6e-4)
            seen += 1
    assert seen == (1 if name == "fleiss1971" else 4)


def test_the_length_of_the_scale_counts():
    codes = [[0, 0, 1], [1, 1, 2], [2, 2, 2], [0, 1, 0]]
    short, long = (observed(gwet_family(rated(codes, scale=s))) for s in ((0, 1, 2), (0, 1, 2, 3)))
    assert long[0] > short[0]  # one more grade to choose from: less agreement by chance


def test_one_grade_given_is_withheld_although_the_formula_says_1():
    family = gwet_family(rated([[1, 1], [1, 1], [1, 1]]))
    assert np.isnan(observed(family)).all()
    assert set(family.reasons) == {
        "every reading that counts is grade 1: chance leaves no disagreement"
    }
    assert set(family.closed) == {None}


def test_forms_and_reasons():
    family = gwet_family(rated([[0], [1]]))
    assert [label.form for label in family.labels] == ["AC1", "AC2", "AC2", "AC2"]
    assert set(family.reasons) == {"only one reader"}
