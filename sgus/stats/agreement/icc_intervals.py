"""Intervals of intraclass correlations by the F distribution.

They hold for items that are independent and for normal variance components.

References:
    McGraw & Wong 1996, 10.1037/1082-989X.1.1.30, with the degrees of freedom of Satterthwaite
    for ICC(A, .) as the R package irr computes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.family import ClosedForm

METHOD: Final = "F interval (McGraw & Wong)"
_UPPER: Final = 0.975

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TwoWay:
    """Mean squares of a two-way analysis of variance.

    Attributes:
        n: `(...)` items.
        m: Readers.
        items: `(...)` mean square between items.
        readers: `(...)` mean square between readers.
        rest: `(...)` residual mean square.
    """

    n: FloatArray
    m: float
    items: FloatArray
    readers: FloatArray
    rest: FloatArray


def _f(above: float, below: float) -> float:
    """The 97.5 % quantile of the F distribution."""
    from scipy.special import fdtri

    return float(fdtri(above, below, _UPPER))


def one_way_interval(f: float, *, n: int, m: float) -> ClosedForm:
    """Interval of ICC(1).

    Args:
        f: Mean square between items over that within, finite.
        n: Items.
        m: Readings of each.
    """
    return _single(f, free_items=n - 1.0, free_rest=n * (m - 1.0), m=m)


def consistency_interval(mean: TwoWay) -> ClosedForm:
    """Interval of ICC(C,1); the residual mean square has to be above zero."""
    n, m = float(mean.n), mean.m
    f = float(mean.items) / float(mean.rest)
    return _single(f, free_items=n - 1.0, free_rest=(n - 1.0) * (m - 1.0), m=m)


def _single(f: float, *, free_items: float, free_rest: float, m: float) -> ClosedForm:
    low = f / _f(free_items, free_rest)
    high = f * _f(free_rest, free_items)
    return ClosedForm(None, (low - 1.0) / (low + m - 1.0), (high - 1.0) / (high + m - 1.0), METHOD)


def stepped_up(single: ClosedForm, k: float) -> ClosedForm | None:
    """Interval of the mean of k readers from that of one reader (Spearman-Brown).

    None where the low end is so negative that no mean of k readers could have it.
    """
    if single.low is None or single.high is None or 1.0 + (k - 1.0) * single.low <= 0.0:
        return None
    low, high = (k * end / (1.0 + (k - 1.0) * end) for end in (single.low, single.high))
    return ClosedForm(None, low, high, METHOD)


def agreement_interval(mean: TwoWay, icc: float, *, average: bool) -> ClosedForm | None:
    """Interval of ICC(A,1) or of ICC(A,k); the residual mean square has to be above zero.

    Both put `k * icc / (n * (1 - icc))` into the degrees of freedom, each with its own `icc`, as
    the R package irr computes it. Stepping up the interval of ICC(A,1) instead, as others do,
    gives a slightly narrower one for ICC(A,k).

    Args:
        mean: Mean squares.
        icc: The estimate, below 1.
        average: Whether it is that of the mean of all readers.

    Returns:
        None where the formula has left its range: few items with an estimate far below 0.
    """
    n, m = float(mean.n), mean.m
    items, readers, rest = float(mean.items), float(mean.readers), float(mean.rest)
    a = m * icc / (n * (1.0 - icc))
    free = _satterthwaite(mean, a, 1.0 + a * (n - 1.0))
    if not free > 0.0:
        return None
    upper, lower = _f(n - 1.0, free), _f(free, n - 1.0)
    noise = readers - rest if average else m * readers + (m * n - m - n) * rest
    below = (upper * noise + n * items, noise + n * lower * items)
    if not min(below) > 0.0:
        return None
    low = n * (items - upper * rest) / below[0]
    high = n * (lower * items - rest) / below[1]
    return ClosedForm(None, low, high, METHOD) if low <= icc <= high else None


def _satterthwaite(mean: TwoWay, a: float, b: float) -> float:
    """Degrees of freedom of `a * readers + b * rest`; 0 where both are 0."""
    n, m = float(mean.n), mean.m
    readers, rest = a * float(mean.readers), b * float(mean.rest)
    squared = readers**2 / (m - 1.0) + rest**2 / ((n - 1.0) * (m - 1.0))
    return (readers + rest) ** 2 / squared if squared > 0.0 else 0.0
