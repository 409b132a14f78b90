"""Agreement beyond chance between two gradings of the same images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]


def quadratic_kappa(matrix: FloatArray) -> FloatArray:
    """Cohen's kappa with quadratic weights: 1 - sum(d^2 observed) / sum(d^2 expected).

    `d` is the distance in grades and `expected` the product of the margins. With two labels it
    equals the unweighted kappa.

    Args:
        matrix: `(..., k, k)` counts, true labels by predicted labels, in grade order.

    Returns:
        `(...)`; NaN where chance leaves no disagreement: both margins are on one and the same
        label, or there is no image.

    References:
        Cohen 1968, 10.1037/h0026256.
    """
    label = np.arange(matrix.shape[-1])
    disagreement = (label[:, None] - label[None, :]) ** 2.0
    rows, columns = matrix.sum(axis=-1), matrix.sum(axis=-2)
    # Multiplied by n on both sides, so that whole counts stay whole until the one division.
    observed = (disagreement * matrix).sum(axis=(-2, -1)) * matrix.sum(axis=(-2, -1))
    expected = (disagreement * rows[..., :, None] * columns[..., None, :]).sum(axis=(-2, -1))
    return 1.0 - ratio(observed, expected)
