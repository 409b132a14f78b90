"""How many images and patients there are of each kind. Counts are counts: nothing is estimated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sgus.workflows.cohort_view import AGE_BANDS, UNKNOWN, BoolArray, CohortView, IntArray, band_of

ALL: Final = "all"
DIMENSIONS: Final = ("gland", "centre", "device", "device_class", "side", "sex", "age")
"""Facets that rows of the cross-table can be made of; each image has one value of each."""


@dataclass(frozen=True)
class Count:
    """How many there are.

    Attributes:
        images: Images.
        patients: Different patients among them; images that name nobody add none.
    """

    images: int
    patients: int


@dataclass(frozen=True)
class CrossTable:
    """Counts of every combination of values that occurs, by grade.

    Attributes:
        rows: Names of the facets that make a row.
        columns: The grades, the last one `all`.
        keys: Values of the facets of each row, in the order of the facets' values.
        cells: A row of counts a key, a count a column.
        total: Counts of all rows together. Patients stand in several rows and grades: they do
            not add up.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    cells: tuple[tuple[Count, ...], ...]
    total: tuple[Count, ...]

    def records(self) -> list[dict[str, Any]]:
        """For a CSV: a row a key and grade."""
        return [
            dict(zip(self.rows, key, strict=True))
            | {"grade": column, "images": count.images, "patients": count.patients}
            for key, counts in zip(self.keys, self.cells, strict=True)
            for column, count in zip(self.columns, counts, strict=True)
        ]


def cross_table(view: CohortView, mask: BoolArray, rows: Sequence[str]) -> CrossTable:
    """Count images and patients by grade within every combination of facets.

    Args:
        view: The cohort.
        mask: The images counted.
        rows: Names of facets, of `DIMENSIONS`; none gives one row.
    """
    facets = [view.facets[name] for name in rows]
    grades = view.facets["grade"]
    place = np.zeros(view.n_images, dtype=np.int64)
    for facet in facets:
        place = place * len(facet.options) + facet.codes
    used, at = np.unique(place[mask], return_inverse=True)
    grade, patient = grades.codes[mask], view.patient[mask]
    sizes = [len(facet.options) for facet in facets]
    keys = [
        tuple(facet.options[int(code)] for facet, code in zip(facets, codes, strict=True))
        for codes in zip(*np.unravel_index(used, sizes), strict=True)
    ] if facets else [()] * len(used)  # fmt: skip
    cells = _counts(at, grade, patient, len(used), len(grades.options))
    whole = _counts(np.zeros_like(at), grade, patient, 1, len(grades.options))
    return CrossTable(tuple(rows), (*grades.options, ALL), tuple(keys), cells, whole[0])


def _counts(
    row: IntArray, grade: IntArray, patient: IntArray, n_rows: int, n_grades: int
) -> tuple[tuple[Count, ...], ...]:
    """Images and patients of each row and grade, and of each row."""
    images = np.zeros((n_rows, n_grades + 1), dtype=np.int64)
    np.add.at(images, (row, grade), 1)
    images[:, -1] = images.sum(axis=1)
    patients = np.zeros_like(images)
    known = patient >= 0
    for column in (grade, np.full_like(grade, n_grades)):
        trios = np.unique(np.stack([row, column, patient])[:, known], axis=1)
        np.add.at(patients, (trios[0], trios[1]), 1)
    return tuple(
        tuple(Count(int(a), int(b)) for a, b in zip(*pair, strict=True))
        for pair in zip(images, patients, strict=True)
    )


@dataclass(frozen=True)
class People:
    """Age and sex of patients, each counted once however many images there are.

    Attributes:
        n_patients: Patients of the images.
        n_nameless: Images that name nobody; they are in none of the counts.
        n_ages: Patients whose age is known.
        median_age: Years; None where no age is known.
        lowest_age: Years.
        highest_age: Years.
        bands: Patients by age band, then by sex.
    """

    n_patients: int
    n_nameless: int
    n_ages: int
    median_age: float | None
    lowest_age: int | None
    highest_age: int | None
    bands: Mapping[str, Mapping[str, int]]

    @property
    def sexes(self) -> dict[str, int]:
        """Patients by sex."""
        found: dict[str, int] = {}
        for counts in self.bands.values():
            for sex, n in counts.items():
                found[sex] = found.get(sex, 0) + n
        return found


def people(view: CohortView, mask: BoolArray) -> People:
    """Age and sex of the patients of some images.

    Args:
        view: The cohort.
        mask: The images whose patients are counted.
    """
    chosen = view.patient[mask]
    found = np.unique(chosen[chosen >= 0]).tolist()
    ages = [age for at in found if (age := view.ages[at]) is not None]
    sexes = [
        sex for sex in view.facets["sex"].options if any(view.sexes[at] == sex for at in found)
    ]
    bands = {
        band: dict.fromkeys(sexes, 0)
        for band in (*(name for name, _ in AGE_BANDS), UNKNOWN)
        if band != UNKNOWN or len(ages) < len(found)
    }
    for at in found:
        bands[band_of(view.ages[at])][view.sexes[at]] += 1
    return People(
        n_patients=len(found),
        n_nameless=int((chosen < 0).sum()),
        n_ages=len(ages),
        median_age=float(np.median(ages)) if ages else None,
        lowest_age=min(ages, default=None),
        highest_age=max(ages, default=None),
        bands=bands,
    )
