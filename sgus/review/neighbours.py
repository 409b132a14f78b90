"""Nearest graded examples of an image, by the angle between feature vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Bools = NDArray[np.bool_]


def cosine_distances(vector: Floats, vectors: Floats) -> NDArray[np.float64]:
    """One less the cosine of the angle between vectors, 0 (same direction) to 2 (opposite).

    Args:
        vector: `(C,)`.
        vectors: `(n, C)`.

    Returns:
        `(n,)`; 1 (at right angles) where a vector is zero, for it has no direction.
    """
    one, many = np.asarray(vector, np.float64), np.asarray(vectors, np.float64)
    lengths = np.linalg.norm(many, axis=1) * np.linalg.norm(one)
    dots = many @ one
    cosine = np.divide(dots, lengths, out=np.zeros_like(dots), where=lengths > 0)
    return np.asarray(1.0 - np.clip(cosine, -1.0, 1.0), dtype=np.float64)


def nearest_rows(
    distances: NDArray[np.float64], *, allowed: Bools, first: Bools, k: int
) -> NDArray[np.int64]:
    """The rows to show: those that come first by kind, then by distance, then by place.

    Args:
        distances: `(n,)`.
        allowed: `(n,)`, rows that may be shown at all.
        first: `(n,)`, rows of the preferred kind, such as the same gland: all of these come
            before any other, however near that is.
        k: Rows at most.

    Returns:
        At most `k` rows.
    """
    rows = np.flatnonzero(allowed)
    order = np.lexsort((rows, distances[rows], ~first[rows]))
    return np.asarray(rows[order][: max(k, 0)], dtype=np.int64)
