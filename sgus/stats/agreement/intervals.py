"""Intervals of many figures at once, from their resamples and from leaving out one unit at a time.

Each gives NaN ends and the reason where an interval would pretend to know what the data do not
show. The resampling unit is the patient, or what the panel has in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from sgus.stats.bootstrap import LEVEL, MIN_PATIENTS, MIN_USABLE

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

Bootstrap = Literal["percentile", "bca", "jackknife_t", "logit_t"]
NO_WIDTH: Final = 1e-12
"""Below this, values differ by the rounding of sums, not by what was drawn."""


@dataclass(frozen=True, eq=False)
class Ends:
    """Intervals of `n_labels` figures.

    Attributes:
        low: `(n_labels,)`, NaN where withheld.
        high: `(n_labels,)`.
        se: `(n_labels,)`, NaN where the resamples say nothing of it.
        n_usable: `(n_labels,)`, resamples in which the figure is defined.
        reasons: Why there is no interval, None where there is one.
    """

    low: FloatArray
    high: FloatArray
    se: FloatArray
    n_usable: IntArray
    reasons: tuple[str | None, ...]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What an interval is made from.

    Attributes:
        values: `(n_labels,)`, the figures as observed, NaN where undefined.
        draws: `(n_labels, n_resamples)`, in each resample, NaN where undefined.
        without: `(n_labels, n_units)`, with one unit left out.
        used: `(n_labels, n_units)`, whether the unit has an item the figure is made from.
        unit: What the units are, such as `patient`.
        ranges: `(n_labels, 2)`, the ends between which each figure can lie, infinite where there
            is none; None where that is so of all.
    """

    values: FloatArray
    draws: FloatArray
    without: FloatArray
    used: BoolArray
    unit: str
    ranges: FloatArray | None = None


def percentile_ends(evidence: Evidence) -> Ends:
    """The two tails of the resamples cut off.

    References:
        Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 13.
    """
    n_labels = len(evidence.values)
    tail = (1.0 - LEVEL) / 2.0
    tails = np.broadcast_to(np.array([tail, 1.0 - tail]), (n_labels, 2))
    return _resampled_ends(evidence, np.sort(evidence.draws, axis=1), tails)


def bca_ends(evidence: Evidence) -> Ends:
    """Percentiles moved for bias and for a spread that changes with the value.

    The bias is the share of resamples below the value (ties count half); the acceleration comes
    from leaving out one unit at a time, the units of that figure only.

    References:
        Efron 1987, 10.1080/01621459.1987.10478410.
    """
    from scipy.special import ndtr, ndtri

    draws = evidence.draws
    ordered = np.sort(draws, axis=1)
    values = evidence.values[:, None]
    n_usable = np.isfinite(draws).sum(axis=1)
    below = (draws < values - NO_WIDTH).sum(axis=1)
    not_above = (draws <= values + NO_WIDTH).sum(axis=1)
    bias = ndtri((below + not_above) / (2.0 * np.maximum(n_usable, 1)))
    bound = bias[:, None] + ndtri(np.array([1.0 - LEVEL, 1.0 + LEVEL]) / 2.0)
    with np.errstate(invalid="ignore", divide="ignore"):  # no resample on one side of the value
        stretch = 1.0 - acceleration(evidence)[:, None] * bound
        tails = ndtr(bias[:, None] + bound / stretch)
    # Where the stretch turns negative the formula has left its range; such ends are withheld.
    tails = np.where(np.isfinite(tails) & (stretch > 0.0), tails, np.nan)
    return _resampled_ends(evidence, ordered, tails)


def jackknife_t_ends(evidence: Evidence) -> Ends:
    """The value plus and minus the jackknife standard error times a t quantile.

    The degrees of freedom are the units of the figure less one.

    References:
        Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 11.
    """
    from scipy.special import stdtrit

    n_units = evidence.used.sum(axis=1)
    off, kept = _off_the_mean(evidence)
    undefined = kept < n_units
    scale = (n_units - 1.0) / np.maximum(n_units, 1)
    se = np.sqrt(scale * (off**2).sum(axis=1))
    half = stdtrit(np.maximum(n_units - 1, 1), (1.0 + LEVEL) / 2.0) * se
    reasons = [
        *_few_units(evidence),
        (undefined, f"the figure is undefined without one of the {evidence.unit}s"),
        (se <= NO_WIDTH, f"leaving out any one {evidence.unit} changes nothing, which on few "
         "items is no sign of certainty"),
    ]  # fmt: skip
    low, high = evidence.values - half, evidence.values + half
    return _withheld(low, high, np.where(undefined, np.nan, se), kept, reasons)


