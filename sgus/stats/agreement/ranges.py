"""Between which ends a figure can lie: what the scale of its interval is chosen by."""

from __future__ import annotations

import math
from typing import Final

from sgus.stats.agreement.family import Label
from sgus.stats.agreement.weights import agreement_weights

SHARES: Final = frozenset(
    {
        "accuracy", "average_advantage", "crossing_rate", "crossing_share", "disagreement_rate",
        "disagreement_share", "kendall_w", "percent_agreement", "reader_higher", "reader_lower",
        "reader_says", "specific_agreement", "swap_rate", "swap_rate_within",
    }
)  # fmt: skip
"""Statistics from 0 to 1."""
_BIAS: Final = "reader_bias"  # in grades
_DIFFERENCES: Final = ("_difference", "_minus_inter")  # ends of the names of differences


def bounded(label: Label) -> bool:
    """Whether the figure has a lowest and a highest value: no difference, nothing in grades."""
    return label.statistic != _BIAS and not label.statistic.endswith(_DIFFERENCES)


def range_of(label: Label, scale: tuple[int, ...]) -> tuple[float, float]:
    """The lowest and the highest value that the figure can have.

    Args:
        label: What the figure is.
        scale: The grades.

    Returns:
        0 and 1 for shares and for Kendall's W; those values of PABAK to which these agreements
        belong, so that both have one interval; -1 and 1 for other coefficients and indices,
        although few readings or several readers can put a coefficient's own least value
        elsewhere; minus and plus infinity for differences of two figures and for reader bias.
    """
    if label.statistic in SHARES:
        return 0.0, 1.0
    if label.statistic == "pabak" and label.weights is not None and len(scale) > 1:
        by_chance = float((1.0 - agreement_weights(scale, label.weights)).mean())
        return 1.0 - 1.0 / by_chance, 1.0
    if not bounded(label):
        return -math.inf, math.inf
    return -1.0, 1.0
