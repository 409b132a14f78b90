"""Area under the receiver operating characteristic, one or one for every resample."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]


def area_under_roc(positive: NDArray[Any], scores: FloatArray, weights: FloatArray) -> FloatArray:
    """Chance that a positive image scores above a negative one; a tie counts one half.

    Args:
        positive: `(n_images,)` bool, images of the higher side.
        scores: `(n_images,)`, larger for the higher side.
        weights: `(..., n_images)`, how often each image counts.

    Returns:
        `(...)`; NaN where one of the sides has no image.

    References:
        Hanley & McNeil 1982, 10.1148/radiology.143.1.7063747 (equal to Mann-Whitney's U).
    """
    if len(scores) == 0:
        return np.full(weights.shape[:-1], np.nan)
    order = np.argsort(scores, kind="stable")
    ranked = scores[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])  # first of each tied group
    is_positive = np.asarray(positive, dtype=bool)[order]
    ordered = weights[..., order]
    above = np.add.reduceat(ordered * is_positive, starts, axis=-1)  # (..., n_scores)
    below = np.add.reduceat(ordered * ~is_positive, starts, axis=-1)
    lower = np.cumsum(below, axis=-1) - below
    pairs = (above * (lower + 0.5 * below)).sum(axis=-1)
    return ratio(pairs, above.sum(axis=-1) * below.sum(axis=-1))
