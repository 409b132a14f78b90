"""Krippendorff's alpha: nominal, ordinal by its own rank metric, and interval."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.family import ClosedForm, Family, Label
from sgus.stats.agreement.item_counts import (
    ItemCounts,
    beyond_chance,
    item_counts,
    pairs_met,
    why_alike,
    why_unpaired,
)
from sgus.stats.agreement.linearised import coefficient_terms, t_interval
from sgus.stats.agreement.panel import Panel

LEVELS: Final = ("nominal", "ordinal", "interval")

FloatArray = NDArray[np.float64]


def krippendorff_family(panel: Panel) -> Family:
    """Krippendorff's alpha at three levels of measurement.

    `1 - observed / expected disagreement` of the coincidence matrix; an item with one reading
    says nothing and is left out. The ordinal metric goes by how many of the readings that count
    lie between two grades, so that every resample has its own; the interval metric by the
    values of the scale. A grade that nobody gave changes nothing.

    Args:
        panel: The ratings.

    Returns:
        Figures `krippendorff_alpha` by level. Undefined where no item has two readings, and
        where the readings that count are all one grade. The ordinal one has no closed form.

    References:
        Krippendorff 2011, Computing Krippendorff's alpha-reliability,
        https://repository.upenn.edu/asc_papers/43; standard errors: Gwet 2014, Handbook of
        Inter-Rater Reliability, 4th edition, chapter 2.
    """
    counts = _pairable(item_counts(panel))
    first, second = np.triu_indices(panel.n_grades, k=1)
    fixed = _fixed_metrics(panel.scale)[:, first, second]

    def values(sums: FloatArray) -> FloatArray:
        met, given = sums[..., : len(first)], sums[..., len(first) :]
        ranks = _rank_metric(given)[..., first, second]
        chance = given[..., first] * given[..., second]
        levels = (fixed[0], ranks, fixed[1])
        observed = np.stack([(met * level).sum(axis=-1) for level in levels], axis=-1)
        expected = np.stack([(chance * level).sum(axis=-1) for level in levels], axis=-1)
        n = given.sum(axis=-1, keepdims=True)
        return beyond_chance((n - 1.0) * observed, expected)

    by_grade = counts.by_grade
    others = np.maximum(counts.readings - 1.0, 1.0)[:, None]
    met = by_grade[:, first] * by_grade[:, second] / others
    features = np.concatenate([met, by_grade], axis=1)
    found = values(features.sum(axis=0))
    why = why_unpaired(panel) or why_alike(by_grade, panel.scale)
    n, active = len(LEVELS), panel.given[counts.paired].any(axis=0)
    return Family(
        labels=tuple(Label("krippendorff_alpha", name, None, panel.readers) for name in LEVELS),
        features=features,
        values=values,
        used=np.repeat(counts.paired[:, None], n, axis=1),
        n_raters=(int(active.sum()),) * n,
        n_pairs=(pairs_met(panel),) * n,
        reasons=tuple(None if np.isfinite(value) else why for value in found),
        closed=_closed(panel, counts, found),
    )


def _pairable(counts: ItemCounts) -> ItemCounts:
    """The counts with lone readings taken out."""
    return ItemCounts(np.where(counts.paired[:, None], counts.by_grade, 0.0))


def _fixed_metrics(scale: tuple[int, ...]) -> FloatArray:
    """`(2, k, k)`, squared differences of the nominal and of the interval level."""
    grades = np.asarray(scale, dtype=np.float64)
    return np.stack([1.0 - np.eye(len(grades)), (grades[:, None] - grades) ** 2])


def _rank_metric(given: FloatArray) -> FloatArray:
    """Squared differences of the ordinal level.

    Args:
        given: `(..., k)`, readings of each grade that count.

    Returns:
        `(..., k, k)`: the square of the readings between the middles of the two grades.
    """
    middle = np.cumsum(given, axis=-1) - given / 2.0
    return np.asarray((middle[..., :, None] - middle[..., None, :]) ** 2)


def _closed(panel: Panel, counts: ItemCounts, found: FloatArray) -> tuple[ClosedForm | None, ...]:
    """Gwet's standard errors of the nominal and the interval level."""
    if not np.isfinite(found[0]):
        return (None,) * len(LEVELS)
    df = int(panel.given.any(axis=1).sum()) - 1  # irrCAC 1.4 counts items with one reading here
    nominal, interval = (alpha_terms(counts, cost) for cost in _fixed_metrics(panel.scale))
    return (
        t_interval(float(found[0]), nominal, df=df),
        None,
        t_interval(float(found[2]), interval, df=df),
    )


def alpha_terms(counts: ItemCounts, cost: FloatArray) -> FloatArray:
    """Linearised terms of alpha without its correction for few readings.

    Args:
        counts: Readings by item and grade, lone readings taken out, not all of one grade.
        cost: `(k, k)` squared differences, in any unit.

    Returns:
        `(n_paired,)` terms, whose spread is that of alpha.
    """
    kept = ItemCounts(counts.by_grade[counts.paired])
    weight = kept.readings / kept.readings.mean()  # (n_paired,)
    share = kept.by_grade.sum(axis=0) / kept.readings.sum()
    expected = float(share @ cost @ share)
    observed = weight * kept.disagreement(cost)
    # Items with more readings weigh more; the weights themselves vary with the items drawn.
    observed = observed - observed.mean() * (weight - 1.0)
    by_chance = weight * (kept.shares @ (cost @ share)) - expected * (weight - 1.0)
    return coefficient_terms(kept, observed, expected=expected, expected_by_item=by_chance)
