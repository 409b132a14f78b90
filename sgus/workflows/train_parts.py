"""What a split can answer, before anything is trained on it: who is in which part, what lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from sgus.cohort.manifest import Cohort
from sgus.cohort.split_model import Fold
from sgus.cohort.splits import load_split
from sgus.core.grades import GRADES
from sgus.stats.bootstrap import MIN_PATIENTS
from sgus.workflows.cohort_counts import Count
from sgus.workflows.jobs import EVERYTHING

TRAINING: Final = "training"
VALIDATION: Final = "validation"
TEST: Final = "test"
WIDE_BELOW: Final = 10
"""Fewer patients with a grade give an interval too wide to say much."""


@dataclass(frozen=True)
class PartCounts:
    """A part of a split, counted.

    Attributes:
        part: `training`, `validation` or `test`.
        fold: Name of its fold; "" where there is one fold, and of all test parts together.
        counts: By grade, the last of all grades.
    """

    part: str
    fold: str
    counts: tuple[Count, ...]

    @property
    def whole(self) -> Count:
        """All grades together."""
        return self.counts[-1]

    @property
    def title(self) -> str:
        """What it is called on screen."""
        return f"{self.part}, fold {self.fold}" if self.fold else self.part

    @property
    def missing(self) -> tuple[int, ...]:
        """Grades that no image of it has."""
        return tuple(g for g, count in zip(GRADES, self.counts, strict=False) if not count.images)


@dataclass(frozen=True)
class Verdict:
    """What is to be said of a split before it is trained on, plain sentences.

    Attributes:
        refusals: It cannot give any figure, or nothing can be learnt.
        warnings: It cannot give some figures; a person may go on.
        notes: Worth knowing.
    """

    refusals: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


def folds_of(cohort: Cohort, split: str) -> tuple[str, tuple[Fold, ...]]:
    """Scheme and folds of a split, verified as training does it: leaks are searched for.

    Args:
        cohort: The cohort.
        split: One of its splits, or `everything`.

    Raises:
        SplitError: There is none of this name, the cohort has changed, or the split leaks.
    """
    if split == EVERYTHING:
        ids = list(cohort.usable()["image_id"])
        return EVERYTHING, (Fold(name=EVERYTHING, train=ids, validation=[], test=[]),)
    found = load_split(cohort, split)
    return found.scheme, tuple(found.folds)


def count_parts(cohort: Cohort, folds: Sequence[Fold]) -> tuple[PartCounts, ...]:
    """Images and patients of each part by grade; of several folds, all test parts together last.

    Args:
        cohort: The cohort.
        folds: Folds of one of its splits.
    """
    rows = cohort.images.set_index("image_id")[["patient_id", "grade"]]
    several = len(folds) > 1
    counted = [
        PartCounts(part, fold.name if several else "", _counted(rows.loc[ids]))
        for fold in folds
        for part, ids in zip((TRAINING, VALIDATION, TEST), fold.parts().values(), strict=True)
    ]
    if several:
        tested = [image for fold in folds for image in fold.test]
        counted.append(PartCounts(TEST, "", _counted(rows.loc[tested])))
    return tuple(counted)


def judge(parts: Sequence[PartCounts], *, unit: str = "patient") -> Verdict:
    """Say what a split cannot answer.

    Figures are made from the test parts of all folds together, and their intervals by patient:
    fewer than `MIN_PATIENTS` give none.

    Args:
        parts: As `count_parts` gives them.
        unit: What a patient is called.
    """
    pooled = next(part for part in reversed(parts) if part.part == TEST)
    training = [part for part in parts if part.part == TRAINING]
    if not pooled.whole.images and all(
        part.part != TEST or not part.whole.images for part in parts
    ):
        refusals = tuple(_cannot_learn(training))
        return Verdict(refusals, tuple(_not_learnt(training)), (_NOT_JUDGED,))
    return Verdict(
        refusals=(*_cannot_learn(training), *_no_figure(pooled, unit)),
        warnings=(*_not_learnt(training), *_some_figures(pooled, unit)),
        notes=(*_validation(parts), *_wide(pooled, unit)),
    )


_NOT_JUDGED: Final = (
    "It learns from every image, so that none is left to judge it by: for a recipe that was "
    "judged on a split before."
)


def _counted(rows: pd.DataFrame) -> tuple[Count, ...]:
    by_grade = [rows[rows["grade"] == grade] for grade in GRADES]
    return tuple(Count(len(each), int(each["patient_id"].nunique())) for each in (*by_grade, rows))


def _cannot_learn(training: Sequence[PartCounts]) -> Iterator[str]:
    for part in training:
        given = [grade for grade in GRADES if grade not in part.missing]
        if not given:
            yield f"The {part.title} part has no image."
        elif len(given) == 1:
            yield (
                f"All {part.whole.images} images of the {part.title} part have grade {given[0]}: "
                "there is nothing to tell apart."
            )


def _no_figure(test: PartCounts, unit: str) -> Iterator[str]:
    given = [grade for grade in GRADES if grade not in test.missing]
    if 0 < test.whole.patients < MIN_PATIENTS:
        yield (
            f"The test part has {counted(test.whole.patients, unit)}: with fewer than "
            f"{MIN_PATIENTS} no figure can have an interval."
        )
    if len(given) == 1:
        yield (
            f"All {test.whole.images} test images have grade {given[0]}: no agreement beyond "
            "chance and no threshold can be judged on one grade."
        )


def _not_learnt(training: Sequence[PartCounts]) -> Iterator[str]:
    for part in training:
        if 0 < len(part.missing) < len(GRADES) - 1:
            yield (
                f"The {part.title} part has no image of {_grades(part.missing)}: the model cannot "
                "learn it."
            )


def _some_figures(test: PartCounts, unit: str) -> Iterator[str]:
    for grade, count in zip(GRADES, test.counts, strict=False):
        if not count.patients:
            yield f"No test image has grade {grade}: it cannot have a recall or a precision."
        elif count.patients < MIN_PATIENTS:
            yield (
                f"{counted(count.patients, unit).capitalize()} in the test part "
                f"{'has' if count.patients == 1 else 'have'} grade {grade}: fewer than "
                f"{MIN_PATIENTS} cannot give a recall of grade {grade} with an interval."
            )


def _validation(parts: Sequence[PartCounts]) -> Iterator[str]:
    found = [part for part in parts if part.part == VALIDATION]
    empty = [part for part in found if not part.whole.images]
    if empty:
        yield (
            "Without a validation part the last epoch is kept, and nothing can be calibrated "
            "without the test part."
        )
    for part in found:
        if part.whole.images and part.missing:
            yield f"The {part.title} part has no image of {_grades(part.missing)}."


def _wide(test: PartCounts, unit: str) -> Iterator[str]:
    few = [
        f"grade {grade} ({counted(count.patients, unit)})"
        for grade, count in zip(GRADES, test.counts, strict=False)
        if MIN_PATIENTS <= count.patients < WIDE_BELOW
    ]
    if few:
        yield f"Intervals will be wide for {', '.join(few)} of the test part."


def counted(n: int, unit: str) -> str:
    """`1 patient`, `12 patients`."""
    return f"{n:,} {unit}" if n == 1 else f"{n:,} {unit}s"


def _grades(grades: Sequence[int]) -> str:
    return ("grade " if len(grades) == 1 else "grades ") + ", ".join(map(str, grades))
