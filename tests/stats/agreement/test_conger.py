from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import cohen_kappa_score

from sgus.stats.agreement.conger import conger_family
from sgus.stats.agreement.item_counts import WEIGHTS
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
    """Chance agreement as the mean over all pairs of readers, loop by loop."""
    paired = [grades for grades in given_grades(panel) if len(grades) > 1]
    if not paired:
        return np.nan
    agreed = [np.mean([weights[a, b] for a, b in permutations(grades, 2)]) for grades in paired]
    k = len(weights)
    columns = [column[column >= 0].tolist() for column in panel.codes.T]
    shares = [[column.count(g) / len(column) for g in range(k)] for column in columns if column]
    chance = np.mean(
        [
            sum(weights[a, b] * p[a] * q[b] for a in range(k) for b in range(k))
            for p, q in combinations(shares, 2)
        ]
    )
    return (np.mean(agreed) - chance) / (1 - chance) if chance < 1 - 1e-9 else np.nan


@given(panels())
def test_is_that_of_a_loop(panel):
    expected = [by_the_book(panel, agreement_weights(panel.scale, name)) for name in WEIGHTS]
    assert alike(observed(conger_family(panel)), expected)


@given(panels(missing=False, min_readers=2, min_items=2))
def test_two_readers_give_cohens_kappa(panel):
    two = panel.of_readers(panel.readers[:2])
    found = observed(conger_family(two))
    for at, weights in ((0, None), (1, "linear"), (2, "quadratic")):
        if np.isfinite(found[at]):
            expected = cohen_kappa_score(*two.codes.T, weights=weights, labels=[0, 1, 2, 3])
            assert found[at] == pytest.approx(expected, abs=1e-9)


def test_the_exact_kappa_of_the_table_of_1971(shared_data):
    found = observed(conger_family(published(shared_data, "fleiss1971", grades=5)))
    ((value, tolerance),) = [
        (value, tolerance)
        for key, _, value, tolerance in expectations(shared_data, "fleiss1971")
        if key == "conger_exact_kappa"
    ]
    assert found[0] == pytest.approx(value, abs=tolerance)


@pytest.mark.parametrize("name", ["fleiss1971", "krippendorff4x12"])
def test_standard_errors_and_intervals_as_published(shared_data, name):
    family = conger_family(published(shared_data, name, grades=5))
    found = observed(family)
    seen = 0
    for key, params, value, tolerance in expectations(shared_data, name):
        if key == "gwet_framework.conger.kappa":
            at = pick(family, weights=params["weights"])
            closed = family.closed[at]
            assert found[at] == pytest.approx(value["est"], abs=tolerance)
            assert closed.se == pytest.approx(value["se"], abs=tolerance)
            assert (closed.low, closed.high) == pytest.approx(value["ci"], abs=6e-4)
            seen += 1
    assert seen == (1 if name == "fleiss1971" else 4)


def test_a_reader_without_readings_changes_nothing():
    codes = np.array([[0, 1, 1], [2, 2, -1], [3, 3, 3], [0, 1, 0]])
    alone = conger_family(rated(codes))
    beside = conger_family(rated(np.insert(codes, 1, -1, axis=1)))
    assert alike(observed(alone), observed(beside))
    assert [form.se for form in alone.closed] == pytest.approx([f.se for f in beside.closed])
    assert beside.n_raters == (3, 3, 3, 3)


def test_two_constant_readers_of_different_grades_agree_as_by_chance():
    assert observed(conger_family(rated([[0, 1], [0, 1], [0, 1]]))) == pytest.approx([0] * 4)


def test_one_grade_has_its_reason():
    family = conger_family(rated([[2, 2, 2], [2, -1, 2]]))
    assert np.isnan(observed(family)).all()
    assert set(family.reasons) == {
        "every reading that counts is grade 2: chance leaves no disagreement"
    }
