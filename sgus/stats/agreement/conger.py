"""Conger's kappa: like Fleiss' kappa, with each reader's own habit in the chance agreement."""

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


def conger_family(panel: Panel) -> Family:
    """Conger's kappa with four weightings.

    Observed disagreement as in Fleiss' kappa. Chance draws two different readers and from each a
    grade by that reader's own shares; with two readers it is Cohen's kappa. Missing readings: a
    reader's shares are those of the items he read; who read nothing takes no part.

    Args:
        panel: The ratings.

    Returns:
        Figures `conger_kappa` by weights. Undefined where no item has two readings, and where
        all readers gave one and the same grade only.

    References:
        Conger 1980, 10.1037/0033-2909.88.2.322; Gwet 2014, Handbook of Inter-Rater Reliability,
        4th edition, chapters 2 and 3 (missing readings, weights).
    """
    counts = item_counts(panel)
    cost = costs(panel.scale)
    by_item = disagreements(counts, panel.scale)
    n = len(WEIGHTS)

    def expected(sums: FloatArray) -> FloatArray:
        grades = sums[..., 1 + n :].reshape(*sums.shape[:-1], panel.n_readers, panel.n_grades)
        return _expected(cost, grades)

    def values(sums: FloatArray) -> FloatArray:
        observed = ratio(sums[..., 1 : 1 + n], sums[..., :1])
        return beyond_chance(observed, expected(sums))

    given = panel.one_hot.reshape(panel.n_items, panel.n_readers * panel.n_grades)
    features = np.concatenate([counts.paired[:, None], by_item, given], axis=1)
    found, by_chance = (part(features.sum(axis=0)) for part in (values, expected))
    why = why_unpaired(panel) or why_alike(counts.by_grade, panel.scale)
    return Family(
        labels=tuple(Label("conger_kappa", name, None, panel.readers) for name in WEIGHTS),
        features=features,
        values=values,
        used=np.repeat(counts.rated[:, None], n, axis=1),
        n_raters=(int(readers_at_work(panel).sum()),) * n,
        n_pairs=(pairs_met(panel),) * n,
        reasons=tuple(None if np.isfinite(value) else why for value in found),
        closed=tuple(
            _closed(panel, counts, by_item[:, at], found[at], by_chance[at], cost[at])
            for at in range(n)
        ),
    )


def _shares(grades: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shares of each reader's grades, `(..., m, k)`, and how many readers have any, `(..., 1)`."""
    n = grades.sum(axis=-1, keepdims=True)
    return grades / np.maximum(n, 1.0), (n > 0).sum(axis=-2).astype(np.float64)


def _expected(cost: FloatArray, grades: FloatArray) -> FloatArray:
    """Mean cost of the grades of two different readers, `(..., 4)`; NaN with fewer than two.

    Args:
        cost: `(4, k, k)`.
        grades: `(..., n_readers, k)`, how often each reader gave each grade.
    """
    share, active = _shares(grades)
    pooled = share.sum(axis=-2)
    whole = np.einsum("...k,wkl,...l->...w", pooled, cost, pooled, optimize=True)
    # A reader does not meet himself.
    second = np.einsum("...mk,...ml->...kl", share, share, optimize=True)
    own = np.einsum("wkl,...kl->...w", cost, second, optimize=True)
    return ratio(whole - own, active * (active - 1.0))


def _closed(
    panel: Panel,
    counts: ItemCounts,
    disagreement: FloatArray,
    value: float,
    expected: float,
    cost: FloatArray,
) -> ClosedForm | None:
    if not np.isfinite(value):
        return None
    terms = coefficient_terms(
        counts,
        disagreement,
        expected=expected,
        expected_by_item=expected + _chance_by_item(panel, cost, n_rated=int(counts.rated.sum())),
    )
    return t_interval(value, terms)


def _chance_by_item(panel: Panel, cost: FloatArray, *, n_rated: int) -> FloatArray:
    """`(n_items,)`, how each item moves the disagreement expected; the mean over rated is 0.

    Args:
        panel: The ratings.
        cost: `(k, k)`.
        n_rated: Items that anybody read.
    """
    grades = panel.one_hot.sum(axis=0)  # (n_readers, k)
    share, active = _shares(grades)
    met = (share.sum(axis=0) - share) @ cost  # (n_readers, k): cost of a grade to the others
    own = (share * met).sum(axis=1)
    moved = panel.one_hot * (met - own[:, None])  # 0 where missing
    times = n_rated / np.maximum(grades.sum(axis=1), 1.0)
    n = float(active[0])
    return np.asarray((moved.sum(axis=2) @ times) / (n * (n - 1.0)), dtype=np.float64)
