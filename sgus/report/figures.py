"""A figure of the report: one object with its value, its interval and what it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgus.stats.bootstrap import LEVEL, MIN_PATIENTS, percentile_interval

FloatArray = NDArray[np.float64]
Mask = NDArray[np.bool_]
Figure = dict[str, Any]


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
        "n_patients": _n_patients(place, used),
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
    value, resamples = float(values[0]), values[1:]
    found = percentile_interval(value, resamples)
    few = _too_few(estimate, place)
    how = {
        "method": f"{unit_noun(place.unit, n=1)} bootstrap, percentile",
        "level": LEVEL,
        "n_resamples": len(resamples),
        "n_usable": found.n_usable,
        "seed": place.seed,
    }
    if few is not None:
        return {"interval": how, "reason": f"no interval: {few}"}
    if found.reason is not None:
        return {"interval": how, "reason": f"no interval: {found.reason}"}
    return {"low": found.low, "high": found.high, "interval": how, "reason": None}


def _too_few(estimate: Estimate, place: Place) -> str | None:
    groups = estimate.groups or (("", estimate.used),)
    for name, mask in groups:
        n = _n_patients(place, mask)
        if n < MIN_PATIENTS:
            noun = unit_noun(place.unit, n=n)
            of_what = f" {name}" if name else ""
            return f"only {n} {noun}{of_what}, fewer than {MIN_PATIENTS}"
    return None


def _n_patients(place: Place, mask: Mask) -> int:
    return len(np.unique(place.patients[mask]))
