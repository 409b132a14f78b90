"""Accuracy, precision, recall and F1 from counts; NaN where a figure is undefined.

A label that no image has has no recall and no F1, one that was never predicted has no precision,
and an average over labels is undefined as soon as one label it needs is: a mean over three of
four grades is not the figure it would be called.

References:
    Sokolova & Lapalme 2009, 10.1016/j.ipm.2009.03.002; balanced accuracy: Brodersen et al. 2010,
    10.1109/ICPR.2010.764.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tally:
    """What the figures of `k` labels are made of, each `(..., k)`.

    Attributes:
        hits: Images of the label that were predicted so.
        support: Images of the label.
        predicted: Images predicted as the label.
    """

    hits: FloatArray
    support: FloatArray
    predicted: FloatArray


def tally(matrix: FloatArray, *, n_labels: int) -> Tally:
    """Add up a confusion matrix.

    Args:
        matrix: `(..., rows, columns)`; label `i` is row `i` and column `i`. Rows beyond
            `n_labels` are images of none of the labels, columns beyond it images that were given
            none of the labels (sent to the other branch).
        n_labels: The labels that figures are wanted for.
    """
    diagonal = np.diagonal(matrix, axis1=-2, axis2=-1)
    return Tally(
        hits=diagonal[..., :n_labels],
        support=matrix.sum(axis=-1)[..., :n_labels],
        predicted=matrix.sum(axis=-2)[..., :n_labels],
    )


def accuracy(t: Tally) -> FloatArray:
    """Share of the images given a label whose label is right, `(...)`."""
    return ratio(t.hits.sum(axis=-1), t.predicted.sum(axis=-1))


def precision(t: Tally) -> FloatArray:
    """Share of the images predicted as a label that have it, `(..., k)`."""
    return ratio(t.hits, t.predicted)


def recall(t: Tally) -> FloatArray:
    """Share of the images of a label that were predicted so, `(..., k)`."""
    return ratio(t.hits, t.support)


def f1(t: Tally) -> FloatArray:
    """2 hits / (support + predicted), `(..., k)`; NaN without support."""
    return np.where(t.support > 0, ratio(2.0 * t.hits, t.support + t.predicted), np.nan)


def macro(per_label: FloatArray) -> FloatArray:
    """Plain mean over the labels, `(..., k)` to `(...)`; macro recall is balanced accuracy."""
    return np.asarray(per_label.mean(axis=-1), dtype=np.float64)


def weighted(per_label: FloatArray, support: FloatArray) -> FloatArray:
    """Mean over the labels weighted by support; labels without images have no say."""
    parts = np.where(support > 0, per_label * support, 0.0)
    return ratio(parts.sum(axis=-1), support.sum(axis=-1))
