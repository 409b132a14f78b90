from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given

from sgus.stats.agreement.fleiss import fleiss_family
from sgus.stats.agreement.item_counts import WEIGHTS, item_counts
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


def by_the_book(panel, weights):
    """Gwet's form, loop by loop."""
    items = [grades for grades in given_grades(panel) if grades]
    paired = [grades for grades in items if len(grades) > 1]
    if not paired:
        return np.nan
    agreed = [np.mean([weights[a, b] for a, b in permutations(grades, 2)]) for grades in paired]
    k = len(weights)
    share = [np.mean([grades.count(g) / len(grades) for grades in items]) for g in range(k)]
    chance = sum(weights[a, b] * share[a] * share[b] for a in range(k) for b in range(k))
    return (np.mean(agreed) - chance) / (1 - chance) if chance < 1 - 1e-9 else np.nan


@given(panels())
def test_overall_is_that_of_a_loop(panel):
    expected = [by_the_book(panel, agreement_weights(panel.scale, name)) for name in WEIGHTS]
    assert alike(observed(fleiss_family(panel))[:4], expected)


@given(panels())
def test_by_category_is_kappa_of_the_grade_against_all_others(panel):
    found = observed(fleiss_family(panel))[4:]
    for grade in range(panel.n_grades):
        codes = np.where(panel.codes < 0, -1, panel.codes == grade)
        two = fleiss_family(rated(codes, scale=(0, 1)))
        assert alike(found[grade], observed(two)[0])


@given(panels(missing=False, min_readers=2, min_items=1))
def test_by_category_is_that_of_1971_on_complete_panels(panel):
    """Kappa of a category = (agreement given the grade - share) / (1 - share)."""
    found = observed(fleiss_family(panel))[4:]
    given_, m = item_counts(panel).by_grade, panel.n_readers
    for grade in range(panel.n_grades):
        n = given_[:, grade]
        share = n.sum() / (len(n) * m)
        if 0 < share < 1:
            again = (n * (n - 1)).sum() / (n.sum() * (m - 1))
            assert found[grade] == pytest.approx((again - share) / (1 - share), abs=1e-9)
        else:
            assert np.isnan(found[grade])


def test_the_table_of_1971(shared_data):
    family = fleiss_family(published(shared_data, "fleiss1971", grades=5))
    found = observed(family)
    seen = 0
    for key, _, value, tolerance in expectations(shared_data, "fleiss1971"):
        if key == "fleiss_kappa":
            assert found[0] == pytest.approx(value, abs=tolerance)
            seen += 1
        if key == "fleiss_kappa_per_category":
            assert found[4:] == pytest.approx(value, abs=tolerance)
            seen += 1
    assert seen == 2


@pytest.mark.parametrize("name", ["fleiss1971", "krippendorff4x12"])
def test_standard_errors_and_intervals_as_published(shared_data, name):
    family = fleiss_family(published(shared_data, name, grades=5))
    found = observed(family)
    seen = 0
    for key, params, value, tolerance in expectations(shared_data, name):
        if key == "gwet_framework.fleiss.kappa":
            at = pick(family, weights=params["weights"], form="overall")
            closed = family.closed[at]
            assert found[at] == pytest.approx(value["est"], abs=tolerance)
            assert closed.se == pytest.approx(value["se"], abs=tolerance)
            assert (closed.low, closed.high) == pytest.approx(value["ci"], abs=6e-4)
            seen += 1
    assert seen == (1 if name == "fleiss1971" else 4)


def test_an_unused_grade_changes_no_unweighted_figure():
    codes = [[0, 0, 1], [1, 1, 2], [2, 2, -1], [0, 1, 0]]
    short, long = (fleiss_family(rated(codes, scale=scale)) for scale in ((0, 1, 2), (0, 1, 2, 3)))
    assert observed(short)[0] == pytest.approx(observed(long)[0])
    assert observed(short)[4:] == pytest.approx(observed(long)[4:7])
    assert short.closed[0].se == pytest.approx(long.closed[0].se)
    assert long.reasons[7] == "nobody gave grade 3"


def test_reasons_and_what_it_is_made_from():
    family = fleiss_family(rated([[1, 1], [1, -1], [-1, -1]]))
    assert set(family.reasons) == {
        "every reading that counts is grade 1: chance leaves no disagreement"
    }
    assert family.used[:, 0].tolist() == [True, True, False]
    assert set(fleiss_family(rated([[0, -1], [-1, 2]])).reasons) == {
        "no item was read by two readers"
    }
    assert set(fleiss_family(rated([[0, -1], [-1, 2]])).closed) == {None}
