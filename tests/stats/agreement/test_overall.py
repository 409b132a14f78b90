from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given

from sgus.stats.agreement.item_counts import WEIGHTS
from sgus.stats.agreement.overall import percent_family, specific_family
from sgus.stats.agreement.weights import agreement_weights
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


@given(panels())
def test_percent_is_that_of_a_loop(panel):
    paired = [grades for grades in given_grades(panel) if len(grades) > 1]
    expected = []
    for weights in (agreement_weights(panel.scale, name) for name in WEIGHTS):
        agreed = [np.mean([weights[a, b] for a, b in permutations(g, 2)]) for g in paired]
        expected.append(np.mean(agreed) if agreed else np.nan)
    assert alike(observed(percent_family(panel)), expected)


@given(panels())
def test_specific_is_that_of_a_loop(panel):
    pairs = [pair for grades in given_grades(panel) for pair in permutations(grades, 2)]
    expected = []
    for grade in range(panel.n_grades):
        again = [second == grade for first, second in pairs if first == grade]
        expected.append(np.mean(again) if again else np.nan)
    assert alike(observed(specific_family(panel)), expected)


def test_specific_agreement_of_the_table_of_1971(shared_data):
    found = observed(specific_family(published(shared_data, "fleiss1971", grades=5)))
    ((value, tolerance),) = [
        (value, tolerance)
        for key, _, value, tolerance in expectations(shared_data, "fleiss1971")
        if key == "specific_agreement_per_category"
    ]
    assert found == pytest.approx(value, abs=tolerance)


@pytest.mark.parametrize("name", ["fleiss1971", "krippendorff4x12"])
def test_percent_agreement_errors_and_intervals_as_published(shared_data, name):
    family = percent_family(published(shared_data, name, grades=5))
    found = observed(family)
    seen = 0
    for key, params, value, tolerance in expectations(shared_data, name):
        if key == "gwet_framework.pa.coeff":
            at = pick(family, weights=params["weights"])
            closed = family.closed[at]
            assert found[at] == pytest.approx(value["est"], abs=tolerance)
            assert closed.se == pytest.approx(value["se"], abs=tolerance)
            assert (closed.low, closed.high) == pytest.approx(value["ci"], abs=6e-4)
            seen += 1
    assert seen == (1 if name == "fleiss1971" else 4)


def test_reasons():
    family = specific_family(rated([[0, 0, -1], [1, -1, -1], [0, -1, 0]]))
    assert observed(family)[0] == 1
    assert family.reasons[1] == "nobody gave grade 1 to an item that two readers read"
    assert family.used[:, 0].tolist() == [True, False, True]
    assert set(specific_family(rated([[0], [1]])).reasons) == {"only one reader"}
    assert set(percent_family(rated([[-1, -1]])).reasons) == {"no item was read"}