def logit_t_ends(evidence: Evidence) -> Ends:
    """The spread of the resamples times a t quantile, on the logit scale of the figure's range.

    Three repairs of the percentile interval on few patients: resamples of n units vary by
    (n - 1) / n too little, the spread itself is estimated (t with n - 1 degrees of freedom, n
    the units of the figure), and near an end of its range a figure has a long tail towards the
    middle. On the range from -1 to 1 the logit is Fisher's z, times two. A figure without a
    range, or outside it, has the plain t interval.

    References:
        Hesterberg 2015, 10.1080/00031305.2015.1089789, section 3 (the first two repairs);
        Efron & Tibshirani 1993, An Introduction to the Bootstrap, section 12.6 (the third).
    """
    from scipy.special import expit, logit, stdtrit

    usable = np.isfinite(evidence.draws).sum(axis=1)
    se = _spread(evidence.draws, usable)
    still = ~(se > NO_WIDTH)
    n_units = np.maximum(evidence.used.sum(axis=1), 2)
    half = stdtrit(n_units - 1, (1.0 + LEVEL) / 2.0) * np.sqrt(n_units / (n_units - 1.0)) * se
    values = evidence.values
    low, high = values - half, values + half
    if evidence.ranges is not None:
        least, most = evidence.ranges.T
        bounded = np.isfinite(least) & (least < values) & (values < most)
        least, width = np.where(bounded, least, 0.0), np.where(bounded, most - least, 1.0)
        share = np.where(bounded, (values - least) / width, 0.5)
        moved = half / (width * share * (1.0 - share))
        ends = (least + width * expit(logit(share) + side * moved) for side in (-1.0, 1.0))
        low, high = (
            np.where(bounded, end, plain) for end, plain in zip(ends, (low, high), strict=True)
        )
    few = usable < max(1.0, MIN_USABLE * evidence.draws.shape[1])
    se = np.where(few | still, np.nan, se)
    return _withheld(low, high, se, usable, _bars(evidence, few=few, still=still))


def acceleration(evidence: Evidence) -> FloatArray:
    """`(n_labels,)`, a sixth of the skewness of what each unit adds; 0 where nothing varies."""
    off, _ = _off_the_mean(evidence)
    spread = (off**2).sum(axis=1)
    # What varies by rounding alone has no skewness.
    varies = spread > NO_WIDTH**2
    cubes = (off**3).sum(axis=1)
    return np.where(varies, cubes / (6.0 * np.where(varies, spread, 1.0) ** 1.5), 0.0)


ENDS: Final = {
    "percentile": percentile_ends,
    "bca": bca_ends,
    "jackknife_t": jackknife_t_ends,
    "logit_t": logit_t_ends,
}
"""The intervals by name."""


def _off_the_mean(evidence: Evidence) -> tuple[FloatArray, IntArray]:
    """Mean of the figures without one unit, less each: `(n_labels, n_units)`; how many count."""
    counts = evidence.used & np.isfinite(evidence.without)
    kept = counts.sum(axis=1)
    without = np.where(counts, evidence.without, 0.0)
    mean = without.sum(axis=1) / np.maximum(kept, 1)
    return np.where(counts, mean[:, None] - without, 0.0), kept


