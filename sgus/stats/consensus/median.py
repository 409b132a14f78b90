"""The median of the readers: the middle grade of an item's readings, always one that was given.

An even number of readings may have two different middle grades. No mean is taken of them: half a
grade is no grade, and between 0 and 2 the mean would be a grade that nobody gave. A tie rule
decides instead, however far apart the two are.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.panel import MISSING, CodeArray, Panel
from sgus.stats.consensus.votes import leave_one_out_votes, votes

MedianTie = Literal["lower", "upper", "none"]
"""Which of two middle grades counts: the lower, the upper, or none (then there is no consensus)."""


def median_consensus(panel: Panel, *, tie: MedianTie = "lower", least: int = 1) -> CodeArray:
    """The median reading of each item.

    Args:
        panel: The readings; they are not changed.
        tie: The rule where the two middle readings differ; with `none` the item has no consensus.
        least: Readings an item needs for a consensus.

    Returns:
        `(n_items,)`, place on the scale, or `MISSING` where there is no consensus.

    Raises:
        ValueError: The rule is unknown, or `least` is below 1.
    """
    return median_of_votes(votes(panel), tie=tie, least=least)


def leave_one_out_median(panel: Panel, *, tie: MedianTie = "lower", least: int = 1) -> CodeArray:
    """The median of all readers but one: what a reader is compared with without being part of it.

    Args:
        panel: The readings; they are not changed.
        tie: The rule where the two middle readings of the others differ.
        least: Readings of others an item needs for a consensus. With one, the consensus of a
            pair of readers is simply the other reader.

    Returns:
        `(n_items, n_readers)`, in column j the median of all readers but j, whether or not j
        read the item; `MISSING` where there is none.

    Raises:
        ValueError: The rule is unknown, or `least` is below 1.
    """
    return median_of_votes(leave_one_out_votes(panel), tie=tie, least=least)


def median_of_votes(counts: NDArray[np.int64], *, tie: MedianTie, least: int = 1) -> CodeArray:
    """The median grade of each histogram.

    Args:
        counts: `(..., n_grades)`, readings of each grade.
        tie: The rule for two middle grades.
        least: Readings a histogram needs.

    Returns:
        `(...)`, place on the scale, or `MISSING`.

    Raises:
        ValueError: The rule is unknown, or `least` is below 1.
    """
    if tie not in get_args(MedianTie):
        raise ValueError(f"{tie!r} is no tie rule of the median; known: {get_args(MedianTie)}")
    if least < 1:
        raise ValueError(f"a consensus needs one reading or more, not {least}")
    n = counts.sum(axis=-1)
    reached = 2 * counts.cumsum(axis=-1)  # readings up to each grade, twice
    lower = np.argmax(reached >= n[..., None], axis=-1)
    upper = np.argmax(reached > n[..., None], axis=-1)
    there = n >= least
    if tie == "none":
        there = there & (lower == upper)
    middle = upper if tie == "upper" else lower
    return np.where(there, middle, MISSING).astype(np.int8)
