"""Cohen's kappa of every pair of readers, with the standard error for kappas that are not 0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.family import ClosedForm, Family, Label
from sgus.stats.agreement.pairs import NO_OVERLAP, Pairs, pairs_of, too_few_readers, without_pairs
from sgus.stats.agreement.panel import Panel
from sgus.stats.agreement.weights import agreement_weights
from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]
WEIGHTINGS = ("unweighted", "linear", "quadratic")
_METHOD = "Fleiss-Cohen-Everitt standard error, normal interval"
_Z = 1.959963984540054
_NO_VARIANCE = 1e-18  # rounding of a variance that is zero, times the number of items


def cohen_kappas(tables: FloatArray, scale: tuple[int, ...]) -> FloatArray:
    """Kappa of cross-tables, in the three weightings: 1 - disagreement / that by chance.

    Args:
        tables: `(..., k * k)` counts, the first reader's grades down.
        scale: The k grades.

    Returns:
        `(..., 3)`, unweighted, linear, quadratic; NaN where chance leaves no disagreement: both
        readers gave one and the same grade throughout, or there is no item.
    """
    k = len(scale)
    costs = np.stack([1.0 - agreement_weights(scale, name) for name in WEIGHTINGS])  # (3, k, k)
    eye = np.eye(k)
    to_rows = np.repeat(eye, k, axis=0)
    to_columns = np.tile(eye, (k, 1))
    together = np.concatenate([costs.reshape(3, -1).T, to_rows, to_columns], axis=1)
    sums = tables @ together  # (..., 3 + 2k): cost, margin of the first, margin of the second
    cost, rows, columns = np.split(sums, [3, 3 + k], axis=-1)
    by_row = (rows @ np.concatenate(costs, axis=1)).reshape(*rows.shape[:-1], 3, k)
    # Costs of 0 on the diagonal and counts of 0 stay exactly 0: an undefined kappa cannot pass
    # for a defined one by rounding.
    by_chance = (by_row @ columns[..., None])[..., 0]
    return 1.0 - ratio(cost * rows.sum(axis=-1, keepdims=True), by_chance)


def fleiss_cohen_everitt(table: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Kappa of cross-tables with its large-sample standard error, every item independent.

    Args:
        table: `(..., k, k)` counts.
        weights: `(k, k)` agreement weights, 1 on the diagonal.

    Returns:
        Kappa and its standard error, `(...)` each; both NaN where kappa is undefined.

    References:
        Fleiss, Cohen & Everitt 1969, 10.1037/h0028106, the variance of their equation for
        kappas other than 0.
    """
    n = table.sum(axis=(-2, -1))
    p = ratio(table, n[..., None, None])
    rows, columns = p.sum(axis=-1), p.sum(axis=-2)
    cost = 1.0 - weights
    missed = (cost * p).sum(axis=(-2, -1))  # 1 - po
    by_chance = (cost * rows[..., :, None] * columns[..., None, :]).sum(axis=(-2, -1))  # 1 - pe
    left = ratio(missed, by_chance)  # 1 - kappa
    # Mean cost of each grade against the other reader's margin.
    means = (columns @ cost.T)[..., :, None] + (rows @ cost)[..., None, :]
    # The published difference of two squares, written as the mean of one: nothing cancels where
    # nearly all items have one grade.
    off = cost + missed[..., None, None] - left[..., None, None] * means
    times_n = ratio((p * off**2).sum(axis=(-2, -1)), by_chance**2)
    se = np.sqrt(ratio(np.where(times_n < _NO_VARIANCE, 0.0, times_n), n))
    return 1.0 - left, se


def cohen_family(panel: Panel, pairs: Pairs | None = None) -> Family:
    """Kappa of every pair, unweighted, linear and quadratic, from the items both read.

    A reader who gave one grade throughout has a kappa of 0 with one who did not: agreement that
    chance would give as well. Where both gave the same one grade, kappa is undefined.

    Args:
        panel: The ratings.
        pairs: Its pairs, where they are already counted.

    Returns:
        `3 n_pairs` figures, the weightings of a pair together. Their closed form takes every
        item as independent; there is none where the standard error is 0.

    References:
        Cohen 1960, 10.1177/001316446002000104; Cohen 1968, 10.1037/h0026256.
    """
    if too_few_readers(panel):
        return without_pairs(panel, "cohen_kappa", weights=WEIGHTINGS, grades=(None,))
    counted = pairs or pairs_of(panel)
    n = counted.n_pairs * len(WEIGHTINGS)
    observed = counted.observed()

    def values(sums: FloatArray) -> FloatArray:
        kappas = cohen_kappas(counted.tables(sums), counted.scale)
        return kappas.reshape(*sums.shape[:-1], n)

    reasons = kappa_reasons(observed, counted.scale)
    return Family(
        labels=tuple(
            Label("cohen_kappa", w, "pair", r) for r in counted.raters for w in WEIGHTINGS
        ),
        features=counted.features,
        values=values,
        used=np.repeat(counted.both, len(WEIGHTINGS), axis=1),
        n_raters=(2,) * n,
        n_pairs=(1,) * n,
        reasons=tuple(reason for reason in reasons for _ in WEIGHTINGS),
        closed=closed_forms(observed, counted.scale),
    )


def kappa_reasons(tables: FloatArray, scale: tuple[int, ...]) -> list[str | None]:
    """Why the kappa of each cross-table is undefined, None where it is defined.

    Args:
        tables: `(n_pairs, k, k)` counts.
        scale: The k grades.
    """
    n = tables.sum(axis=(-2, -1))
    reasons: list[str | None] = [None if count else NO_OVERLAP for count in n]
    pairs, grades = np.nonzero((np.einsum("pgg->pg", tables) == n[:, None]) & (n > 0)[:, None])
    for pair, grade in zip(pairs, grades, strict=True):
        given = f"both gave grade {scale[grade]} to every item"
        reasons[pair] = f"{given}, so that chance leaves no disagreement to compare with"
    return reasons


def closed_forms(tables: FloatArray, scale: tuple[int, ...]) -> tuple[ClosedForm | None, ...]:
    """Closed form of each cross-table and weighting, the weightings of a table together.

    Args:
        tables: `(n_tables, k, k)` counts, every item independent.
        scale: The k grades.

    Returns:
        `3 n_tables` forms; None where kappa is undefined or its standard error is 0.
    """
    found = [fleiss_cohen_everitt(tables, agreement_weights(scale, name)) for name in WEIGHTINGS]
    kappas, errors = (np.stack(parts, axis=1).ravel() for parts in zip(*found, strict=True))
    return tuple(
        _normal(float(kappa), float(se)) if se > 0.0 else None
        for kappa, se in zip(kappas, errors, strict=True)
    )


def _normal(kappa: float, se: float) -> ClosedForm:
    """The normal interval, cut off at the ends of what kappa can be."""
    return ClosedForm(se, max(-1.0, kappa - _Z * se), min(1.0, kappa + _Z * se), _METHOD)
