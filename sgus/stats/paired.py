"""The difference between two models on the same images, resampled together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgus.stats.bootstrap import Interval, percentile_interval

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Difference:
    """A figure of two models and what lies between them.

    Attributes:
        first: The figure of the first model, None where undefined.
        second: The figure of the second model, None where undefined.
        difference: First minus second, None where either is undefined.
        interval: Percentile interval of the difference.
    """

    first: float | None
    second: float | None
    difference: float | None
    interval: Interval


def paired_difference(first: FloatArray, second: FloatArray) -> Difference:
    """Compare a figure of two models, drawn with the same patients in every resample.

    What makes a resample hard for both models cancels out, so that the interval is narrower than
    two separate ones suggest. An interval that leaves out zero is evidence of a difference on
    such patients; it is not a p value, and several comparisons need several times the evidence.

    Args:
        first: `(1 + n_resamples,)`, the figure of the first model, the first value as observed;
            NaN where undefined.
        second: The same of the second model, from the same weights.

    Returns:
        The difference; a resample in which either figure is undefined is not used.

    Raises:
        ValueError: The two were not resampled equally often.
    """
    if first.shape != second.shape:
        raise ValueError(f"not the same resamples: {first.shape} and {second.shape}")
    between = first - second
    a, b, d = (None if np.isnan(x[0]) else float(x[0]) for x in (first, second, between))
    if d is None:
        n_usable = int((~np.isnan(between[1:])).sum())
        nothing = Interval(None, None, n_usable, "the figure is undefined for one of the two")
        return Difference(a, b, None, nothing)
    return Difference(a, b, d, percentile_interval(d, between[1:]))
