"""Standard errors of the figures of all readers, by linearisation (Gwet).

A figure is written as a mean over items, one term an item, and the standard error is that of this
mean. Items count as independent: where a patient has several, use the patient bootstrap.

References:
    Gwet 2008, 10.1348/000711006X126600 (variance by linearisation); Gwet 2014, Handbook of
    Inter-Rater Reliability, 4th edition, chapters 2 and 5 (missing readings). The R package
    irrCAC 1.4 by the same author computes the same.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.family import ClosedForm
from sgus.stats.agreement.item_counts import ItemCounts

METHOD: Final = "Gwet linearisation, t"
LEVEL: Final = 0.95
_NO_WIDTH: Final = 1e-12  # rounding, not spread

FloatArray = NDArray[np.float64]


def coefficient_terms(
    counts: ItemCounts,
    disagreement: FloatArray,
    *,
    expected: float,
    expected_by_item: FloatArray | None = None,
) -> FloatArray:
    """The terms whose mean over the rated items is `1 - observed / expected`.

    The number of items with two readings counts as fixed, as in Gwet's book: only what these
    items say varies.

    Args:
        counts: Readings by item and grade.
        disagreement: `(n_items,)`, mean cost of each item's pairs of readings.
        expected: Disagreement expected by chance, above 0.
        expected_by_item: `(n_items,)`, terms whose mean over rated items is `expected`; None
            where the data do not enter it.

    Returns:
        `(n_rated,)`.
    """
    rated, paired = counts.rated, counts.paired
    terms = np.where(paired, 1.0 - disagreement / expected, 0.0)[rated]
    terms = terms * (rated.sum() / paired.sum())
    if expected_by_item is None:
        return np.asarray(terms, dtype=np.float64)
    by_chance = expected_by_item[rated] / expected - 1.0
    return np.asarray(terms + 2.0 * (1.0 - terms.mean()) * by_chance, dtype=np.float64)


def t_interval(
    value: float, terms: FloatArray, *, floor: float | None = None, df: int | None = None
) -> ClosedForm | None:
    """The standard error of a mean and its t interval, cut off at 1, and at `floor`.

    Args:
        value: The figure.
        terms: `(n,)`, its terms.
        floor: Smallest value that the figure can have; None where gaps leave none.
        df: Degrees of freedom, `n - 1` where None.

    Returns:
        None where there are fewer than two terms, or where all are alike: no spread on few items
        is not certainty.
    """
    n = len(terms)
    if n < 2 or not np.isfinite(value):
        return None
    se = float(terms.std(ddof=1) / np.sqrt(n))
    if not se > _NO_WIDTH:
        return None
    from scipy.special import stdtrit

    half = se * float(stdtrit(n - 1 if df is None else df, (1.0 + LEVEL) / 2.0))
    low = value - half if floor is None else max(floor, value - half)
    return ClosedForm(se, float(low), float(min(1.0, value + half)), METHOD)