def _resampled_ends(evidence: Evidence, ordered: FloatArray, tails: FloatArray) -> Ends:
    """Ends at the tails `(n_labels, 2)` of sorted resamples, NaN last, with all that bars them."""
    n_resamples = ordered.shape[1]
    usable = np.isfinite(ordered).sum(axis=1)
    low, high = (_quantiles(ordered, usable, tails[:, end]) for end in (0, 1))
    values = evidence.values
    holds = (low <= values + NO_WIDTH) & (values <= high + NO_WIDTH)
    widest = _quantiles(ordered, usable, np.ones(len(values)))
    narrowest = _quantiles(ordered, usable, np.zeros(len(values)))
    still = widest - narrowest <= NO_WIDTH
    flat = np.isfinite(low) & (high - low <= NO_WIDTH)
    few = usable < max(1.0, MIN_USABLE * n_resamples)
    reasons = [
        *_bars(evidence, few=few, still=still | flat),
        (~holds, "the resamples are biased: their interval does not hold the value"),
    ]
    se = _spread(ordered, usable)
    se = np.where(few | still, np.nan, se)
    return _withheld(low, high, se, usable, reasons)


def _bars(evidence: Evidence, *, few: BoolArray, still: BoolArray) -> list[tuple[BoolArray, str]]:
    """What bars any interval from resamples: too few usable ones, or no spread in them."""
    n_resamples = evidence.draws.shape[1]
    drawn = np.full(len(evidence.values), n_resamples > 0)
    return [
        *_few_units(evidence),
        (~drawn, "no resamples were drawn"),
        (few, f"the figure is undefined in more than a tenth of {n_resamples} resamples"),
        (still, "the resamples do not vary, which on few items is no sign of certainty"),
    ]


def _spread(ordered: FloatArray, usable: IntArray) -> FloatArray:
    """Standard deviation of the usable resamples of each row; NaN with fewer than two."""
    if len(ordered) and ordered.shape[1] > 1 and (usable == ordered.shape[1]).all():
        return np.asarray(ordered.std(axis=1, ddof=1))
    finite = np.isfinite(ordered)
    known = np.where(finite, ordered, 0.0)
    mean = known.sum(axis=1) / np.maximum(usable, 1)
    off = np.where(finite, known - mean[:, None], 0.0)
    spread = np.sqrt((off**2).sum(axis=1) / np.maximum(usable - 1, 1))
    return np.where(usable > 1, spread, np.nan)


def few_units(n: int, unit: str) -> str:
    """Why so few units give no interval."""
    count = f"{n} {unit} is" if n == 1 else f"{n} {unit}s are"
    return f"{count} too few to speak for others: it takes {MIN_PATIENTS}"


def _few_units(evidence: Evidence) -> list[tuple[BoolArray, str]]:
    n_units = evidence.used.sum(axis=1)
    return [(n_units == n, few_units(n, evidence.unit)) for n in range(MIN_PATIENTS)]


def _quantiles(ordered: FloatArray, usable: IntArray, share: FloatArray) -> FloatArray:
    """The share of each row, between its neighbours in proportion, as `numpy.quantile` does."""
    if ordered.shape[1] == 0:
        return np.full(len(ordered), np.nan)
    place = np.where(np.isfinite(share), share, 0.0) * np.maximum(usable - 1, 0)
    under = np.floor(place).astype(np.int64)
    over = np.minimum(under + 1, np.maximum(usable - 1, 0))
    row = np.arange(len(ordered))
    start, end = ordered[row, under], ordered[row, over]
    found: FloatArray = start + (end - start) * (place - under)
    return np.where(np.isfinite(share), found, np.nan)


def _withheld(
    low: FloatArray,
    high: FloatArray,
    se: FloatArray,
    n_usable: IntArray,
    bars: list[tuple[BoolArray, str]],
) -> Ends:
    """Blank the intervals that something bars; the first reason is the one that is told."""
    reasons: list[str | None] = [None] * len(low)
    for barred, why in reversed(bars):
        for label in np.flatnonzero(barred):
            reasons[label] = why
    gone = np.array([why is not None for why in reasons], dtype=np.bool_)
    few_units = np.any([barred for barred, _ in bars[:MIN_PATIENTS]], axis=0)
    return Ends(
        low=np.where(gone, np.nan, low),
        high=np.where(gone, np.nan, high),
        se=np.where(few_units | (se <= NO_WIDTH), np.nan, se),
        n_usable=n_usable,
        reasons=tuple(reasons),
    )
