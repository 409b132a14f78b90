from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sgus.core.grades import (
    STAGES,
    grades_from_stages,
    most_probable_grade,
    stages_from_grades,
)

probability = st.floats(0, 1)
inner = st.floats(0.001, 0.999)


def test_published_accuracies_multiply_out() -> None:
    p = grades_from_stages(np.array([0.1, 0.35, 0.2]))
    np.testing.assert_allclose(p, [0.9 * 0.65, 0.9 * 0.35, 0.1 * 0.8, 0.1 * 0.2])


@given(st.tuples(probability, probability, probability))
def test_grade_probabilities_sum_to_one(stages: tuple[float, float, float]) -> None:
    p = grades_from_stages(np.array(stages))
    assert abs(p.sum() - 1) < 1e-12
    assert (p >= 0).all()


@given(st.lists(st.tuples(inner, inner, inner), min_size=1, max_size=5))
def test_stages_come_back(stages: list[tuple[float, float, float]]) -> None:
    given_stages = np.array(stages)
    back = stages_from_grades(grades_from_stages(given_stages))
    np.testing.assert_allclose(back, given_stages, atol=1e-9)


def test_an_impossible_branch_says_nothing_about_its_leaves() -> None:
    stages = stages_from_grades(np.array([0.0, 0.0, 0.25, 0.75]))
    np.testing.assert_allclose(stages, [1.0, 0.5, 0.75])


def test_the_lower_of_two_equal_grades_is_predicted() -> None:
    assert most_probable_grade(np.array([[0.4, 0.4, 0.1, 0.1], [0, 0, 0.3, 0.7]])).tolist() == [
        0,
        3,
    ]


def test_stages_partition_their_branch() -> None:
    first, low, high = STAGES
    assert low.grades == first.lower
    assert high.grades == first.higher
