"""How likely the median of readers with known errors is each grade: exact, for any number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgus.stats.consensus.median import MedianTie

FloatArray = NDArray[np.float64]


def median_chances(confusion: FloatArray, *, tie: MedianTie) -> FloatArray:
    """Probabilities of the median of readers who err independently, given the class.

    The median is grade g or lower when at least half of the readings are (more than half, where
    ties go up). How many readings are is a sum of independent yes and no, whose distribution is
    built up reader by reader.

    Args:
        confusion: `(n_readers, ..., k)`, probability of each grade by each reader, one reader or
            more.
        tie: Which of two middle grades counts: `lower` or `upper`.

    Returns:
        `(..., k)`.

    Raises:
        ValueError: The tie rule leaves items without a median.
    """
    if tie == "none":
        raise ValueError("ties that give no consensus leave no label to be hit")
    n_readers = len(confusion)
    up_to = np.minimum(confusion.cumsum(axis=-1)[..., :-1], 1.0)  # (n_readers, ..., k - 1)
    n_low = np.zeros((*up_to.shape[1:], n_readers + 1))  # P(so many readings are that low)
    n_low[..., 0] = 1.0
    for chance in up_to:
        moved = n_low[..., :-1] * chance[..., None]
        n_low *= 1.0 - chance[..., None]
        n_low[..., 1:] += moved
    least = (n_readers + 1) // 2 if tie == "lower" else n_readers // 2 + 1
    low = n_low[..., least:].sum(axis=-1)
    ends = np.zeros((*low.shape[:-1], 1))
    return np.maximum(np.diff(np.concatenate([ends, low, ends + 1.0], axis=-1), axis=-1), 0.0)
