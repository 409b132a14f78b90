"""Grey-level co-occurrence: how often two grey levels stand a step apart.

References:
    Haralick, Shanmugam and Dinstein 1973, 10.1109/TSMC.1973.4309314.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

DISTANCES: Final = (1, 2, 4, 8)
ANGLES: Final = {"0": (0, 1), "45": (-1, 1), "90": (1, 0), "135": (1, 1)}
"""Angle in degrees to (rows, columns) of one step; 0 runs along the skin, 90 into the depth."""
LEVELS: Final = 16
STATISTICS: Final = (
    "contrast",
    "dissimilarity",
    "homogeneity",
    "energy",
    "entropy",
    "correlation",
)


def equalised_levels(image: NDArray[np.uint8], *, levels: int = LEVELS) -> NDArray[np.uint8]:
    """Grey levels by rank, so that gain and gamma of the scanner do not matter.

    Args:
        image: `(h, w)` uint8.
        levels: Number of levels.

    Returns:
        `(h, w)` in `0 ... levels - 1`; equal pixels share a level.
    """
    counts = np.bincount(image.ravel(), minlength=256)
    middle = np.cumsum(counts) - counts / 2
    table = np.minimum(np.floor(middle / image.size * levels), levels - 1)
    return np.asarray(table.astype(np.uint8)[image], dtype=np.uint8)


def cooccurrence(
    levels: NDArray[np.uint8], *, step: tuple[int, int], n_levels: int = LEVELS
) -> NDArray[np.float64]:
    """Symmetric co-occurrence probabilities.

    Args:
        levels: `(h, w)` in `0 ... n_levels - 1`.
        step: Rows (may be negative) and columns (0 or more) from one pixel to the other.
        n_levels: Number of levels.

    Returns:
        `(n_levels, n_levels)` summing to one, all zero when the step leaves the image.
    """
    down, across = step
    height, width = levels.shape
    if abs(down) >= height or across >= width:
        return np.zeros((n_levels, n_levels))
    first = levels[max(0, -down) : height - max(0, down), : width - across]
    second = levels[max(0, down) : height - max(0, -down), across:]
    pairs = first.astype(np.intp) * n_levels + second
    counts = np.bincount(pairs.ravel(), minlength=n_levels * n_levels)
    matrix = counts.reshape(n_levels, n_levels).astype(np.float64)
    matrix += matrix.T.copy()
    return np.asarray(matrix / matrix.sum())


def cooccurrence_statistics(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The statistics named in `STATISTICS` of one co-occurrence matrix.

    Entropy is in nats; the correlation of a single level with itself is taken as 1.

    Args:
        matrix: `(n_levels, n_levels)`, symmetric, summing to one.

    Returns:
        `(6,)`.
    """
    level = np.arange(matrix.shape[0], dtype=np.float64)
    difference = level[:, None] - level[None, :]
    mean = float((matrix.sum(axis=1) * level).sum())
    variance = float((matrix.sum(axis=1) * (level - mean) ** 2).sum())
    covariance = float((matrix * np.outer(level - mean, level - mean)).sum())
    positive = matrix[matrix > 0]
    return np.array(
        [
            (matrix * difference**2).sum(),
            (matrix * np.abs(difference)).sum(),
            (matrix / (1.0 + difference**2)).sum(),
            np.sqrt((matrix**2).sum()),
            -(positive * np.log(positive)).sum(),
            covariance / variance if variance > 0 else 1.0,
        ]
    )
