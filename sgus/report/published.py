"""Figures of a published confusion matrix, of which no image is at hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sgus.core.errors import ConfigError
from sgus.core.grades import N_GRADES
from sgus.report.figures import Estimate, Figure, Place, figure_object
from sgus.report.labels import Labelled, label_estimates
from sgus.report.scopes import GRADE_LABELS
from sgus.stats.agreement.quadratic import quadratic_kappa
from sgus.stats.ordinal import absolute_errors, weighted_mean

_NO_INTERVAL = "a published matrix does not say which images are of one patient: no interval"


def figures_from_confusion(
    matrix: Sequence[Sequence[int]], *, where: str = "published"
) -> list[Figure]:
    """Every four-grade figure that needs no probabilities, from counts alone.

    Args:
        matrix: Four rows of true grades by four columns of predicted grades.
        where: Name of the data set in the figures.

    Returns:
        Figure objects as in `report.json`, without patients and without intervals.

    Raises:
        ConfigError: It is not a 4 x 4 table of counts, or all of them are zero.
    """
    counts = np.asarray(matrix, dtype=np.float64)
    square = counts.shape == (N_GRADES, N_GRADES)
    if not square or (counts < 0).any() or (counts % 1 != 0).any() or counts.sum() == 0:
        cause = f"it is not a {N_GRADES} x {N_GRADES} table of counts with an image in it"
        raise ConfigError("confusion matrix", cause, "Give true grades as rows, predicted across")
    cell = np.repeat(np.arange(counts.size), counts.ravel().astype(np.int64))
    truth, predicted = np.divmod(cell, N_GRADES)
    weights = np.ones((1, len(cell)))
    data = Labelled(GRADE_LABELS, truth, predicted, weights)
    everything = np.ones(len(cell), dtype=bool)
    kappa = quadratic_kappa(counts[None])
    error = weighted_mean(absolute_errors(truth, predicted), weights)
    same = "all images have one and the same label, true and predicted"
    estimates = [
        *label_estimates(data),
        Estimate("quadratic_kappa", kappa, everything, same),
        Estimate("mean_absolute_error", error, everything, same),
    ]
    place = Place("four_grades", where, None, np.zeros(len(cell)), 0, "patient")
    return [_without_patients(figure_object(estimate, place)) for estimate in estimates]


def _without_patients(figure: Figure) -> Figure:
    known = figure["value"] is not None
    reason = _NO_INTERVAL if known else figure["reason"]
    return figure | {"n_patients": None, "interval": None, "reason": reason}
