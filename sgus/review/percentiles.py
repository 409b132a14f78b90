"""Where a value stands among the values of each grade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.grades import GRADES
from sgus.stats.bootstrap import MIN_PATIENTS, patient_weights, percentile_interval

MIN_IMAGES: Final = 5
"""Images of a grade below which a percentile says nothing."""
N_RESAMPLES: Final = 500

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class GradePlace:
    """A percentile within the images of one grade, of other patients.

    Attributes:
        grade: The grade.
        percentile: 0 to 100: share of its images with a lower value, ties counted half; None
            where there are too few.
        low: Lower end of the 95 % interval by patient, or None.
        high: Upper end, or None.
        median: Median of its images' values, None where there are too few.
        n_images: Images of this grade that were compared with.
        n_patients: Patients they are of.
        reason: Why there is no percentile or no interval, else "".
    """

    grade: int
    percentile: float | None
    low: float | None
    high: float | None
    median: float | None
    n_images: int
    n_patients: int
    reason: str


def place_in_grades(
    value: float,
    values: Floats,
    *,
    grades: Ints,
    patients: NDArray[Any],
    rng: np.random.Generator,
) -> tuple[GradePlace, ...]:
    """Place a value among those of each grade.

    Args:
        value: The value.
        values: `(n,)` of the images it is compared with, finite; none of its own patient.
        grades: `(n,)` their grades.
        patients: `(n,)` their patients, the unit that is resampled for the intervals.
        rng: Source of the resamples.

    Returns:
        One for each of the four grades; without a percentile below 5 images, without an interval
        below 5 patients, or where the resamples do not vary (all images lie on one side).
    """
    return tuple(_place(grade, value, values, grades == grade, patients, rng) for grade in GRADES)


def _place(
    grade: int,
    value: float,
    values: Floats,
    here: NDArray[np.bool_],
    patients: NDArray[Any],
    rng: np.random.Generator,
) -> GradePlace:
    among, of = values[here], patients[here]
    n_patients = len(np.unique(of.astype(str)))
    if len(among) < MIN_IMAGES:
        reason = f"fewer than {MIN_IMAGES} images have this grade"
        return GradePlace(grade, None, None, None, None, len(among), n_patients, reason)
    below = 100.0 * ((among < value) + 0.5 * (among == value))
    percentile, median = float(below.mean()), float(np.median(among))
    if n_patients < MIN_PATIENTS:
        reason = f"no interval: fewer than {MIN_PATIENTS} patients"
        return GradePlace(grade, percentile, None, None, median, len(among), n_patients, reason)
    weights = patient_weights(of.astype(str), n_resamples=N_RESAMPLES, rng=rng)
    interval = percentile_interval(percentile, weights @ below / weights.sum(axis=1))
    reason = f"no interval: {interval.reason}" if interval.reason else ""
    return GradePlace(
        grade, percentile, interval.low, interval.high, median, len(among), n_patients, reason
    )
