from __future__ import annotations

import pytest

from sgus.report.document.words import ends, figure_name, number, scope_name, signed


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.615, "0.61"), (0.625, "0.62"), (-0.004, "0.00"), (-0.02, "\N{MINUS SIGN}0.02"),
     (3, "3"), (None, "\N{EN DASH}"), (1.0, "1.00")],
)  # fmt: skip
def test_number(value, said):
    assert number(value) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0.2, "+0.20"), (0.001, "0.00"), (-0.2, "\N{MINUS SIGN}0.20")]
)
def test_signed(value, said):
    assert signed(value) == said


def test_ends():
    assert ends({"low": 0.1, "high": 0.25}) == "0.10 to 0.25"
    assert ends({"low": -0.1, "high": 0.25}, plus=True) == "\N{MINUS SIGN}0.10 to +0.25"
    assert ends({"low": None, "high": None}) == "\N{EN DASH}"


def test_figure_name():
    assert (
        figure_name({"figure": "recall", "scope": "four_grades", "grade": 1}) == "Recall, grade 1"
    )
    side = {"figure": "f1_higher", "scope": "stage1", "grade": None}
    assert figure_name(side) == "F1, side 2/3"
    mean = {"figure": "mean_absolute_error", "grade": None}
    assert figure_name({**mean, "scope": "four_grades"}) == "Mean error, grades"
    assert figure_name({**mean, "scope": "sum"}) == "Mean absolute error"
    assert figure_name({"figure": "new_one", "scope": "x", "grade": None}) == "New one"


def test_scope_name():
    assert scope_name("stage2a", "routed") == "Stage 2a: 0 v 1, as routed"
    assert scope_name("four_grades") == "Four grades"
