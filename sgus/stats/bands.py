"""Percentile intervals of many figures at once: the points of a curve, the bins of a diagram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgus.stats.bootstrap import LEVEL, MIN_USABLE

FloatArray = NDArray[np.float64]
_NO_WIDTH = 1e-12  # rounding of sums in another order, not spread


@dataclass(frozen=True, eq=False)
class Band:
    """Intervals of `k` figures; NaN where one is withheld.

    Attributes:
        low: `(k,)` lower ends.
        high: `(k,)` upper ends.
    """

    low: FloatArray
    high: FloatArray


def percentile_band(values: FloatArray, *, level: float = LEVEL) -> Band:
    """The percentile interval of each column, by the rules of `percentile_interval`.

    Each interval is pointwise: 95 % of single points are covered, not 95 % of whole curves. One is
    withheld where a point is undefined in too many resamples, does not vary, or lies outside
    its own interval.

    Args:
        values: `(1 + n_resamples, k)`, the first row as observed; NaN where undefined.
        level: Coverage aimed at.
    """
    observed, resamples = values[0], np.sort(values[1:], axis=0)  # NaN sorts last
    n_usable = (~np.isnan(resamples)).sum(axis=0)
    tail = (1.0 - level) / 2.0
    low, high = (_quantile(resamples, n_usable, q) for q in (tail, 1.0 - tail))
    with np.errstate(invalid="ignore"):
        shown = n_usable >= np.maximum(1.0, MIN_USABLE * len(resamples))
        shown &= high - low > _NO_WIDTH
        shown &= (low - _NO_WIDTH <= observed) & (observed <= high + _NO_WIDTH)
    return Band(np.where(shown, low, np.nan), np.where(shown, high, np.nan))


def _quantile(ordered: FloatArray, n_usable: NDArray[np.int64], q: float) -> FloatArray:
    """Linear between order statistics, as numpy's default, over the usable ones of a column."""
    columns = np.arange(ordered.shape[1])
    place = q * np.maximum(n_usable - 1, 0)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(n_usable - 1, 0))
    share = place - below
    first, second = ordered[below, columns], ordered[above, columns]
    return np.asarray(first + share * (second - first), dtype=np.float64)
