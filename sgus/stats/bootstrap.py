"""The patient bootstrap: patients are drawn with replacement, all images of one together.

A resample is a row of weights: how often each image stands in it. Every figure of this package
takes weights `(..., n_images)` and answers for all resamples at once, so that no loop runs over
resamples.

References:
    Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapters 6 and 13; resampling
    whole clusters: Field & Welsh 2007, 10.1111/j.1467-9868.2007.00593.x.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
MIN_USABLE = 0.9
"""Share of the resamples in which a figure has to be defined for its interval to be shown."""
MIN_PATIENTS = 5
"""Patients below which resampling says nothing about the population they came from."""
_NO_WIDTH = 1e-12  # rounding of sums in another order, not spread

FloatArray = NDArray[np.float64]


def patient_weights(
    patients: NDArray[Any], *, n_resamples: int, rng: np.random.Generator
) -> FloatArray:
    """Draw resamples of patients.

    Args:
        patients: `(n_images,)`, the patient of each image.
        n_resamples: Number of resamples.
        rng: Source of the draws, `(n_resamples, n_patients)` indices into the sorted patients.

    Returns:
        `(n_resamples, n_images)`, how often each image stands in each resample: whole numbers.
    """
    names, index = np.unique(patients, return_inverse=True)
    n_patients = len(names)
    drawn = rng.integers(n_patients, size=(n_resamples, n_patients))
    places = drawn + np.arange(n_resamples)[:, None] * n_patients
    counts = np.bincount(places.ravel(), minlength=n_resamples * n_patients)
    by_patient = counts.reshape(n_resamples, n_patients).astype(np.float64)
    return by_patient[:, index.ravel()]


def with_observed(weights: FloatArray) -> FloatArray:
    """Put the data as observed in front, so that value and resamples share one computation.

    Args:
        weights: `(n_resamples, n_images)`.

    Returns:
        `(1 + n_resamples, n_images)`, the first row all ones.
    """
    return np.concatenate([np.ones((1, weights.shape[1])), weights])


@dataclass(frozen=True)
class Interval:
    """A percentile interval, or the reason why there is none.

    Attributes:
        low: Lower end, or None.
        high: Upper end, or None.
        n_usable: Resamples in which the figure is defined.
        reason: Why there are no ends, or None.
    """

    low: float | None
    high: float | None
    n_usable: int
    reason: str | None = None


def percentile_interval(
    value: float, resamples: FloatArray, *, level: float = LEVEL, min_usable: float = MIN_USABLE
) -> Interval:
    """The percentile interval of a figure: the two tails of its resamples cut off.

    It is withheld, with the reason, where the figure is undefined in too many resamples, where
    every resample gives the same value (a recall of 0 of 10 has no spread to resample, which is
    not certainty), and where the interval does not hold the value itself (a figure biased
    upward on few images, such as a calibration error).

    Args:
        value: The figure on the data as observed.
        resamples: `(n_resamples,)`, the figure in each, NaN where it is undefined.
        level: Coverage aimed at.
        min_usable: Share of resamples that have to be defined.
    """
    usable = resamples[~np.isnan(resamples)]
    n_usable = len(usable)
    if n_usable < max(1.0, min_usable * len(resamples)):
        missing = len(resamples) - n_usable
        text = f"the figure is undefined in {missing} of {len(resamples)} resamples"
        return Interval(None, None, n_usable, text)
    tail = (1.0 - level) / 2.0
    low, high = (float(end) for end in np.quantile(usable, [tail, 1.0 - tail]))
    if high - low <= _NO_WIDTH:
        text = "the resamples do not vary, which on few images is no sign of certainty"
        return Interval(None, None, n_usable, text)
    if not low - _NO_WIDTH <= value <= high + _NO_WIDTH:
        text = "the resamples are biased: their interval does not hold the value"
        return Interval(None, None, n_usable, text)
    return Interval(low, high, n_usable)
