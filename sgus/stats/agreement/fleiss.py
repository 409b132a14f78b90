"""Fleiss' kappa, overall and by grade, also where items were read by unequal numbers of readers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.family import ClosedForm, Family, Label
from sgus.stats.agreement.item_counts import (
    WEIGHTS,
    ItemCounts,
    beyond_chance,
    costs,
    disagreements,
    expected_cost,
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


def fleiss_family(panel: Panel) -> Family:
    """Fleiss' kappa with four weightings, and one for each grade.

    Observed disagreement is the mean, over items that two readers or more read, of the mean cost
    of the item's pairs of readings. Chance draws both grades by the mean, over all items read,
    of the item's share of each grade (Gwet's form; with as many readers for every item it is
    Fleiss's). Kappa of a grade is the same figure of the two categories "this grade" and "any
    other", which with complete data is Fleiss's 1971 kappa of a category.

    Args:
        panel: The ratings.

    Returns:
        Figures `fleiss_kappa`: form `overall` by weights, then form `category` by grade.
        Undefined where no item has two readings, where one grade only was given, and, by
        grade, where nobody or everybody gave the grade.

    References:
        Fleiss 1971, 10.1037/h0031619; Gwet 2014, Handbook of Inter-Rater Reliability, 4th
        edition, chapter 2.
    """
    counts = item_counts(panel)
    cost = costs(panel.scale)
    overall, apart = disagreements(counts, panel.scale), counts.apart()
    n_met = overall.shape[1] + apart.shape[1]

    def expected(sums: FloatArray) -> FloatArray:
        share = ratio(sums[..., 2 + n_met :], sums[..., 1:2])
        by_grade = 2.0 * share * (1.0 - share)
        return np.concatenate([expected_cost(cost, share), by_grade], axis=-1)

    def values(sums: FloatArray) -> FloatArray:
        observed = ratio(sums[..., 2 : 2 + n_met], sums[..., :1])
        return beyond_chance(observed, expected(sums))

    features = np.concatenate(
        [counts.paired[:, None], counts.rated[:, None], overall, apart, counts.shares], axis=1
    )
    labels = _labels(panel)
    found, by_chance = (part(features.sum(axis=0)) for part in (values, expected))
    return Family(
        labels=labels,
        features=features,
        values=values,
        used=np.repeat(counts.rated[:, None], len(labels), axis=1),
        n_raters=(int(readers_at_work(panel).sum()),) * len(labels),
        n_pairs=(pairs_met(panel),) * len(labels),
        reasons=_reasons(panel, counts, defined=np.isfinite(found)),
        closed=tuple(
            _closed(counts, features[:, 2 + at], found[at], by_chance[at], term)
            for at, term in enumerate(_terms_of_chance(counts, cost))
        ),
    )


def _labels(panel: Panel) -> tuple[Label, ...]:
    overall = [Label("fleiss_kappa", name, "overall", panel.readers) for name in WEIGHTS]
    by_grade = [
        Label("fleiss_kappa", "unweighted", "category", panel.readers, grade)
        for grade in panel.scale
    ]
    return (*overall, *by_grade)


def _terms_of_chance(counts: ItemCounts, cost: FloatArray) -> FloatArray:
    """`(n_labels, n_items)`, each item's term of the disagreement expected by chance."""
    share = counts.shares
    mean = share[counts.rated].mean(axis=0) if counts.rated.any() else np.zeros(share.shape[1])
    overall = share @ (cost @ mean).T  # (n_items, 4)
    by_grade = share * (1.0 - mean) + (1.0 - share) * mean
    return np.concatenate([overall, by_grade], axis=1).T


def _closed(
    counts: ItemCounts, disagreement: FloatArray, value: float, expected: float, term: FloatArray
) -> ClosedForm | None:
    if not np.isfinite(value):
        return None
    terms = coefficient_terms(counts, disagreement, expected=expected, expected_by_item=term)
    return t_interval(value, terms)


def _reasons(
    panel: Panel, counts: ItemCounts, *, defined: NDArray[np.bool_]
) -> tuple[str | None, ...]:
    why = why_unpaired(panel) or why_alike(counts.by_grade, panel.scale)
    unused = [why or f"nobody gave grade {grade}" for grade in panel.scale]
    named = [why] * len(WEIGHTS) + unused
    return tuple(None if known else text for known, text in zip(defined, named, strict=True))
