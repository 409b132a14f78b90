"""Whether a measure rises with the grade: Spearman's correlation, with patients resampled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sgus.stats.bootstrap import MIN_PATIENTS, patient_weights, percentile_interval

N_RESAMPLES: Final = 1000

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Trend:
    """Spearman's rank correlation of a measure with the grade.

    Attributes:
        rho: -1 (falls with the grade) to 1 (rises with it), or None.
        low: Lower end of the 95 % interval by patient, or None.
        high: Upper end, or None.
        n_images: Images.
        n_patients: Patients they are of.
        reason: Why there is no figure or no interval, else "".
    """

    rho: float | None
    low: float | None
    high: float | None
    n_images: int
    n_patients: int
    reason: str


def grade_trend(
    values: Floats,
    *,
    grades: NDArray[np.int64],
    patients: NDArray[Any],
    rng: np.random.Generator,
    n_resamples: int = N_RESAMPLES,
) -> Trend:
    """Correlate a measure with the grade.

    Spearman's rho is Pearson's correlation of the mid-ranks, ranked anew in each resample; all
    images of a drawn patient enter together.

    Args:
        values: `(n,)`, finite.
        grades: `(n,)`.
        patients: `(n,)`.
        rng: Source of the resamples.
        n_resamples: Number of resamples.

    Returns:
        Without a figure where there are fewer than 3 images or one side does not vary; without
        an interval below 5 patients.
    """
    names = patients.astype(str)
    n, n_patients = len(values), len(np.unique(names))
    everyone = np.ones((1, n))
    rho = float(_spearman(values, grades, everyone)[0]) if n >= 3 else np.nan
    if np.isnan(rho):
        reason = "fewer than 3 images, or all have one grade or one value"
        return Trend(None, None, None, n, n_patients, reason)
    if n_patients < MIN_PATIENTS:
        reason = f"no interval: fewer than {MIN_PATIENTS} patients"
        return Trend(rho, None, None, n, n_patients, reason)
    weights = patient_weights(names, n_resamples=n_resamples, rng=rng)
    interval = percentile_interval(rho, _spearman(values, grades, weights))
    reason = f"no interval: {interval.reason}" if interval.reason else ""
    return Trend(rho, interval.low, interval.high, n, n_patients, reason)


def _spearman(values: Floats, grades: NDArray[np.int64], weights: Floats) -> Floats:
    """`(n_resamples,)`, NaN where one side does not vary; images count by their weights."""
    x, y = _mid_ranks(values, weights), _mid_ranks(grades, weights)
    total = weights.sum(axis=1, keepdims=True)
    x = x - (weights * x).sum(axis=1, keepdims=True) / total
    y = y - (weights * y).sum(axis=1, keepdims=True) / total
    spread = (weights * x * x).sum(axis=1) * (weights * y * y).sum(axis=1)
    both = (weights * x * y).sum(axis=1)
    rho: Floats = np.full(len(weights), np.nan)
    np.divide(both, np.sqrt(np.maximum(spread, 0.0)), out=rho, where=spread > 1e-9)
    return rho


def _mid_ranks(values: NDArray[Any], weights: Floats) -> Floats:
    """`(n_resamples, n)`: weight of lower values plus half of the weight of equal ones."""
    _, place = np.unique(values, return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.flatnonzero(np.diff(place[order], prepend=-1))
    levels = np.add.reduceat(weights[:, order], starts, axis=1)  # (n_resamples, n_levels)
    middle = np.cumsum(levels, axis=1) - 0.5 * levels
    return np.asarray(middle[:, place], dtype=np.float64)
