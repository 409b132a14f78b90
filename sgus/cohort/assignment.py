"""Sharing indivisible groups out so that every stratum keeps its proportions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_STARTS = 8
_ROUNDS = 500
_PAIRS = 4000
_GAIN = 1e-9  # below this a change is rounding, and could be undone for ever

FloatArray = NDArray[np.float64]
Parts = NDArray[np.int64]


def assign_groups(
    strata: FloatArray, *, weights: FloatArray, shares: FloatArray, rng: np.random.Generator
) -> Parts:
    """Put each group into one part so that every part holds about its share of every stratum.

    Groups go, largest first, where they are wanted most; then single moves and swaps are made for
    as long as they help. The best of a few random orders is taken.

    Args:
        strata: `(n_groups, n_strata)` images of each group in each stratum.
        weights: `(n_strata,)` how much a stratum matters.
        shares: `(n_parts,)` positive, summing to one.
        rng: Breaks ties; the only source of chance.

    Returns:
        `(n_groups,)` part of each group; every part holds at least one.

    Raises:
        ValueError: There are fewer groups than parts.
    """
    if len(strata) < len(shares):
        raise ValueError(f"{len(strata)} groups cannot fill {len(shares)} parts")
    wanted = shares[:, None] * strata.sum(axis=0)  # (n_parts, n_strata)
    scale = weights / np.maximum(wanted, 1e-12)
    scale[:, strata.sum(axis=0) == 0] = 0.0
    tries = [
        _improve(_largest_first(strata, wanted, scale, rng), strata, wanted, scale, rng)
        for _ in range(_STARTS)
    ]
    return min(tries, key=lambda parts: imbalance(parts, strata, weights=weights, shares=shares))


def imbalance(
    parts: Parts, strata: FloatArray, *, weights: FloatArray, shares: FloatArray
) -> float:
    """Weighted chi-square distance of the parts from their shares; 0 is perfect."""
    wanted = shares[:, None] * strata.sum(axis=0)
    held = _held(parts, strata, len(shares))
    apart = np.divide((held - wanted) ** 2, wanted, out=np.zeros_like(wanted), where=wanted > 0)
    return float((apart * weights).sum())


def _held(parts: Parts, strata: FloatArray, n_parts: int) -> FloatArray:
    held = np.zeros((n_parts, strata.shape[1]))
    np.add.at(held, parts, strata)
    return held


def _largest_first(
    strata: FloatArray, wanted: FloatArray, scale: FloatArray, rng: np.random.Generator
) -> Parts:
    order = rng.permutation(len(strata))
    order = order[np.argsort(-strata[order].sum(axis=1), kind="stable")]
    excess = -wanted.copy()
    parts = np.empty(len(strata), dtype=np.int64)
    for group in order:
        x = strata[group]
        parts[group] = np.argmin((scale * (2 * excess + x) * x).sum(axis=1))
        excess[parts[group]] += x
    for empty in np.setdiff1d(np.arange(len(wanted)), parts):
        richest = np.bincount(parts, minlength=len(wanted)).argmax()
        members = np.flatnonzero(parts == richest)
        parts[members[strata[members].sum(axis=1).argmin()]] = empty
    return parts


def _improve(
    parts: Parts,
    strata: FloatArray,
    wanted: FloatArray,
    scale: FloatArray,
    rng: np.random.Generator,
) -> Parts:
    for _ in range(_ROUNDS):
        excess = _held(parts, strata, len(wanted)) - wanted
        if not (_move(parts, strata, excess, scale) or _swap(parts, strata, excess, scale, rng)):
            break
    return parts


def _move(parts: Parts, strata: FloatArray, excess: FloatArray, scale: FloatArray) -> bool:
    """Make the best single move in place; say whether one helped."""
    linear, square = strata @ (scale * 2 * excess).T, strata**2 @ scale.T  # (n_groups, n_parts)
    here = (np.arange(len(parts)), parts)
    change = linear + square + (square[here] - linear[here])[:, None]
    change[here] = np.inf
    change[np.bincount(parts, minlength=len(excess))[parts] == 1] = np.inf  # no part is emptied
    group, part = np.unravel_index(change.argmin(), change.shape)
    if change[group, part] >= -_GAIN:
        return False
    parts[group] = part
    return True


def _swap(
    parts: Parts,
    strata: FloatArray,
    excess: FloatArray,
    scale: FloatArray,
    rng: np.random.Generator,
) -> bool:
    """Make the best swap of two groups in place, of all pairs or of a sample of them."""
    n = len(parts)
    if n * (n - 1) // 2 <= _PAIRS:
        one, other = np.triu_indices(n, 1)
    else:
        one, other = rng.integers(n, size=(2, _PAIRS))
    apart = parts[one] != parts[other]
    one, other = one[apart], other[apart]
    if not len(one):
        return False
    a, b, gain = parts[one], parts[other], strata[other] - strata[one]  # what part a receives
    change = (scale[a] * (2 * excess[a] + gain) * gain).sum(axis=1)
    change += (scale[b] * (-2 * excess[b] + gain) * gain).sum(axis=1)
    best = int(change.argmin())
    if change[best] >= -_GAIN:
        return False
    parts[one[best]], parts[other[best]] = b[best], a[best]
    return True
