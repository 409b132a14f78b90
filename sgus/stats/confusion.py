"""Confusion matrices, one or one for every resample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Divide element by element; NaN, in silence, where the denominator is zero."""
    top, bottom = np.broadcast_arrays(
        np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    )
    quotient: FloatArray = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=quotient, where=bottom != 0)
    return quotient


def confusion_matrix(
    truth: IntArray, predicted: IntArray, *, shape: tuple[int, int], weights: FloatArray
) -> FloatArray:
    """Count images by true and predicted label.

    Args:
        truth: `(n_images,)` row of each image, `0 <= truth < shape[0]`.
        predicted: `(n_images,)` column of each image, `0 <= predicted < shape[1]`.
        shape: Rows and columns; labels that nobody has keep their row and column.
        weights: `(..., n_images)`, how often each image counts.

    Returns:
        `(..., rows, columns)` weighted counts, exact where the weights are whole numbers.
    """
    rows, columns = shape
    cells = np.zeros((len(truth), rows * columns))
    cells[np.arange(len(truth)), truth * columns + predicted] = 1.0
    counts = weights @ cells  # (..., rows * columns)
    return np.asarray(counts.reshape(*weights.shape[:-1], rows, columns), dtype=np.float64)
