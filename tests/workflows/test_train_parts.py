from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.cohort.split_model import Fold
from sgus.workflows.cohort_counts import Count
from sgus.workflows.train_parts import PartCounts, count_parts, judge


@dataclass
class FakeCohort:
    images: pd.DataFrame


def cohort(grades: list[int], patients: list[str]) -> FakeCohort:
    ids = [f"i{at}" for at in range(len(grades))]
    return FakeCohort(
        pd.DataFrame({"image_id": ids, "patient_id": patients, "grade": grades}).convert_dtypes()
    )


def part(name: str, *counts: int, patients: int | None = None, fold: str = "") -> PartCounts:
    """A part of as many images as patients of each grade."""
    each = tuple(Count(n, n) for n in counts)
    whole = Count(sum(counts), sum(counts) if patients is None else patients)
    return PartCounts(name, fold, (*each, whole))


GOOD = (part("training", 40, 40, 40, 40), part("validation", 9, 9, 9, 9))


def test_count_parts__images_and_patients_by_grade() -> None:
    made = cohort([0, 0, 1, 3, 3, 2], ["a", "a", "a", "b", "c", "c"])
    fold = Fold(name="h", train=["i0", "i1", "i2"], validation=[], test=["i3", "i4", "i5"])
    training, validation, test = count_parts(made, [fold])
    assert training.counts == (Count(2, 1), Count(1, 1), Count(0, 0), Count(0, 0), Count(3, 1))
    assert validation.whole == Count(0, 0)
    assert test.counts == (Count(0, 0), Count(0, 0), Count(1, 1), Count(2, 2), Count(3, 2))
    assert (test.title, test.missing) == ("test", (0, 1))


def test_count_parts__of_several_folds_the_pooled_test_part_comes_last() -> None:
    made = cohort([0, 1, 2, 3], ["a", "b", "c", "d"])
    folds = [
        Fold(name="1", train=["i2", "i3"], validation=[], test=["i0", "i1"]),
        Fold(name="2", train=["i0", "i1"], validation=[], test=["i2", "i3"]),
    ]
    parts = count_parts(made, folds)
    assert [p.title for p in parts] == [
        "training, fold 1", "validation, fold 1", "test, fold 1",
        "training, fold 2", "validation, fold 2", "test, fold 2", "test",
    ]  # fmt: skip
    assert parts[-1].whole == Count(4, 4)


def test_judge__enough_of_everything_says_nothing() -> None:
    found = judge([*GOOD, part("test", 10, 10, 10, 10)])
    assert (found.refusals, found.warnings, found.notes) == ((), (), ())


def test_judge__two_patients_with_a_grade_cannot_give_its_recall() -> None:
    found = judge([*GOOD, part("test", 10, 2, 10, 1)])
    assert found.refusals == ()
    assert found.warnings == (
        "2 patients in the test part have grade 1: fewer than 5 cannot give a recall of grade 1 "
        "with an interval.",
        "1 patient in the test part has grade 3: fewer than 5 cannot give a recall of grade 3 "
        "with an interval.",
    )


def test_judge__a_grade_nobody_has_and_one_that_few_have() -> None:
    found = judge([*GOOD, part("test", 10, 0, 7, 10)], unit="grouping key")
    assert found.warnings == ("No test image has grade 1: it cannot have a recall or a precision.",)
    assert found.notes == (
        "Intervals will be wide for grade 2 (7 grouping keys) of the test part.",
    )


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([*GOOD, part("test", 4, 4, 4, 4, patients=4)], "The test part has 4 patients"),
        ([*GOOD, part("test", 0, 0, 30, 0)], "All 30 test images have grade 2"),
        ([part("training", 7, 0, 0, 0), part("test", 9, 9, 9, 9)], "there is nothing to tell"),
        ([part("training", 0, 0, 0, 0), part("test", 9, 9, 9, 9)], "training part has no image"),
    ],
)
def test_judge__what_cannot_give_any_figure_is_refused(parts, said) -> None:
    (refusal,) = judge(parts).refusals
    assert said in refusal


def test_judge__a_grade_that_no_fold_can_learn() -> None:
    parts = [
        part("training", 9, 9, 0, 0, fold="1"), part("validation", 0, 0, 0, 0, fold="1"),
        part("test", 1, 1, 9, 9, fold="1"), part("test", 10, 10, 10, 10),
    ]  # fmt: skip
    found = judge(parts)
    assert found.warnings == (
        "The training, fold 1 part has no image of grades 2, 3: the model cannot learn it.",
    )
    assert "Without a validation part" in found.notes[0]


def test_judge__all_images_learnt_from_is_said_not_refused() -> None:
    found = judge([GOOD[0], part("validation", 0, 0, 0, 0), part("test", 0, 0, 0, 0)])
    assert found.refusals == found.warnings == ()
    assert "none is left to judge it by" in found.notes[0]


@given(st.lists(st.integers(0, 20), min_size=4, max_size=4))
def test_judge__every_grade_is_enough_wide_warned_or_refused(patients: list[int]) -> None:
    found = judge([*GOOD, part("test", *patients)])
    if not sum(patients):
        return
    for grade, n in enumerate(patients):
        warned = [line for line in found.warnings if f"grade {grade}" in line]
        noted = [line for line in found.notes if f"grade {grade} (" in line]
        assert (len(warned), len(noted)) == (int(n < 5), int(5 <= n < 10))
