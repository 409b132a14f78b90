"""Swaps of every two readers as a matrix, for a heat map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.panel import Panel
from sgus.stats.boundary.neighbours import boundary_code
from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SwapMatrix:
    """Counts of swaps of every two readers, for a heat map; symmetric, with an empty diagonal.

    Attributes:
        readers: Names, in the order of rows and columns.
        swaps: `(n_readers, n_readers)` items the two gave the two grades, one each.
        within: Items both gave one of the two grades.
        both: Items both read.
    """

    readers: tuple[str, ...]
    swaps: FloatArray
    within: FloatArray
    both: FloatArray

    @property
    def rate(self) -> FloatArray:
        """`swap_rate` of each pair; NaN on the diagonal and where no item is shared."""
        return ratio(self.swaps, self.both)

    @property
    def rate_within(self) -> FloatArray:
        """`swap_rate_within` of each pair; NaN on the diagonal and where it has no item."""
        return ratio(self.swaps, self.within)


def swap_matrix(panel: Panel, boundary: tuple[int, int]) -> SwapMatrix:
    """Count the swaps of every two readers.

    Raises:
        ValueError: The boundary is none of the scale.
    """
    code = boundary_code(panel.scale, boundary)
    lower, upper = panel.one_hot[..., code], panel.one_hot[..., code + 1]
    near, read = lower + upper, panel.given.astype(np.float64)
    crossed = lower.T @ upper
    off = 1.0 - np.eye(panel.n_readers)  # a reader makes no pair with itself
    return SwapMatrix(
        panel.readers, (crossed + crossed.T) * off, (near.T @ near) * off, (read.T @ read) * off
    )
