"""Swaps of a reader with itself, between repeated readings of one item."""

from __future__ import annotations

import numpy as np

from sgus.stats.agreement.family import Family, Label
from sgus.stats.agreement.panel import Readings
from sgus.stats.agreement.rates import Rate, rate_family
from sgus.stats.boundary.neighbours import boundary_code, pairs_of


def intra_swap_family(readings: Readings, boundary: tuple[int, int]) -> Family:
    """Swaps of a reader with itself, between repeated readings of one item.

    It is the floor of what readers can disagree on: whoever swaps with itself this often swaps
    with others too.

    Args:
        readings: All readings; every two of a reader on one item make a pair.
        boundary: Two neighbouring grades.

    Returns:
        `swap_rate` and `swap_rate_within`, of each reader (form `intra-reader`) and pooled over
        all pairs of readings (form `intra-reader, all readers`).

    Raises:
        ValueError: The boundary is none of the scale.
    """
    panel = readings.first
    code = boundary_code(panel.scale, boundary)
    read = (readings.codes >= 0).sum(axis=2).astype(np.float64)  # (n_items, n_readers)
    lower, upper = ((readings.codes == code + side).sum(axis=2) * 1.0 for side in (0, 1))
    swaps = lower * upper
    rates = []
    for statistic, whole, empty in (
        ("swap_rate", pairs_of(read), "no repeated readings"),
        ("swap_rate_within", pairs_of(lower + upper), "no repeated readings in these two grades"),
    ):
        label = Label(statistic, None, "intra-reader, all readers", panel.readers, boundary[0])
        n_raters = int((whole.sum(axis=0) > 0).sum())
        rates.append(Rate(label, swaps.sum(axis=1), whole.sum(axis=1), n_raters, 0, empty))
        for j, name in enumerate(panel.readers):
            label = Label(statistic, None, "intra-reader", (name,), boundary[0])
            rates.append(Rate(label, swaps[:, j], whole[:, j], 1, 0, empty))
    return rate_family(rates, n_items=panel.n_items)
