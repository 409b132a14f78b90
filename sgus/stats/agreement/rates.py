"""Families of shares: so many of so many, both of them sums over items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.family import Family, Label
from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rate:
    """One share, before it is resampled.

    Attributes:
        label: What it is.
        part: `(n_items,)` what each item adds to the numerator; it may be negative.
        whole: `(n_items,)` what each item adds to the denominator, 0 or more.
        n_raters: Readers who take part.
        n_pairs: Pairs of readers it rests on, 0 where it compares no two readers.
        empty: The reason given where the denominator is zero.
    """

    label: Label
    part: FloatArray
    whole: FloatArray
    n_raters: int
    n_pairs: int
    empty: str


def rate_family(rates: Sequence[Rate], *, n_items: int) -> Family:
    """Join shares to one family; each is undefined, with its reason, where its whole is zero.

    Args:
        rates: The shares; none at all gives a family without figures.
        n_items: Items of the panel.

    Returns:
        A family without closed forms: pairs of readings of one item are not independent.
    """
    part, whole = (
        np.stack(columns, axis=1) if rates else np.zeros((n_items, 0))
        for columns in ([rate.part for rate in rates], [rate.whole for rate in rates])
    )
    n_rates = len(rates)

    def values(sums: FloatArray) -> FloatArray:
        return ratio(sums[..., :n_rates], sums[..., n_rates:])

    found = whole.sum(axis=0) > 0
    return Family(
        labels=tuple(rate.label for rate in rates),
        features=np.concatenate([part, whole], axis=1).astype(np.float64),
        values=values,
        used=whole > 0,
        n_raters=tuple(rate.n_raters for rate in rates),
        n_pairs=tuple(rate.n_pairs for rate in rates),
        reasons=tuple(
            None if defined else rate.empty for rate, defined in zip(rates, found, strict=True)
        ),
        closed=(None,) * n_rates,
    )
