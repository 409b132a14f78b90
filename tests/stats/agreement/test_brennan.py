from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given

from sgus.stats.agreement.brennan import brennan_family
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


@given(panels())
def test_is_that_of_a_loop(panel):
    paired = [grades for grades in given_grades(panel) if len(grades) > 1]
    expected = []
    for weights in (agreement_weights(panel.scale, name) for name in WEIGHTS):
        agreed = [np.mean([weights[a, b] for a, b in permutations(g, 2)]) for g in paired]
        chance = weights.mean()
        expected.append((np.mean(agreed) - chance) / (1 - chance) if agreed else np.nan)
    if one_grade_only(panel, paired=True):
        expected = [np.nan] * 4  # withheld
    assert alike(observed(brennan_family(panel)), expected)


@pytest.mark.parametrize("name", ["fleiss1971", "krippendorff4x12"])
def test_values_errors_and_intervals_as_published(shared_data, name):
    family = brennan_family(published(shared_data, name, grades=5))
    found = observed(family)
    seen = 0
    for key, params, value, tolerance in expectations(shared_data, name):
        if key == "gwet_framework.bp.coeff":
            at = pick(family, weights=params["weights"])
            closed = family.closed[at]
            assert found[at] == pytest.approx(value["est"], abs=tolerance)
            assert closed.se == pytest.approx(value["se"], abs=tolerance)
            assert (closed.low, closed.high) == pytest.approx(value["ci"], abs=6e-4)
            seen += 1
    assert seen == (1 if name == "fleiss1971" else 4)


def test_two_readers_two_grades_give_byrts_pabak():
    family = brennan_family(rated([[0, 0], [0, 1], [1, 1], [1, 1]], scale=(0, 1)))
    assert observed(family)[0] == 2 * 0.75 - 1


def test_the_length_of_the_scale_counts():
    codes = [[0, 0], [0, 1], [1, 1], [1, 1]]
    assert observed(brennan_family(rated(codes)))[0] == pytest.approx((0.75 - 0.25) / 0.75)


def test_reasons():
    family = brennan_family(rated([[0, -1], [-1, 2]]))
    assert set(family.reasons) == {"no item was read by two readers"}
    assert np.isnan(observed(family)).all()
    assert set(family.closed) == {None}
