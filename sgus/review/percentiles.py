"""Where a value stands among the values of each grade."""

from __future__ import annotations

from dataclasses import dataclass


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
