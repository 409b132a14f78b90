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
    steps = np.diff(counts.tp, axis=-1)
    called = counts.tp + counts.fp
    precision = ratio(counts.tp, called)[..., 1:]
    total = (np.where(steps > 0, precision, 0.0) * steps).sum(axis=-1)
    return ratio(total, counts.tp[..., -1])


def area_under_curve(counts: Counts) -> FloatArray:
    """Area under the ROC curve by trapezes: the AUC of `roc.area_under_roc`, from counts.

    Args:
        counts: Of every threshold, `(..., k + 1)`, falling.

    Returns:
        `(...)`; NaN where one of the sides has no image.
    """
    middle = (counts.tp[..., 1:] + counts.tp[..., :-1]) / 2.0
    pairs = (middle * np.diff(counts.fp, axis=-1)).sum(axis=-1)
    return ratio(pairs, counts.tp[..., -1] * counts.fp[..., -1])


def prevalence(counts: Counts) -> FloatArray:
    """Share of the images that are of the higher side, `(...)`; NaN without an image."""
    positive, negative = counts.tp[..., -1], counts.fp[..., -1]
    return ratio(positive, positive + negative)


def sensitivity_at(counts: Counts, grid: FloatArray = GRID) -> FloatArray:
    """Sensitivity at given false positive rates, straight between the points of the curve.

    Args:
        counts: Of every threshold, `(n, k + 1)`, falling.
        grid: `(m,)` false positive rates, 0 to 1.

    Returns:
        `(n, m)`; at a rate where the curve rises straight up, the upper end. NaN where one of
        the sides has no image.
    """
    rate = ratio(counts.fp, counts.fp[:, -1:])
    height = ratio(counts.tp, counts.tp[:, -1:])
    left = _last_at_most(rate, grid + _CLOSE)  # (n, m)
    right = np.minimum(left + 1, rate.shape[1] - 1)
    rows = np.arange(len(rate))[:, None]
    width = rate[rows, right] - rate[rows, left]
    part = np.where(width > 0, ratio(grid - rate[rows, left], width), 0.0)
    low, high = height[rows, left], height[rows, right]
    return np.asarray(
        np.where(counts.fp[:, -1:] > 0, low + part * (high - low), np.nan), dtype=np.float64
    )


def precision_at(counts: Counts, grid: FloatArray = GRID) -> FloatArray:
    """Precision where the recall first reaches given values: the steps of `average_precision`.

    Args:
        counts: Of every threshold, `(n, k + 1)`, falling.
        grid: `(m,)` recalls, 0 to 1; 0 is where the first image of the higher side is found.

    Returns:
        `(n, m)`; NaN where the higher side has no image.
    """
    precision = ratio(counts.tp, counts.tp + counts.fp)
    recall = ratio(counts.tp, counts.tp[:, -1:])
    wanted = np.maximum(grid - _CLOSE, _CLOSE / 2)  # 3 of 10 reach 0.3, however it was rounded
    place = np.minimum(_last_at_most(recall, wanted) + 1, recall.shape[1] - 1)
    found = precision[np.arange(len(recall))[:, None], place]
    return np.asarray(np.where(counts.tp[:, -1:] > 0, found, np.nan), dtype=np.float64)


def _last_at_most(rising: FloatArray, grid: FloatArray) -> NDArray[np.int64]:
    """For each row, the last column whose value is at most each place of the grid.

    Rows are laid end to end, two apart, so that one search serves all. A row that is undefined
    is searched as zeros; what is read from it stays NaN.
    """
    n, k = rising.shape
    offset = 2.0 * np.arange(n)[:, None]
    flat = (np.nan_to_num(rising) + offset).ravel()
    found = np.searchsorted(flat, (grid[None, :] + offset).ravel(), side="right") - 1
    return np.asarray(found.reshape(n, len(grid)) - k * np.arange(n)[:, None], dtype=np.int64)
