"""What one who knows the class, and how labels come about, can reach: the best answer for each.

Definitions as in `ceiling.json` of phantom cohorts: the answer is the best on average for the
figure in question, and in a stage only images whose label belongs to it are looked at.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgus.core.grades import Stage
from sgus.stats.agreement.quadratic import quadratic_kappa
from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]


def best_accuracy(table: FloatArray) -> FloatArray:
    """Share of labels hit by the most probable label of each class.

    Args:
        table: `(..., n_classes, n_labels)`, probability of class and label together; it need not
            sum to one, and is then the share among what is there.

    Returns:
        `(...)`; NaN where the table is empty.
    """
    return ratio(table.max(axis=-1).sum(axis=-1), table.sum(axis=(-2, -1)))


def best_balanced_accuracy(table: FloatArray) -> FloatArray:
    """Mean over labels of the share hit, by the answer that weighs rare labels up.

    Args:
        table: `(..., n_classes, n_labels)`.

    Returns:
        `(...)`; NaN where a label never comes.
    """
    of_label = table.sum(axis=-2, keepdims=True)
    return np.asarray(ratio(table, of_label).max(axis=-1).sum(axis=-1) / table.shape[-1])


def best_quadratic_kappa(table: FloatArray) -> FloatArray:
    """Quadratic kappa with the label nearest to the mean label of each class.

    The mean costs least in squared distance, which is what quadratic kappa counts.

    Args:
        table: `(..., n_classes, n_labels)`, labels in order, a step apart.

    Returns:
        `(...)`; NaN where chance leaves no disagreement.
    """
    k = table.shape[-1]
    rows = table.sum(axis=-1)
    mean = np.divide(table @ np.arange(k), rows, out=np.zeros_like(rows), where=rows > 0)
    answer = np.floor(mean + 0.5)
    given = (answer[..., None] == np.arange(k)).astype(np.float64)  # (..., n_classes, k)
    return quadratic_kappa(np.einsum("...cl,...cp->...lp", table, given))


def stage_table(table: FloatArray, stage: Stage) -> FloatArray:
    """The labels of a stage, taken together to its two sides.

    Args:
        table: `(..., n_classes, 4)`.
        stage: A stage of the hierarchy.

    Returns:
        `(..., n_classes, 2)`, without the images whose label is not of the stage.
    """
    sides = [table[..., list(side)].sum(axis=-1) for side in (stage.lower, stage.higher)]
    return np.stack(sides, axis=-1)
