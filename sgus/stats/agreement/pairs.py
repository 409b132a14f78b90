"""Every pair of readers with its cross-table, item by item: what all pairwise figures sum up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.family import Family, Label
from sgus.stats.agreement.panel import Panel

FloatArray = NDArray[np.float64]
NO_OVERLAP = "no item was read by both"


def pair_list(panel: Panel) -> list[tuple[int, int]]:
    """Columns of all pairs of readers: (0, 1), (0, 2), ... (1, 2), ...; none with one reader."""
    n = panel.n_readers
    return [(a, b) for a in range(n) for b in range(a + 1, n)]


def joint_counts(panel: Panel) -> FloatArray:
    """What each item adds to the cross-table of each pair.

    Args:
        panel: The ratings.

    Returns:
        `(n_items, n_pairs, k, k)`: 1 at the two grades given, the first reader's down, all 0
        where either did not read the item. Pairs in the order of `pair_list`.
    """
    first, second = _columns(panel)
    one_hot = panel.one_hot
    return np.asarray(one_hot[:, first, :, None] * one_hot[:, second, None, :])


@dataclass(frozen=True, eq=False)
class Pairs:
    """The pairs of a panel, counted once and shared by all pairwise families.

    Attributes:
        raters: Names of the two readers of each pair.
        features: `(n_items, n_pairs * k * k)`, `joint_counts` as sums want them.
        both: `(n_items, n_pairs)`, whether both read the item.
        scale: The grades.
    """

    raters: tuple[tuple[str, ...], ...]
    features: FloatArray
    both: NDArray[np.bool_]
    scale: tuple[int, ...]

    @property
    def n_pairs(self) -> int:
        """Number of pairs, defined or not."""
        return len(self.raters)

    @property
    def k(self) -> int:
        """Number of grades."""
        return len(self.scale)

    def tables(self, sums: FloatArray) -> FloatArray:
        """Sums `(..., n_pairs * k * k)` as one row a cross-table: `(..., n_pairs, k * k)`."""
        return sums.reshape(*sums.shape[:-1], self.n_pairs, self.k * self.k)

    def observed(self) -> FloatArray:
        """`(n_pairs, k, k)`, the cross-tables of the panel as it is."""
        return np.asarray(self.features.sum(axis=0).reshape(self.n_pairs, self.k, self.k))


def pairs_of(panel: Panel) -> Pairs:
    """Count the pairs of a panel."""
    first, second = _columns(panel)
    return Pairs(
        raters=tuple((panel.readers[a], panel.readers[b]) for a, b in pair_list(panel)),
        features=joint_counts(panel).reshape(panel.n_items, len(first) * panel.n_grades**2),
        both=panel.given[:, first] & panel.given[:, second],
        scale=panel.scale,
    )


def too_few_readers(panel: Panel) -> str | None:
    """Why a panel has no pair of readers, or None where it has."""
    reasons = ("no reader", "only one reader")
    return reasons[panel.n_readers] if panel.n_readers < 2 else None


def without_pairs(
    panel: Panel, statistic: str, *, weights: tuple[str | None, ...], grades: tuple[int | None, ...]
) -> Family:
    """The family of a pairwise figure where there is no pair: a row each that says why.

    Args:
        panel: A panel of fewer than two readers.
        statistic: Name of the figure.
        weights: Weights it is given with.
        grades: Grades it is given for, `(None,)` where it is about no one grade.
    """
    labels = tuple(Label(statistic, w, "pair", panel.readers, g) for w in weights for g in grades)
    n = len(labels)
    return Family(
        labels=labels,
        features=np.zeros((panel.n_items, 0)),
        values=lambda sums: np.full((*sums.shape[:-1], n), np.nan),
        used=np.zeros((panel.n_items, n), dtype=np.bool_),
        n_raters=(panel.n_readers,) * n,
        n_pairs=(0,) * n,
        reasons=(too_few_readers(panel),) * n,
        closed=(None,) * n,
    )


def _columns(panel: Panel) -> tuple[list[int], list[int]]:
    """Columns of the first and of the second reader of each pair."""
    pairs = pair_list(panel)
    return [a for a, _ in pairs], [b for _, b in pairs]
