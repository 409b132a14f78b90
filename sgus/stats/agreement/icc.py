"""Intraclass correlations: two-way for agreement and consistency, and one-way."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.complete import complete_items, why_incomplete
from sgus.stats.agreement.family import ClosedForm, Family, Label
from sgus.stats.agreement.icc_intervals import (
    TwoWay,
    agreement_interval,
    consistency_interval,
    one_way_interval,
    stepped_up,
)
from sgus.stats.agreement.item_counts import pairs_met, readers_at_work, why_unpaired
from sgus.stats.agreement.panel import Panel
from sgus.stats.confusion import ratio

TWO_WAY: Final = ("ICC(A,1)", "ICC(A,k)", "ICC(C,1)", "ICC(C,k)")
ONE_WAY: Final = ("ICC(1)", "ICC(k)")
_ROUNDING: Final = 1e-9
_NO_SPREAD: Final = "every reading is the same: there is no variance to divide"
_NO_ITEM_SPREAD: Final = "the items do not differ in their mean grade: the estimate has no meaning"

FloatArray = NDArray[np.float64]


def two_way_family(panel: Panel) -> Family:
    """ICC of absolute agreement (A) and of consistency (C), of one reader and of the mean of k.

    By the mean squares of a two-way analysis of variance of the scale's values, on the items that
    every reader read; readers who read nothing at all take no part. ICC(A, .) counts it against
    the readers that one is more severe than another, ICC(C, .) does not.

    Args:
        panel: The ratings.

    Returns:
        Figures `icc` with the forms of `TWO_WAY`; 1 at most, and below 0 where readings of an
        item differ more than by chance. Undefined with fewer than two readers or two complete
        items, without variance, and where the denominator is not positive.

    References:
        McGraw & Wong 1996, 10.1037/1082-989X.1.1.30 (with the correction in 1996, 1, 390).
    """
    complete, active = complete_items(panel), readers_at_work(panel)
    m = int(active.sum())
    grades = _grades(panel)[:, active] * complete[:, None]
    features = np.concatenate(
        [
            complete[:, None],
            grades,
            (grades**2).sum(axis=1, keepdims=True),
            grades.sum(axis=1, keepdims=True) ** 2,
        ],
        axis=1,
    ).astype(np.float64)
    observed = two_way(features.sum(axis=0))
    found = _two_way_values(observed)
    n = len(TWO_WAY)
    why = why_incomplete(panel) or (_NO_SPREAD if _flat(observed) else _NO_ITEM_SPREAD)
    return Family(
        labels=tuple(Label("icc", None, form, panel.readers) for form in TWO_WAY),
        features=features,
        values=lambda sums: _two_way_values(two_way(sums)),
        used=np.repeat(complete[:, None], n, axis=1),
        n_raters=(m,) * n,
        n_pairs=(m * (m - 1) // 2 if complete.any() else 0,) * n,
        reasons=tuple(None if np.isfinite(value) else why for value in found),
        closed=_two_way_closed(observed, found),
    )


def _grades(panel: Panel) -> FloatArray:
    """`(n_items, n_readers)`, values of the grades, 0 where missing."""
    return np.asarray(panel.one_hot @ np.asarray(panel.scale, dtype=np.float64))


def two_way(sums: FloatArray) -> TwoWay:
    """Mean squares from sums over items.

    Args:
        sums: `(..., 1 + m + 2)`: items, sum of each reader's grades, sum of squared grades, sum
            of squared item totals.

    Returns:
        Mean squares `(...)`, NaN with fewer than two items or readers.
    """
    n, by_reader, squares, by_item = sums[..., 0], sums[..., 1:-2], sums[..., -2], sums[..., -1]
    m = float(by_reader.shape[-1])
    total = by_reader.sum(axis=-1)
    reader_squares = (by_reader**2).sum(axis=-1)
    # Whole numbers up to the one division, so that what is zero is exactly zero.
    items = n * by_item - total**2
    readers = m * reader_squares - total**2
    rest = n * m * squares - n * by_item - m * reader_squares + total**2
    nm = n * m
    return TwoWay(
        n=n,
        m=m,
        items=ratio(items, nm * np.maximum(n - 1, 0)),
        readers=ratio(readers, nm * np.maximum(m - 1, 0)),
        rest=ratio(rest, nm * np.maximum(n - 1, 0) * np.maximum(m - 1, 0)),
    )


def _flat(mean: TwoWay) -> bool:
    """Whether nothing varies, or there is nothing."""
    return not float(mean.items) > 0 and not float(mean.readers) > 0 and not float(mean.rest) > 0


def _two_way_values(mean: TwoWay) -> FloatArray:
    """Mean squares `(...)` to `(..., 4)` in the order of `TWO_WAY`."""
    above = mean.items - mean.rest
    shift = ratio(mean.readers - mean.rest, mean.n)
    below = (
        mean.items + (mean.m - 1.0) * mean.rest + mean.m * shift,
        mean.items + shift,
        mean.items + (mean.m - 1.0) * mean.rest,
        mean.items,
    )
    return np.stack([_positive_ratio(above, part) for part in below], axis=-1)


def _positive_ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """The quotient; NaN where the divisor, a variance, is not above zero."""
    return ratio(above, np.where(below > _ROUNDING, below, 0.0))


def _two_way_closed(mean: TwoWay, found: FloatArray) -> tuple[ClosedForm | None, ...]:
    if not (float(mean.items) > 0 and float(mean.rest) > 0):
        return (None,) * len(TWO_WAY)  # without residual variance an F interval has no width
    single, average = (
        agreement_interval(mean, float(found[at]), average=bool(at))
        if np.isfinite(found[at])
        else None
        for at in (0, 1)
    )
    consistent = consistency_interval(mean)
    return (single, average, consistent, stepped_up(consistent, mean.m))


def one_way_family(panel: Panel) -> Family:
    """ICC(1) and ICC(k): readers count as exchangeable, also where items have unequal readers.

    By a one-way analysis of variance on the items that two readers or more read, with the
    mean number of readings `(N - sum r^2 / N) / (n - 1)` where the numbers differ.
    ICC(k), of the mean of all k readers, is ICC(1) stepped up by Spearman and Brown, which on
    complete items is the usual ICC(k). F intervals where all items have as many readings.

    Args:
        panel: The ratings.

    Returns:
        Figures `icc` with the forms of `ONE_WAY`. Undefined with fewer than two such items and
        without variance.

    References:
        McGraw & Wong 1996, 10.1037/1082-989X.1.1.30; unequal numbers: Donner 1986, International
        Statistical Review 54, 67-82.
    """
    given = panel.given.astype(np.float64)
    readings = given.sum(axis=1) * (given.sum(axis=1) > 1)
    paired = readings > 1
    grades = _grades(panel) * paired[:, None]
    total, each = grades.sum(axis=1), np.maximum(readings, 1.0)
    between = total**2 / each
    within = np.maximum((grades**2).sum(axis=1) - between, 0.0)
    features = np.stack([paired, readings, readings**2, total, between, within], axis=1)
    features = features.astype(np.float64)
    k = float(readers_at_work(panel).sum())
    found = _one_way_values(features.sum(axis=0), k)
    n_paired = int(paired.sum())
    few = f"{n_paired} of {panel.n_items} items were read by two readers; it takes two such items"
    why = why_unpaired(panel) or (few if n_paired < 2 else None)
    n = len(ONE_WAY)
    return Family(
        labels=tuple(Label("icc", None, form, panel.readers) for form in ONE_WAY),
        features=features,
        values=lambda sums: _one_way_values(sums, k),
        used=np.repeat(paired[:, None], n, axis=1),
        n_raters=(int(panel.given[paired].any(axis=0).sum()),) * n,
        n_pairs=(pairs_met(panel),) * n,
        reasons=tuple(
            None if np.isfinite(value) else why or text
            for value, text in zip(found, (_NO_SPREAD, _NO_ITEM_SPREAD), strict=True)
        ),
        closed=_one_way_closed(features.sum(axis=0), found, readings[paired], k),
    )


def _mean_squares(sums: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean squares between and within items, and mean readings, `(...)` each."""
    items, readings, squared, total, between, within = np.moveaxis(sums, -1, 0)
    items_free = np.maximum(items - 1.0, 0.0)
    spread = between - ratio(total**2, readings)
    # Totals over three readers are no whole numbers: what is zero is zero but for rounding.
    spread, within = (np.where(part > _ROUNDING, part, 0.0) for part in (spread, within))
    mean_readings = ratio(readings - ratio(squared, readings), items_free)
    return ratio(spread, items_free), ratio(within, readings - items), mean_readings


def _one_way_values(sums: FloatArray, k: float) -> FloatArray:
    """Sums `(..., 6)` to `(..., 2)` in the order of `ONE_WAY`."""
    between, within, each = _mean_squares(sums)
    single = _positive_ratio(between - within, between + (each - 1.0) * within)
    average = _positive_ratio(k * single, 1.0 + (k - 1.0) * single)
    return np.stack([single, average], axis=-1)


def _one_way_closed(
    sums: FloatArray, found: FloatArray, readings: FloatArray, k: float
) -> tuple[ClosedForm | None, ...]:
    between, within, _ = (float(part) for part in _mean_squares(sums))
    if not (between > 0 and within > 0 and (readings == readings[0]).all()):
        return (None,) * len(ONE_WAY)
    single = one_way_interval(between / within, n=len(readings), m=float(readings[0]))
    return (single, stepped_up(single, k) if np.isfinite(found[1]) else None)
