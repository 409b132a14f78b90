"""Readings of each item by grade: what the figures of all readers together are made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.pairs import too_few_readers
from sgus.stats.agreement.panel import Panel
from sgus.stats.agreement.weights import agreement_weights
from sgus.stats.confusion import ratio

_ROUNDING: Final = 1e-12  # sums of thirds, with an item's sum taken off again
WEIGHTS: Final = ("unweighted", "linear", "quadratic", "ordinal")
"""Agreement weights that every chance-corrected figure of all readers is given with."""

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ItemCounts:
    """How often each item was given each grade.

    Attributes:
        by_grade: `(n_items, k)` readings.
    """

    by_grade: FloatArray

    @cached_property
    def readings(self) -> FloatArray:
        """`(n_items,)` readings of each item."""
        return np.asarray(self.by_grade.sum(axis=1), dtype=np.float64)

    @cached_property
    def rated(self) -> BoolArray:
        """`(n_items,)` whether anybody read the item."""
        return np.asarray(self.readings > 0, dtype=np.bool_)

    @cached_property
    def paired(self) -> BoolArray:
        """`(n_items,)` whether two readers or more read the item."""
        return np.asarray(self.readings > 1, dtype=np.bool_)

    @cached_property
    def shares(self) -> FloatArray:
        """`(n_items, k)` share of the item's readings that are the grade; all 0 where none."""
        return np.asarray(self.by_grade / np.maximum(self.readings, 1.0)[:, None])

    @cached_property
    def pairs(self) -> FloatArray:
        """`(n_items,)` ordered pairs of readings of the item, 1 instead of 0."""
        return np.where(self.paired, self.readings * (self.readings - 1.0), 1.0)

    def disagreement(self, cost: FloatArray) -> FloatArray:
        """Mean cost of the pairs of readings of each item.

        Args:
            cost: `(k, k)`, 0 on the diagonal, such as one minus the agreement weights.

        Returns:
            `(n_items,)`; 0 where fewer than two readers read the item.
        """
        met = (self.by_grade @ cost * self.by_grade).sum(axis=1)
        return np.where(self.paired, met / self.pairs, 0.0)

    def apart(self) -> FloatArray:
        """`(n_items, k)` share of the item's pairs of readings of which one is the grade."""
        met = 2.0 * self.by_grade * (self.readings[:, None] - self.by_grade)
        return np.where(self.paired[:, None], met / self.pairs[:, None], 0.0)


def item_counts(panel: Panel) -> ItemCounts:
    """Count the readings of each item."""
    return ItemCounts(np.asarray(panel.one_hot.sum(axis=1), dtype=np.float64))


def costs(scale: tuple[int, ...]) -> FloatArray:
    """`(4, k, k)`, one minus the agreement weights of the scale, in the order of `WEIGHTS`."""
    return np.stack([1.0 - agreement_weights(scale, name) for name in WEIGHTS])


def disagreements(counts: ItemCounts, scale: tuple[int, ...]) -> FloatArray:
    """`(n_items, 4)`, mean cost of the pairs of readings of each item by each of `WEIGHTS`."""
    return np.stack([counts.disagreement(cost) for cost in costs(scale)], axis=1)


def expected_cost(cost: FloatArray, shares: FloatArray) -> FloatArray:
    """Mean cost of two grades that are drawn apart from each other by the same shares.

    Args:
        cost: `(w, k, k)`.
        shares: `(..., k)`.

    Returns:
        `(..., w)`, exactly 0 where one grade has it all.
    """
    return np.asarray(np.einsum("...k,wkl,...l->...w", shares, cost, shares, optimize=True))


def beyond_chance(observed: FloatArray, expected: FloatArray) -> FloatArray:
    """`1 - observed / expected` disagreement; NaN where chance leaves no disagreement."""
    return 1.0 - ratio(observed, np.where(expected > _ROUNDING, expected, 0.0))


def readers_at_work(panel: Panel) -> BoolArray:
    """`(n_readers,)`, who of the readers read any item."""
    return np.asarray(panel.given.any(axis=0), dtype=np.bool_)


def pairs_met(panel: Panel) -> int:
    """Number of pairs of readers who have an item in common."""
    given = panel.given.astype(np.float64)
    return int(np.count_nonzero(np.triu(given.T @ given, k=1)))


def why_unpaired(panel: Panel) -> str | None:
    """Why no two readings can be compared, or None where some can."""
    if not panel.given.any():
        return "no item was read"
    if too_few_readers(panel):
        return too_few_readers(panel)
    return None if (panel.given.sum(axis=1) > 1).any() else "no item was read by two readers"


def why_alike(by_grade: FloatArray, scale: tuple[int, ...]) -> str | None:
    """Why chance leaves no disagreement, or None where two grades were given.

    Args:
        by_grade: `(n_items, k)` readings that count.
        scale: The grades.
    """
    met = np.flatnonzero(by_grade.sum(axis=0))
    if len(met) != 1:
        return None
    return f"every reading that counts is grade {scale[met[0]]}: chance leaves no disagreement"
