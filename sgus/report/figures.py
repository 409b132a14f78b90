"""A figure of the report: one object with its value, its interval and what it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import ConfigError
from sgus.stats.bootstrap import LEVEL, MIN_PATIENTS, Interval, percentile_interval

FloatArray = NDArray[np.float64]
Mask = NDArray[np.bool_]
Figure = dict[str, Any]
LEAST_RESAMPLES = 40
"""Below this, no resample lies in a tail of 2.5 %."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """A figure on the data as observed and on every resample.

    Attributes:
        figure: Its name.
        values: `(1 + n_resamples,)`, the first as observed; NaN where undefined. None where the
            figure has no meaning in this scope.
        used: `(n_images,)`, the images it is made from.
        undefined: Why the observed value is NaN or None, should it be.
        grade: The grade it is about, or None.
        groups: Named masks `(n_images,)`; each needs enough patients for an interval.
        counted: It is a count of this data set, which has no interval.
    """

    figure: str
    values: FloatArray | None
    used: Mask
    undefined: str
    grade: int | None = None
    groups: Sequence[tuple[str, Mask]] = field(default=())
    counted: bool = False


@dataclass(frozen=True, eq=False)
class Place:
    """Where figures stand: the part of the data, the scope, and how they were resampled.

    Attributes:
        scope: `four_grades` or the name of a stage.
        where: `test`, `validation`, `test fold NAME`.
        subset: None, `truth` or `routed`.
        patients: `(n_images,)`, the patient of each image of this part.
        seed: Seed of the resamples.
        unit: What a patient is here: `patient`, or `grouping key`.
    """

    scope: str
    where: str
    subset: str | None
    patients: NDArray[Any]
    seed: int
    unit: str

    def n_patients(self, used: Mask) -> int:
        """Number of patients among the images of a mask."""
        return len(np.unique(self.patients[used]))


def check_resamples(n_resamples: int) -> None:
    """Refuse a number of resamples that cannot make an interval.

    Raises:
        ConfigError: There are too few.
    """
    if n_resamples < LEAST_RESAMPLES:
        least = f"Use {LEAST_RESAMPLES} or more, 2000 for a report"
        raise ConfigError(f"{n_resamples} resamples", "an interval needs more", least)


def unit_noun(unit: str, *, n: int = 2) -> str:
    """What the resampled things are called: patients only where they are known to be patients."""
    noun = "patient" if unit == "patient" else "group"
    return noun if n == 1 else f"{noun}s"


def figure_object(estimate: Estimate, place: Place) -> Figure:
    """Turn an estimate into the object that `report.json` holds."""
    used = estimate.used
    figure: Figure = {
        "figure": estimate.figure,
        "scope": place.scope,
        "grade": estimate.grade,
        "where": place.where,
        "subset": place.subset,
        "value": None,
        "low": None,
        "high": None,
        "n_images": int(used.sum()),
        "n_patients": place.n_patients(used),
        "interval": None,
        "reason": estimate.undefined,
    }
    if estimate.values is None or np.isnan(estimate.values[0]):
        return figure
    value = float(estimate.values[0])
    if estimate.counted:
        reason = "a count of this data set, without an interval"
        return figure | {"value": int(value), "reason": reason}
    return figure | {"value": value} | _interval(estimate, place, estimate.values)


def _interval(estimate: Estimate, place: Place, values: FloatArray) -> Figure:
    found = percentile_interval(float(values[0]), values[1:])
    how = interval_note(place, found, n_resamples=len(values) - 1)
    why = too_few(estimate, place) or found.reason
    if why is not None:
        return {"interval": how, "reason": f"no interval: {why}"}
    return {"low": found.low, "high": found.high, "interval": how, "reason": None}


def interval_note(place: Place, found: Interval, *, n_resamples: int) -> dict[str, Any]:
    """How an interval was made, as kept beside its figure."""
    return {
        "method": f"{unit_noun(place.unit, n=1)} bootstrap, percentile",
        "level": LEVEL,
        "n_resamples": n_resamples,
        "n_usable": found.n_usable,
        "seed": place.seed,
    }


def too_few(estimate: Estimate, place: Place) -> str | None:
    """Which group of an estimate has too few patients for an interval, or None."""
    for name, mask in estimate.groups or (("", estimate.used),):
        n = place.n_patients(mask)
        if n < MIN_PATIENTS:
            of_what = f" {name}" if name else ""
            return f"only {n} {unit_noun(place.unit, n=n)}{of_what}, fewer than {MIN_PATIENTS}"
    return None
