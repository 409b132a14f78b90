"""Splits as pictures of patients: who is in which part, and whether a part can answer at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sgus.cohort.duplicates import identical_groups
from sgus.cohort.leakage import verify_split
from sgus.cohort.manifest import Cohort
from sgus.cohort.split_model import Fold, Split
from sgus.cohort.splits import read_split
from sgus.core.errors import SplitError
from sgus.core.grades import GRADES
from sgus.workflows.cohort_counts import Count
from sgus.workflows.cohort_view import CohortView, Facet, IntArray

PART_FACET: Final = "part"
PARTS: Final = ("train", "validation", "test")
ALL_FOLDS: Final = "all folds: who is tested where"
POOLED: Final = "all folds together"
SEVERAL: Final = "tested in several folds"
MIN_PATIENTS: Final = 10
"""Fewer patients with a grade give an interval too wide to say anything."""


@dataclass(frozen=True)
class FoundSplits:
    """The splits of a cohort.

    Attributes:
        splits: Those that hold for the cohort as it is, by name.
        problems: A sentence for each that does not.
    """

    splits: dict[str, Split]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """A patient in the picture.

    Attributes:
        patient: The id.
        group: The part, or the fold that tests this patient.
        n_images: Images of the patient in it.
        grades: Images by grade.
    """

    patient: str
    group: str
    n_images: int
    grades: tuple[int, ...]


@dataclass(frozen=True)
class SplitPicture:
    """A split, or one fold of it, patient by patient.

    Attributes:
        split: Its name.
        shown: Name of the fold, or `ALL_FOLDS`.
        groups: Parts or folds, in order; those without a patient too.
        cells: A cell a patient and group, by group, then most images first.
        counts: Images and patients of each group by grade, and of all folds together where they
            are shown; the last of each is of all grades.
    """

    split: str
    shown: str
    groups: tuple[str, ...]
    cells: tuple[Cell, ...]
    counts: dict[str, tuple[Count, ...]]

    def records(self) -> list[dict[str, Any]]:
        """For a CSV: a row a patient."""
        return [
            {"patient": cell.patient, "part": cell.group, "images": cell.n_images}
            | {f"grade {grade}": n for grade, n in zip(GRADES, cell.grades, strict=True)}
            for cell in self.cells
        ]


def find_splits(cohort: Cohort) -> FoundSplits:
    """Read the splits of a cohort; those that do not hold are said, never shown.

    Identical files and what a split itself knows to be alike are looked at; near-duplicates are
    searched for by training, which takes longer.
    """
    found: dict[str, Split] = {}
    problems = []
    usable = cohort.usable()
    same = identical_groups(list(usable["image_id"]), list(usable["sha256"]))
    for path in sorted((cohort.root / "splits").glob("*.json")):
        try:
            split = read_split(cohort, path.stem)
            verify_split(split, cohort, same)
        except SplitError as error:
            cause = error.cause.replace("\n", " ")
            problems.append(f"{path.stem}: {cause}. {error.next_step.strip()}.")
        else:
            found[split.name] = split
    return FoundSplits(found, tuple(problems))


def part_facet(view_ids: Sequence[str], found: FoundSplits) -> Facet:
    """The parts of all splits as a filter; an image stands in one part of every fold.

    Args:
        view_ids: Ids of the images, in the order of the table.
        found: The splits.
    """
    place = {name: at for at, name in enumerate(view_ids)}
    options, rows = [], []
    for split in found.splits.values():
        for fold in split.folds:
            for part, ids in fold.parts().items():
                if ids:
                    options.append(_part_name(split, fold, part))
                    member = np.zeros(len(place), dtype=np.bool_)
                    member[[place[name] for name in ids]] = True
                    rows.append(member)
    members = np.array(rows, dtype=np.bool_).reshape(len(rows), len(place))
    return Facet(PART_FACET, "Part of a split", tuple(options), members)


def _part_name(split: Split, fold: Fold, part: str) -> str:
    middle = "" if len(split.folds) == 1 else f", {fold_title(fold.name)}"
    return f"{split.name}{middle}: {part}"


def fold_title(name: str) -> str:
    """A fold in words: those of k-fold have numbers for names."""
    return f"fold {name}" if name.isdigit() else name


def pictures(split: Split) -> tuple[str, ...]:
    """What can be shown of a split: all folds at once where there are several, and each fold."""
    folds = tuple(fold.name for fold in split.folds)
    return folds if len(folds) == 1 else (ALL_FOLDS, *folds)


def split_picture(view: CohortView, split: Split, shown: str) -> SplitPicture:
    """Lay a split out patient by patient.

    Args:
        view: The cohort it divides.
        split: The split.
        shown: One of `pictures(split)`.
    """
    place = {name: at for at, name in enumerate(view.ids.tolist())}

    def rows(ids: Sequence[str]) -> IntArray:
        return np.array([place[name] for name in ids], dtype=np.int64)

    if shown == ALL_FOLDS:
        groups = {fold_title(fold.name): rows(fold.test) for fold in split.folds}
    else:
        (fold,) = (fold for fold in split.folds if fold.name == shown)
        groups = {part: rows(ids) for part, ids in fold.parts().items()}
    counts = {group: _counted(view, at) for group, at in groups.items()}
    if shown == ALL_FOLDS:
        counts[POOLED] = _counted(view, np.concatenate(list(groups.values())))
    cells = [cell for group, at in groups.items() for cell in _cells(view, group, at)]
    if shown == ALL_FOLDS:
        cells = _joined(cells)
    order = {group: at for at, group in enumerate((*groups, SEVERAL))}
    cells.sort(key=lambda cell: (order[cell.group], -cell.n_images, cell.patient))
    named = tuple(group for group in order if group in groups or (cells[-1:] and
                  cells[-1].group == group))  # fmt: skip
    return SplitPicture(split.name, shown, named, tuple(cells), counts)


def _cells(view: CohortView, group: str, rows: IntArray) -> list[Cell]:
    found: dict[int, list[int]] = {}
    for patient, grade in zip(view.patient[rows].tolist(), view.grade[rows].tolist(), strict=True):
        found.setdefault(patient, [0] * len(GRADES))[grade] += 1
    return [
        Cell(view.patients[patient], group, sum(grades), tuple(grades))
        for patient, grades in found.items()
    ]


def _joined(cells: Sequence[Cell]) -> list[Cell]:
    """A cell a patient: one who is tested in several folds stands apart."""
    found: dict[str, Cell] = {}
    for cell in cells:
        known = found.get(cell.patient)
        if known is not None:
            grades = tuple(a + b for a, b in zip(known.grades, cell.grades, strict=True))
            cell = Cell(cell.patient, SEVERAL, sum(grades), grades)
        found[cell.patient] = cell
    return list(found.values())


def _counted(view: CohortView, rows: IntArray) -> tuple[Count, ...]:
    grade, patient = view.grade[rows], view.patient[rows]
    each = [(grade == value) for value in GRADES]
    return tuple(
        Count(int(mask.sum()), len(np.unique(patient[mask])))
        for mask in (*each, np.ones(len(rows), dtype=np.bool_))
    )


def thin_parts(picture: SplitPicture, *, least: int = MIN_PATIENTS) -> list[str]:
    """Grades with too few patients in a part to say anything of, a sentence each.

    Of all folds, what counts is the pooled test part, for figures are made from it.

    Args:
        picture: The split.
        least: Patients a grade should have in each part.
    """
    said = []
    judged = picture.counts
    if POOLED in judged:
        judged = {POOLED: judged[POOLED]}
    for group, counts in judged.items():
        short = [
            f"grade {grade} in {_patients(count.patients)}"
            for grade, count in zip(GRADES, counts[:-1], strict=True)
            if count.patients < least
        ]
        if short and counts[-1].images:
            said.append(f"{group}: {', '.join(short)}")
    return said


def _patients(n: int) -> str:
    return "no patient" if n == 0 else "1 patient" if n == 1 else f"{n} patients"
