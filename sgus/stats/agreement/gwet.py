"""Gwet's AC1 and AC2: agreement beyond chance, where chance needs items that are hard to grade."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.family import ClosedForm, Family, Label, withheld
from sgus.stats.agreement.item_counts import (
    WEIGHTS,
    ItemCounts,
    beyond_chance,
    costs,
    disagreements,
    item_counts,
    pairs_met,
    readers_at_work,
    why_alike,
    why_unpaired,
)
from sgus.stats.agreement.linearised import coefficient_terms, t_interval
from sgus.stats.agreement.panel import Panel
from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]


def gwet_family(panel: Panel) -> Family:
    """AC1 (unweighted) and AC2 (linear, quadratic and ordinal weights).

    Chance agreement is `sum(weights) / (k (k - 1)) * sum(p (1 - p))` with `p` the mean, over all
    items read, of the item's share of each grade. `k` is the length of the scale: a grade that
    nobody gave counts, so that the scale has to be that of the readers' task.

    Args:
        panel: The ratings.

    Returns:
        Figures `gwet_ac`, form `AC1` or `AC2`, by weights. Undefined where no item has two
        readings. Where one grade only was given the formula gives 1; it is withheld, for such
        readings show nothing of how the grades are told apart.

    References:
        Gwet 2008, 10.1348/000711006X126600; Gwet 2014, Handbook of Inter-Rater Reliability, 4th
        edition, chapters 2 and 3.
    """
    counts = item_counts(panel)
    observed_by_item = disagreements(counts, panel.scale)
    per_spread = _agreement_per_spread(panel.scale)
    n_met = len(WEIGHTS)

    def expected(sums: FloatArray) -> FloatArray:
        share = ratio(sums[..., 2 + n_met :], sums[..., 1:2])
        spread = (share * (1.0 - share)).sum(axis=-1, keepdims=True)
        return np.asarray(1.0 - per_spread * spread)

    def values(sums: FloatArray) -> FloatArray:
        return beyond_chance(ratio(sums[..., 2 : 2 + n_met], sums[..., :1]), expected(sums))

    features = np.concatenate(
        [counts.paired[:, None], counts.rated[:, None], observed_by_item, counts.shares], axis=1
    )
    found, by_chance = (part(features.sum(axis=0)) for part in (values, expected))
    family = Family(
        labels=tuple(
            Label("gwet_ac", name, "AC1" if name == "unweighted" else "AC2", panel.readers)
            for name in WEIGHTS
        ),
        features=features,
        values=values,
        used=np.repeat(counts.rated[:, None], n_met, axis=1),
        n_raters=(int(readers_at_work(panel).sum()),) * n_met,
        n_pairs=(pairs_met(panel),) * n_met,
        reasons=tuple(None if np.isfinite(value) else why_unpaired(panel) for value in found),
        closed=tuple(
            _closed(counts, observed_by_item[:, at], found[at], by_chance[at], per_spread[at])
            for at in range(n_met)
        ),
    )
    return withheld(family, (why_alike(counts.by_grade, panel.scale),) * n_met)


def _agreement_per_spread(scale: tuple[int, ...]) -> FloatArray:
    """`(4,)`, `sum(weights) / (k (k - 1))` of each of `WEIGHTS`."""
    k = len(scale)
    return np.asarray((1.0 - costs(scale)).sum(axis=(1, 2)) / (k * (k - 1.0)))


def _closed(
    counts: ItemCounts,
    disagreement: FloatArray,
    value: float,
    expected: float,
    per_spread: float,
) -> ClosedForm | None:
    if not np.isfinite(value):
        return None
    mean = counts.shares[counts.rated].mean(axis=0)
    by_item = 1.0 - per_spread * (counts.shares @ (1.0 - mean))
    terms = coefficient_terms(counts, disagreement, expected=expected, expected_by_item=by_item)
    return t_interval(value, terms)
