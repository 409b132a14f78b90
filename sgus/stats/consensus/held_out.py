"""What a fit of Dawid-Skene says of items it was not made from."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.panel import Panel, Readings
from sgus.stats.consensus.dawid_skene import DawidSkene

FloatArray = NDArray[np.float64]

_LEAST: Final = 1e-300  # log 0 would turn the readings never given (0 x -inf) into NaN
_IMPOSSIBLE: Final = -600.0  # natural logarithm: some reading has no chance in any class


def held_out_posterior(fit: DawidSkene, readings: Panel | Readings) -> FloatArray:
    """Probability of each class of items, by prevalence and readers' errors as fitted elsewhere.

    Equation 2.5 of Dawid & Skene 1979 (10.2307/2346806): the prevalence of a class times the
    chance of each reading, readings independent given the class. A reader who read nothing of a
    class, or is unknown to the fit, says nothing of it (all grades alike).

    Args:
        fit: Of other items, or of these too.
        readings: All readings of the items on the scale of the fit.

    Returns:
        `(n_items, k)`, rows summing to one; a row of NaN where nobody read the item, or where its
        readings have no chance in any class as fitted (nothing is added to the counts).

    Raises:
        ValueError: The scales differ, or the fit is of no readings at all.
    """
    panel = readings.first if isinstance(readings, Readings) else readings
    codes = readings.codes if isinstance(readings, Readings) else panel.codes[..., None]
    if panel.scale != fit.scale:
        raise ValueError(f"the fit is on {fit.scale}, the readings are on {panel.scale}")
    if np.isnan(fit.prevalence).any():
        raise ValueError("a fit of no readings says nothing of other items")
    k = panel.n_grades
    table = np.tile(np.log(np.maximum(fit.prevalence, _LEAST)), (panel.n_items, 1))
    for at, reader in enumerate(panel.readers):
        confusion = np.full((k, k), np.nan)
        if reader in fit.readers:
            confusion = fit.confusion[fit.readers.index(reader)]
        known = np.where(np.isnan(confusion), 1.0 / k, confusion)
        counts = (codes[:, at, :, None] == np.arange(k)).sum(axis=1)  # (n_items, k)
        table += counts @ np.log(np.maximum(known, _LEAST)).T
    top = table.max(axis=1, keepdims=True)
    p = np.exp(table - top)
    said = (codes >= 0).any(axis=(1, 2)) & (top[:, 0] > _IMPOSSIBLE)
    return np.where(said[:, None], p / p.sum(axis=1, keepdims=True), np.nan)
