"""A cohort as pages look at it: what can be counted and filtered, a row an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.cohort.manifest import Cohort
from sgus.core.grades import GRADES

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

UNKNOWN: Final = "not known"
NOT_GRADED: Final = "not graded"
CONTRADICTORY: Final = "contradictory"
AGE_BANDS: Final = (("under 30", 0), ("30 to 44", 30), ("45 to 59", 45), ("60 to 74", 60),
                    ("75 or more", 75))  # fmt: skip
"""Name and lowest age, completed years."""
MAX_AGE: Final = 120
_AGE_COLUMNS: Final = ("age_years", "age")
_SEXES: Final = {"f": "female", "female": "female", "w": "female", "m": "male", "male": "male"}
_PLAIN: Final = {
    "gland": "Gland", "side": "Side", "centre": "Centre", "device": "Device",
    "device_class": "Device class",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Facet:
    """Something that images can be counted and filtered by.

    Attributes:
        name: Machine-readable.
        title: On screen.
        options: Its values, in the order they are shown.
        members: `(n_options, n_images)`, the images of each value. An image has exactly one
            value, but any number of flags and parts of splits.
    """

    name: str
    title: str
    options: tuple[str, ...]
    members: BoolArray

    @property
    def codes(self) -> IntArray:
        """Place of each image's value among the options, `(n_images,)`; of several, the first."""
        return np.asarray(self.members.argmax(axis=0), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class CohortView:
    """A cohort with everything that is counted, worked out once.

    Attributes:
        cohort: The cohort.
        ids: Image ids, `(n_images,)`.
        patients: Patient ids, those of patients with an image.
        patient: Place of each image's patient, `(n_images,)`; -1 where nobody is named.
        grade: `(n_images,)`; -1 where not graded.
        ages: Age of each patient, completed years; the lowest of several. None: not known.
        sexes: Sex of each patient: `female`, `male`, another word of the table, `contradictory`,
            or `not known`.
        disagreement: Share of pairs of readers that differ on each image, `(n_images,)`; -1 where
            fewer than two read it.
        facets: By name, in the order they are shown.
    """

    cohort: Cohort
    ids: NDArray[np.str_]
    patients: tuple[str, ...]
    patient: IntArray
    grade: IntArray
    ages: tuple[int | None, ...]
    sexes: tuple[str, ...]
    disagreement: FloatArray
    facets: Mapping[str, Facet]

    @property
    def n_images(self) -> int:
        """Rows of the table, excluded ones included."""
        return len(self.ids)

    @property
    def unit(self) -> str:
        """What a patient is called: some cohorts have only groups that are safe to split by."""
        return self.cohort.info.patient_unit

    def n_patients(self, mask: BoolArray | None = None) -> int:
        """Different patients among some images; all of them when None."""
        chosen = self.patient if mask is None else self.patient[mask]
        return len(np.unique(chosen[chosen >= 0]))


def cohort_view(cohort: Cohort, *more: Facet) -> CohortView:
    """Work out what can be counted.

    Args:
        cohort: The cohort.
        *more: Further facets, such as flags and parts of splits; they come last.
    """
    images = cohort.images
    named = images["patient_id"].astype(str)
    codes, patients = pd.factorize(named.where(named != ""), use_na_sentinel=True)
    patient = np.asarray(codes, dtype=np.int64)
    ages = _ages(images, patient, len(patients))
    sexes = _sexes(images, patient, len(patients))
    grade = images["grade"].fillna(-1).to_numpy(dtype=np.int64)
    facets = [
        _grade_facet(grade),
        *(_text_facet(name, title, images[name]) for name, title in _PLAIN.items()),
        _of_patients("sex", "Sex", sexes, patient, _ordered(sexes)),
        _of_patients("age", "Age", [band_of(age) for age in ages], patient,
                     (*(name for name, _ in AGE_BANDS), UNKNOWN)),
        *more,
    ]  # fmt: skip
    return CohortView(
        cohort=cohort,
        ids=images["image_id"].to_numpy(dtype=np.str_),
        patients=tuple(map(str, patients)),
        patient=patient,
        grade=grade,
        ages=ages,
        sexes=sexes,
        disagreement=_disagreement(cohort),
        facets={facet.name: facet for facet in facets},
    )


def band_of(age: int | None) -> str:
    """The age band of an age in years."""
    if age is None:
        return UNKNOWN
    return next(name for name, low in reversed(AGE_BANDS) if age >= low)


def facet_of(name: str, title: str, values: Sequence[str], options: Sequence[str]) -> Facet:
    """A facet of one value an image.

    Args:
        name: Machine-readable.
        title: On screen.
        values: The value of each image.
        options: All values, in their order; one that no image has is left out.
    """
    place = {option: at for at, option in enumerate(options)}
    codes = np.array([place[value] for value in values], dtype=np.int64)
    members = codes[None, :] == np.arange(len(options))[:, None]
    used = members.any(axis=1)
    kept = tuple(option for option, is_used in zip(options, used, strict=True) if is_used)
    return Facet(name, title, kept, members[used])


def _grade_facet(grade: IntArray) -> Facet:
    """All grades, also those nobody has: that a grade is missing is worth seeing."""
    options = (*map(str, GRADES), NOT_GRADED)
    members = grade[None, :] == np.array([*GRADES, -1])[:, None]
    last = None if members[-1].any() else -1
    return Facet("grade", "Grade", options[:last], members[:last])


def _text_facet(name: str, title: str, column: pd.Series[str]) -> Facet:
    values = [value or UNKNOWN for value in column.astype(str)]
    return facet_of(name, title, values, _ordered(values))


def _of_patients(
    name: str, title: str, values: Sequence[str], patient: IntArray, options: Sequence[str]
) -> Facet:
    """What is known of patients, for each of their images."""
    each = [values[at] if at >= 0 else UNKNOWN for at in patient.tolist()]
    known = options if UNKNOWN in options else (*options, UNKNOWN)
    return facet_of(name, title, each, known)


def _ordered(values: Sequence[str]) -> tuple[str, ...]:
    """Different values by name, those that say nothing last."""
    last = (CONTRADICTORY, UNKNOWN)
    found = set(values)
    return (*sorted(found - set(last)), *(value for value in last if value in found))


def _ages(images: pd.DataFrame, patient: IntArray, n: int) -> tuple[int | None, ...]:
    column = next((name for name in _AGE_COLUMNS if name in images), None)
    if column is None:
        return (None,) * n
    years = pd.to_numeric(images[column], errors="coerce").to_numpy(dtype=np.float64)
    known = np.isfinite(years) & (years >= 0) & (years <= MAX_AGE) & (patient >= 0)
    lowest = np.full(n, np.inf)
    np.minimum.at(lowest, patient[known], years[known])
    return tuple(int(age) if np.isfinite(age) else None for age in lowest)


def _sexes(images: pd.DataFrame, patient: IntArray, n: int) -> tuple[str, ...]:
    found: list[set[str]] = [set() for _ in range(n)]
    said = images["sex"].astype(str) if "sex" in images else [""] * len(images)
    for at, text in zip(patient.tolist(), said, strict=True):
        word = text.strip()
        if at >= 0 and word:
            found[at].add(_SEXES.get(word.lower(), word))
    return tuple(
        UNKNOWN if not words else CONTRADICTORY if len(words) > 1 else next(iter(words))
        for words in found
    )


def _disagreement(cohort: Cohort) -> FloatArray:
    """Pairs of first readings that differ over all pairs, of each image."""
    share = np.full(len(cohort.images), -1.0)
    if cohort.ratings is None:
        return share
    given = cohort.ratings.dropna(subset=["grade"])
    order = pd.to_numeric(given["reading"], errors="coerce")
    first = given.assign(order=order).sort_values("order", kind="stable")
    first = first.drop_duplicates(["image_id", "rater_id"])
    place = pd.Index(cohort.images["image_id"]).get_indexer(pd.Index(first["image_id"]))
    counts = np.zeros((len(share), len(GRADES)))
    np.add.at(counts, (place, first["grade"].to_numpy(dtype=np.int64)), 1)
    n = counts.sum(axis=1)
    read = n > 1
    alike = (counts * (counts - 1)).sum(axis=1)
    share[read] = 1 - alike[read] / (n[read] * (n[read] - 1))
    return share
