"""Boundaries between neighbouring grades, and pairs of readings counted on them."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


class Boundary(NamedTuple):
    """Two grades that follow each other on the scale, such as 0 and 1."""

    lower: int
    upper: int

    def __str__(self) -> str:
        return f"{self.lower}/{self.upper}"


def boundaries(scale: tuple[int, ...]) -> tuple[Boundary, ...]:
    """The boundaries of a scale, the lowest first: 0/1, 1/2 and 2/3 of the OMERACT score."""
    return tuple(Boundary(*pair) for pair in pairwise(scale))


def boundary_code(scale: tuple[int, ...], boundary: tuple[int, int]) -> int:
    """Place of a boundary's lower grade on the scale; its upper grade is the next.

    Raises:
        ValueError: The two grades do not follow each other on the scale.
    """
    known = boundaries(scale)
    if boundary not in known:
        names = ", ".join(map(str, known))
        raise ValueError(f"{boundary} is no boundary of neighbouring grades; known: {names}")
    return known.index(Boundary(*boundary))


def pairs_of(counts: FloatArray) -> FloatArray:
    """How many pairs so many readings make: n (n - 1) / 2, of the same shape."""
    return counts * (counts - 1.0) / 2.0


def readers_met(left: BoolArray, right: BoolArray | None) -> tuple[int, int]:
    """How many readers, and pairs of readers, meet on an item.

    Args:
        left: `(n_items, n_left)`, whether a reader takes part on an item.
        right: `(n_items, n_right)` of other readers, to count pairs of one of each; None counts
            the pairs among those of `left`.

    Returns:
        Readers in such a pair, and pairs.
    """
    other = left if right is None else right
    met = left.astype(np.float64).T @ other.astype(np.float64) > 0
    if right is None:
        met = np.triu(met, 1)
        return int((met.any(axis=0) | met.any(axis=1)).sum()), int(met.sum())
    return int(met.any(axis=0).sum() + met.any(axis=1).sum()), int(met.sum())
