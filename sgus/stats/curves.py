"""ROC and precision-recall curves of a decision, observed and in every resample of patients.

References:
    Fawcett 2006, 10.1016/j.patrec.2005.10.010 (ties in one step, vertical averaging); precision
    and recall are not joined by straight lines: Davis & Goadrich 2006, 10.1145/1143844.1143874.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgus.stats.confusion import ratio
from sgus.stats.draws import FloatArray
from sgus.stats.thresholds import Counts

GRID = np.linspace(0.0, 1.0, 51)
"""Places of the horizontal axis at which a band is given."""
_CLOSE = 1e-9  # rates are whole numbers over one total: nearer than this is rounding


def average_precision(counts: Counts) -> FloatArray:
    """Mean precision over the steps of recall: sum of (step of recall) x precision there.

    No straight lines are drawn between points, which would be too kind. A model that ranks at
    random has the prevalence, not one half.

    Args:
        counts: Of every threshold, `(..., k + 1)`, falling.

    Returns:
        `(...)`; NaN where the higher side has no image.
    """
    steps = counts.tp[..., 1:] - counts.tp[..., :-1]
    called = np.maximum(counts.tp[..., 1:] + counts.fp[..., 1:], 1.0)  # no step where it was zero
    total = np.einsum("...k,...k,...k->...", steps, counts.tp[..., 1:], 1.0 / called)
    return ratio(total, counts.positive[..., 0])


def area_under_curve(counts: Counts) -> FloatArray:
    """Area under the ROC curve by trapezes: the AUC of `roc.area_under_roc`, from counts.

    Args:
        counts: Of every threshold, `(..., k + 1)`, falling.

    Returns:
        `(...)`; NaN where one of the sides has no image.
    """
    steps = counts.fp[..., 1:] - counts.fp[..., :-1]
    pairs = np.einsum("...k,...k->...", steps, counts.tp[..., 1:] + counts.tp[..., :-1]) / 2.0
    return ratio(pairs, (counts.positive * counts.negative)[..., 0])


def prevalence(counts: Counts) -> FloatArray:
    """Share of the images that are of the higher side, `(...)`; NaN without an image."""
    return ratio(counts.positive, counts.positive + counts.negative)[..., 0]


def sensitivity_at(counts: Counts, grid: FloatArray = GRID) -> FloatArray:
    """Sensitivity at given false positive rates, straight between the points of the curve.

    Args:
        counts: Of every threshold, `(n, k + 1)`, falling.
        grid: `(m,)` false positive rates, 0 to 1.

    Returns:
        `(n, m)`; at a rate where the curve rises straight up, the upper end. NaN where one of
        the sides has no image.
    """
    wanted = (grid + _CLOSE) * counts.negative  # (n, m)
    left = _last_at_most(counts.fp, wanted)
    right = np.minimum(left + 1, counts.fp.shape[1] - 1)
    start, end = (np.take_along_axis(counts.fp, place, axis=1) for place in (left, right))
    low, high = (np.take_along_axis(counts.tp, place, axis=1) for place in (left, right))
    part = np.nan_to_num(ratio(grid * counts.negative - start, end - start))
    height = ratio(low + part * (high - low), counts.positive)
    return np.asarray(np.where(counts.negative > 0, height, np.nan), dtype=np.float64)


def precision_at(counts: Counts, grid: FloatArray = GRID) -> FloatArray:
    """Precision where the recall first reaches given values: the steps of `average_precision`.

    Args:
        counts: Of every threshold, `(n, k + 1)`, falling.
        grid: `(m,)` recalls, 0 to 1; 0 is where the first image of the higher side is found.

    Returns:
        `(n, m)`; NaN where the higher side has no image.
    """
    # 3 of 10 reach a recall of 0.3, however it was rounded.
    wanted = np.maximum(grid - _CLOSE, _CLOSE / 2) * counts.positive
    last = counts.tp.shape[1] - 1
    place = np.minimum(_last_at_most(counts.tp, wanted) + 1, last)
    tp, fp = (np.take_along_axis(side, place, axis=1) for side in (counts.tp, counts.fp))
    return np.asarray(np.where(counts.positive > 0, ratio(tp, tp + fp), np.nan), dtype=np.float64)


def _last_at_most(rising: FloatArray, wanted: FloatArray) -> NDArray[np.int64]:
    """In each row, the last column whose count is at most each of the wanted ones.

    Rows are laid end to end, far enough apart, so that one search serves all.

    Args:
        rising: `(n, k)` counts, from 0.
        wanted: `(n, m)`, from 0 to the last count of the row, not rounded.
    """
    n, k = rising.shape
    offset = (rising.max(initial=0.0) + 2.0) * np.arange(n)[:, None]
    found = np.searchsorted((rising + offset).ravel(), (wanted + offset).ravel(), side="right")
    return np.asarray(found.reshape(n, -1) - 1 - k * np.arange(n)[:, None], dtype=np.int64)
