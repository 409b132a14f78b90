from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from sgus.workflows.cohort_view import (
    AGE_BANDS,
    CONTRADICTORY,
    NOT_GRADED,
    UNKNOWN,
    band_of,
    cohort_view,
)
from tests.workflows.cohort_rows import ROWS, at_random, by_hand, cohort_of, ratings_of


def test_view__by_hand() -> None:
    view = cohort_view(by_hand())
    assert view.n_images == 8
    assert view.patients == ("P1", "P2", "P3")
    assert view.patient.tolist() == [0, 0, 0, 1, 1, 2, 2, -1]
    assert view.n_patients() == 3
    assert view.n_patients(view.grade == 2) == 1
    assert view.sexes == ("female", "male", CONTRADICTORY)
    assert view.ages == (44, 30, None)  # the lowest of several; 200 is no age
    assert view.facets["grade"].options == ("0", "1", "2", "3", NOT_GRADED)
    assert view.facets["centre"].options == ("Bern", "Oslo", UNKNOWN)
    assert view.facets["sex"].options == ("female", "male", CONTRADICTORY, UNKNOWN)
    assert view.facets["age"].options == ("30 to 44", UNKNOWN)


@pytest.mark.parametrize("seed", range(3))
def test_view__each_image_has_one_value_of_each_facet(seed: int) -> None:
    view = cohort_view(at_random(seed))
    for facet in view.facets.values():
        assert facet.members.shape == (len(facet.options), view.n_images)
        assert (facet.members.sum(axis=0) == 1).all(), facet.name
        if facet.name != "grade":
            assert facet.members.any(axis=1).all(), facet.name


def test_view__a_grade_nobody_has_is_there_all_the_same() -> None:
    view = cohort_view(cohort_of([{"image_id": "a", "patient_id": "P", "grade": "2"}]))
    assert view.facets["grade"].options == ("0", "1", "2", "3")
    assert view.facets["grade"].members.sum() == 1


def test_view__values_are_those_of_the_table() -> None:
    view = cohort_view(by_hand())
    for name, column in (("gland", 3), ("centre", 5), ("device", 6)):
        facet = view.facets[name]
        said = [facet.options[code] for code in facet.codes]
        assert said == [row[column] or UNKNOWN for row in ROWS]


@pytest.mark.parametrize(
    ("age", "band"),
    [(0, "under 30"), (29, "under 30"), (30, "30 to 44"), (44, "30 to 44"), (45, "45 to 59"),
     (60, "60 to 74"), (74, "60 to 74"), (75, "75 or more"), (101, "75 or more"),
     (None, UNKNOWN)],
)  # fmt: skip
def test_band_of(age: int | None, band: str) -> None:
    assert band_of(age) == band
    assert len({low for _, low in AGE_BANDS}) == len(AGE_BANDS)


def test_disagreement__is_the_share_of_pairs_of_first_readings_that_differ() -> None:
    rows = [
        ("a1", "r1", "1", 0), ("a1", "r2", "1", 1), ("a1", "r3", "1", 1), ("a1", "r1", "2", 1),
        ("a2", "r1", "1", 2), ("a2", "r2", "1", 2),
        ("a3", "r1", "1", 3), ("a3", "r2", "1", None),
        ("b1", "r2", "10", 0), ("b1", "r2", "9", 3), ("b1", "r1", "1", 3),
    ]  # fmt: skip
    cohort = replace(by_hand(), ratings=ratings_of(*rows))
    view = cohort_view(cohort)
    expected = {"a1": 2 / 3, "a2": 0.0, "a3": -1.0, "b1": 0.0}
    for name, value in expected.items():
        assert view.disagreement[list(view.ids).index(name)] == pytest.approx(value), name
    first = {"r1": 0, "r2": 1, "r3": 1}
    pairs = [a != b for a, b in combinations(first.values(), 2)]
    assert view.disagreement[0] == pytest.approx(np.mean(pairs))


def test_disagreement__without_ratings_nothing_is_known() -> None:
    assert (cohort_view(by_hand()).disagreement == -1).all()
