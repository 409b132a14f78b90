"""Calibration: does what is called 70 % sure come true in 70 % of the images?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]
N_BINS = 10


def calibration_bins(p: FloatArray, *, n_bins: int = N_BINS) -> NDArray[np.int64]:
    """Bin of each probability: `n_bins` of equal width, closed below, the last also above."""
    edges = np.arange(1, n_bins) / n_bins
    return np.asarray(np.searchsorted(edges, p, side="right"), dtype=np.int64)


def expected_calibration_error(
    p: FloatArray, happened: NDArray[Any], weights: FloatArray, *, n_bins: int = N_BINS
) -> FloatArray:
    """Mean over bins, weighted by their images, of |mean probability - observed share|.

    Bins have fixed edges, so that a resample cannot move them. On few images the figure is
    biased upward: even a perfectly calibrated model does not reach zero.

    Args:
        p: `(n_images,)` probability of what may happen: of the higher side of a stage, or of the
            predicted grade (top-label calibration).
        happened: `(n_images,)` bool, whether it did.
        weights: `(..., n_images)`, how often each image counts.
        n_bins: Number of bins.

    Returns:
        `(...)`, 0 to 1; NaN where no image counts.

    References:
        Naeini et al. 2015, 10.1609/aaai.v29i1.9602; top label: Guo et al. 2017,
        arXiv 1706.04599.
    """
    gaps = np.zeros((len(p), n_bins))
    gaps[np.arange(len(p)), calibration_bins(p, n_bins=n_bins)] = p - np.asarray(happened)
    return ratio(np.abs(weights @ gaps).sum(axis=-1), weights.sum(axis=-1))
