from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given

from sgus.stats.agreement.item_counts import (
    WEIGHTS,
    beyond_chance,
    costs,
    disagreements,
    expected_cost,
    item_counts,
    pairs_met,
    readers_at_work,
    why_alike,
    why_unpaired,
)
from tests.stats.agreement.rated import given_grades, panels, rated


@given(panels())
def test_disagreement_is_that_of_a_loop_over_pairs_of_readings(panel):
    found = disagreements(item_counts(panel), panel.scale)
    for item, grades in enumerate(given_grades(panel)):
        for at, cost in enumerate(costs(panel.scale)):
            met = [cost[a, b] for a, b in permutations(grades, 2)]
            assert found[item, at] == pytest.approx(np.mean(met) if met else 0.0, abs=1e-12)


@given(panels())
def test_apart_counts_pairs_of_which_one_is_the_grade(panel):
    found = item_counts(panel).apart()
    for item, grades in enumerate(given_grades(panel)):
        for grade in range(panel.n_grades):
            met = [(a == grade) != (b == grade) for a, b in permutations(grades, 2)]
            assert found[item, grade] == pytest.approx(np.mean(met) if met else 0.0, abs=1e-12)


def test_shares_are_of_the_readings_of_the_item():
    counts = item_counts(rated([[0, 0, 1], [-1, 3, -1], [-1, -1, -1]]))
    assert counts.shares.tolist() == [[2 / 3, 1 / 3, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
    assert counts.rated.tolist() == [True, True, False]
    assert counts.paired.tolist() == [True, False, False]


def test_costs_are_zero_for_the_same_grade_and_one_for_the_ends():
    for cost in costs((0, 1, 2, 3)):
        assert np.diag(cost).tolist() == [0, 0, 0, 0]
        assert cost[0, 3] == 1
    assert costs((0, 1, 2, 3))[WEIGHTS.index("quadratic")][0, 1] == pytest.approx(1 / 9)


def test_expected_cost_is_exactly_zero_for_one_grade():
    found = expected_cost(costs((0, 1, 2)), np.array([[0.0, 1.0, 0.0], [0.5, 0.5, 0.0]]))
    assert found[0].tolist() == [0, 0, 0, 0]
    assert found[1, 0] == 0.5


def test_kappa_is_undefined_where_chance_leaves_only_rounding():
    found = beyond_chance(np.array([0.0, 0.0, 0.25]), np.array([0.0, 1e-16, 0.5]))
    assert np.array_equal(found, [np.nan, np.nan, 0.5], equal_nan=True)


def test_readers_and_pairs_that_meet():
    panel = rated([[0, 1, -1, -1], [-1, 2, 2, -1]])
    assert readers_at_work(panel).tolist() == [True, True, True, False]
    assert pairs_met(panel) == 2


@pytest.mark.parametrize(
    ("codes", "why"),
    [
        (np.zeros((0, 3)), "no item was read"),
        ([[-1, -1]], "no item was read"),
        ([[0], [1]], "only one reader"),
        ([[0, -1], [-1, 1]], "no item was read by two readers"),
        ([[0, 1], [-1, 1]], None),
    ],
)
def test_reasons_name_the_cause(codes, why):
    assert why_unpaired(rated(codes)) == why


def test_one_grade_is_named_by_its_value():
    by_grade = np.array([[0.0, 2.0], [0.0, 3.0]])
    assert why_alike(by_grade, (1, 5)) == (
        "every reading that counts is grade 5: chance leaves no disagreement"
    )
    assert why_alike(np.eye(2), (1, 5)) is None
