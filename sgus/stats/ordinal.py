"""Errors of ordered grades, an image each; `weighted_mean` averages them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def weighted_mean(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Mean of a figure that is a mean over images.

    Args:
        values: `(n_images,)`.
        weights: `(..., n_images)`, how often each image counts.

    Returns:
        `(...)`; NaN where no image counts.
    """
    return ratio(weights @ values, weights.sum(axis=-1))


def absolute_errors(truth: IntArray, predicted: IntArray) -> FloatArray:
    """Distance between true and predicted grade, `(n_images,)`, in grades."""
    return np.asarray(np.abs(truth - predicted), dtype=np.float64)


def ranked_probability_scores(truth: IntArray, p: FloatArray) -> FloatArray:
    """Ranked probability score of each image, 0 (sure and right) to 1 (sure and farthest off).

    The mean over the k - 1 thresholds of (P(label <= j) - [truth <= j])^2. With two labels it is
    the Brier score of the higher one.

    Args:
        truth: `(n_images,)` labels 0 to k - 1.
        p: `(n_images, k)`, summing to one over the last axis.

    Returns:
        `(n_images,)`; lower is better.

    References:
        Epstein 1969, 10.1175/1520-0450(1969)008<0985:ASSFPF>2.0.CO;2, divided by k - 1; for
        ordinal grading: Galdran 2023, arXiv 2309.08701.
    """
    thresholds = np.arange(p.shape[1] - 1)
    at_most = np.cumsum(p, axis=1)[:, :-1]  # (n_images, k - 1)
    happened = truth[:, None] <= thresholds
    return np.asarray(((at_most - happened) ** 2).mean(axis=1), dtype=np.float64)
