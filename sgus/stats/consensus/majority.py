"""The majority of the readers: the grade that most of an item's readings gave.

It takes grades for names without an order: of the readings 0, 0, 2, 3, 3, 3 it makes 3, and of
0, 0, 3, 3 a tie, which a rule has to break.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from sgus.stats.agreement.panel import MISSING, CodeArray, Panel
from sgus.stats.consensus.median import median_of_votes
from sgus.stats.consensus.votes import votes

MajorityTie = Literal["lower", "upper", "median", "none"]
"""Which of several most frequent grades counts: the lowest, the highest, the median of all readings
in their place, or none (then there is no consensus)."""


def majority_consensus(panel: Panel, *, tie: MajorityTie = "lower", least: int = 1) -> CodeArray:
    """The most frequent grade of each item; it need not be that of more than half the readings.

    Args:
        panel: The readings; they are not changed.
        tie: The rule where several grades are the most frequent. `median` takes the lower median
            of all readings of the item, which may be a grade between the most frequent ones.
        least: Readings an item needs for a consensus.

    Returns:
        `(n_items,)`, place on the scale, or `MISSING` where there is no consensus.

    Raises:
        ValueError: The rule is unknown, or `least` is below 1.
    """
    if tie not in get_args(MajorityTie):
        raise ValueError(f"{tie!r} is no tie rule of the majority; known: {get_args(MajorityTie)}")
    counts = votes(panel)
    median = median_of_votes(counts, tie="lower", least=least)
    most = counts == counts.max(axis=1, keepdims=True)
    lowest = np.argmax(most, axis=1)
    highest = panel.n_grades - 1 - np.argmax(most[:, ::-1], axis=1)
    tied = lowest != highest
    decided = {
        "lower": lowest,
        "upper": highest,
        "median": np.where(tied, median, lowest),
        "none": np.where(tied, MISSING, lowest),
    }[tie]
    return np.where(median == MISSING, MISSING, decided).astype(np.int8)
