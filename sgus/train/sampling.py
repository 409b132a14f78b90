"""Which images an epoch shows, and in which batches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]


def epoch_order(grades: IntArray, *, balance: float, rng: np.random.Generator) -> IntArray:
    """Draw as many images as there are, rarer grades more often.

    Systematic resampling: an image of weight w is shown floor(w n) or ceil(w n) times, so that
    the draw adds as little chance as possible, and `balance=0` is a plain permutation.

    Args:
        grades: `(n,)`, the grade of each image.
        balance: Exponent of the inverse frequency of the grade, 0 to 1.
        rng: Decides ties and order.

    Returns:
        `(n,)` indices into `grades`.
    """
    n = len(grades)
    _, inverse, counts = np.unique(grades, return_inverse=True, return_counts=True)
    weights = counts[inverse].astype(float) ** -balance
    shuffled = rng.permutation(n)
    edges = np.cumsum(weights[shuffled] / weights.sum()) * n
    picks = np.searchsorted(edges, np.arange(n) + rng.uniform(), side="right")
    order: IntArray = rng.permutation(shuffled[np.minimum(picks, n - 1)])
    return order


def batches(order: IntArray, *, batch_size: int) -> list[IntArray]:
    """Cut an order into batches of nearly equal size, none much smaller than the others.

    Batch normalisation suffers from a last batch of one or two images.
    """
    n_batches = max(1, round(len(order) / batch_size))
    return list(np.array_split(order, n_batches))


def grade_targets(
    grades: IntArray, *, n_grades: int, neighbour_smoothing: float
) -> NDArray[np.float32]:
    """Target distributions over the grades.

    Args:
        grades: `(n,)`.
        n_grades: Number of grades.
        neighbour_smoothing: Share of the label that its neighbours get, halved where there are
            two.

    Returns:
        `(n, n_grades)`, rows summing to one.
    """
    steps = np.abs(np.arange(n_grades)[None] - grades[:, None])
    neighbours = (steps == 1).astype(np.float32)
    neighbours *= neighbour_smoothing / neighbours.sum(1, keepdims=True)
    return np.where(steps == 0, np.float32(1 - neighbour_smoothing), neighbours)
