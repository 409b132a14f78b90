"""The Wilcoxon signed-rank test with ties, exact: for samples too small for a t-test."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_SAME = 1e-9  # differences closer than this are ties; shares of few images lie farther apart


def signed_rank_p_less(differences: FloatArray) -> float:
    """P value for differences that lie below zero, one-sided.

    The distribution is that of all sign changes of the absolute differences observed, ties with
    their mean rank, so that ties need no correction. Zero differences are left out. It assumes
    that differences are symmetric about their median where there is nothing to find.

    Args:
        differences: `(n,)`, independent of each other.

    Returns:
        From 2^-n to 1; 1 where no difference is left.

    References:
        Wilcoxon 1945, 10.2307/3001968.
    """
    left = differences[np.abs(differences) > _SAME]
    if len(left) == 0:
        return 1.0
    twice = _twice_the_ranks(np.abs(left))
    positive = int(twice[left > 0].sum())
    chance = np.zeros(int(twice.sum()) + 1)  # of each sum of the ranks with a plus sign, twice
    chance[0] = 1.0
    for rank in twice:
        with_plus = np.zeros_like(chance)
        with_plus[rank:] = chance[: len(chance) - rank]
        chance = (chance + with_plus) / 2.0
    return min(1.0, float(chance[: positive + 1].sum()))


def _twice_the_ranks(sizes: FloatArray) -> NDArray[np.int64]:
    """Ranks from 1, the mean of tied ones, times two: whole numbers."""
    _, group, n_tied = np.unique(
        np.round(sizes / _SAME).astype(np.int64), return_inverse=True, return_counts=True
    )
    last = n_tied.cumsum()
    first = last - n_tied + 1
    return np.asarray((first + last)[group], dtype=np.int64)
