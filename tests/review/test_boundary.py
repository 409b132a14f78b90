"""Boundaries between neighbouring grades."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.core.errors import ConfigError
from sgus.core.grades import GRADES, grades_from_stages
from sgus.review.boundary import BOUNDARIES, Boundary, boundary


def test_each_boundary_is_decided_by_the_stage_that_parts_its_grades() -> None:
    assert {name: one.stage.name for name, one in BOUNDARIES.items()} == {
        "0/1": "stage2a",
        "1/2": "stage1",
        "2/3": "stage2b",
    }
    assert boundary("1/2") == Boundary(1, 2)


def test_an_unknown_boundary_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match="Use one of: 0/1, 1/2, 2/3"):
        boundary("0/2")


@given(st.lists(st.floats(0.01, 0.99), min_size=3, max_size=3))
def test_log_odds_of_the_outer_boundaries_are_those_of_their_stage(stages: list[float]) -> None:
    p = grades_from_stages(np.array(stages))
    for name, at in (("0/1", 1), ("2/3", 2)):
        expected = math.log(stages[at] / (1.0 - stages[at]))
        assert boundary(name).log_odds(p) == pytest.approx(expected)


def test_log_odds_leave_the_other_grades_aside_and_are_finite() -> None:
    p = np.array([[0.2, 0.1, 0.7, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]])
    found = boundary("0/1").log_odds(p)
    assert found == pytest.approx([math.log(0.5), math.log(1e-6), 0.0])


@pytest.mark.parametrize("name", BOUNDARIES)
def test_crossing_is_both_sides_apart(name: str) -> None:
    one = boundary(name)
    for grade in GRADES:
        for said in GRADES:
            up, down = grade <= one.lower < said, said <= one.lower < grade
            two = np.array([grade]), np.array([said])
            assert one.crossing(*two).tolist() == [int(up) - int(down)]
            exact = {grade, said} == {one.lower, one.upper}
            assert one.crossing(*two, adjacent=True).tolist() == [
                (int(up) - int(down)) * int(exact)
            ]
            assert one.touches(*two).tolist() == [bool({grade, said} & set(one.grades))]
