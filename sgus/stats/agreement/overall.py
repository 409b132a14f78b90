"""Percent agreement and grade-specific agreement of all readers together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.family import ClosedForm, Family, Label
from sgus.stats.agreement.item_counts import (
    WEIGHTS,
    disagreements,
    item_counts,
    pairs_met,
    readers_at_work,
    why_unpaired,
)
from sgus.stats.agreement.linearised import coefficient_terms, t_interval
from sgus.stats.agreement.panel import Panel
from sgus.stats.agreement.rates import Rate, rate_family
from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]


def percent_family(panel: Panel) -> Family:
    """Agreement of all readers, not corrected for chance, with four weightings.

    The mean, over items that two readers or more read, of the mean agreement of the item's pairs
    of readings; every item counts the same, however many read it.

    Args:
        panel: The ratings.

    Returns:
        Figures `percent_agreement`, form `all readers`, by weights, 0 to 1. Undefined where no
        item has two readings.

    References:
        Gwet 2014, Handbook of Inter-Rater Reliability, 4th edition, chapter 2.
    """
    counts = item_counts(panel)
    by_item = disagreements(counts, panel.scale)

    def values(sums: FloatArray) -> FloatArray:
        return 1.0 - ratio(sums[..., 1:], sums[..., :1])

    features = np.concatenate([counts.paired[:, None], by_item], axis=1)
    found = values(features.sum(axis=0))
    n = len(WEIGHTS)

    def closed(at: int) -> ClosedForm | None:
        if not np.isfinite(found[at]):
            return None
        terms = coefficient_terms(counts, by_item[:, at], expected=1.0)
        return t_interval(float(found[at]), terms, floor=0.0)

    return Family(
        labels=tuple(
            Label("percent_agreement", name, "all readers", panel.readers) for name in WEIGHTS
        ),
        features=features,
        values=values,
        used=np.repeat(counts.paired[:, None], n, axis=1),
        n_raters=(int(readers_at_work(panel).sum()),) * n,
        n_pairs=(pairs_met(panel),) * n,
        reasons=tuple(None if np.isfinite(value) else why_unpaired(panel) for value in found),
        closed=tuple(closed(at) for at in range(n)),
    )


def specific_family(panel: Panel) -> Family:
    """How often a second reader gives a grade that a first one gave, for each grade.

    `sum n (n - 1) / sum n (r - 1)` over items, with `n` readings of the grade among `r` readings
    of the item: every ordered pair of readings counts the same.

    Args:
        panel: The ratings.

    Returns:
        Figures `specific_agreement`, form `all readers`, by grade, 0 to 1. Undefined where
        nobody gave the grade to an item that a second reader read.

    References:
        Fleiss 1971, 10.1037/h0031619; Cicchetti & Feinstein 1990, 10.1016/0895-4356(90)90159-M.
    """
    counts = item_counts(panel)
    given, others = counts.by_grade, counts.readings[:, None] - 1.0
    why = why_unpaired(panel)
    n_raters, n_pairs = int(readers_at_work(panel).sum()), pairs_met(panel)
    rates = [
        Rate(
            label=Label("specific_agreement", "unweighted", "all readers", panel.readers, grade),
            part=given[:, at] * (given[:, at] - 1.0),
            whole=given[:, at] * np.maximum(others[:, 0], 0.0),
            n_raters=n_raters,
            n_pairs=n_pairs,
            empty=why or f"nobody gave grade {grade} to an item that two readers read",
        )
        for at, grade in enumerate(panel.scale)
    ]
    return rate_family(rates, n_items=panel.n_items)
