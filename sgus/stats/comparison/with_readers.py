"""Kappa of a model with each reader, beside the mean kappa of each reader with the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.cohen import WEIGHTINGS, cohen_kappas, kappa_reasons
from sgus.stats.agreement.family import Family, Label
from sgus.stats.agreement.pairs import Pairs
from sgus.stats.agreement.panel import Panel
from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]

WITH_READER = "model with reader"
WITH_OTHERS = "mean with the other readers"


def with_readers_family(joined: Panel, pairs: Pairs) -> Family:
    """Kappa of the last reader, the model, with each of the others.

    Args:
        joined: The readers and, in the last column, the model.
        pairs: Its pairs.

    Returns:
        Three weightings a reader, `raters=(model, reader)`.
    """
    last = joined.n_readers - 1
    own = [at for at, raters in enumerate(pairs.raters) if joined.readers[last] in raters]
    reasons = kappa_reasons(pairs.observed()[own], joined.scale)
    n = len(own) * len(WEIGHTINGS)

    def values(sums: FloatArray) -> FloatArray:
        kappas = cohen_kappas(pairs.tables(sums)[..., own, :], joined.scale)
        return kappas.reshape(*sums.shape[:-1], n)

    return Family(
        labels=tuple(
            Label("cohen_kappa", weights, WITH_READER, pairs.raters[at][::-1])
            for at in own
            for weights in WEIGHTINGS
        ),
        features=pairs.features,
        values=values,
        used=np.repeat(pairs.both[:, own], len(WEIGHTINGS), axis=1),
        n_raters=(2,) * n,
        n_pairs=(1,) * n,
        reasons=tuple(reason for reason in reasons for _ in WEIGHTINGS),
        closed=(None,) * n,
    )


def with_others_family(joined: Panel, pairs: Pairs) -> Family:
    """Mean kappa of the model, then of each reader, with the readers other than itself.

    A mean is of the pairs whose kappa is defined, `n_pairs` of them; in a resample, of those that
    are still defined. The model is never one of the others.

    Args:
        joined: The readers and, in the last column, the model.
        pairs: Its pairs.

    Returns:
        Three weightings each, `raters=(who,)`.
    """
    model = joined.n_readers - 1
    kappas = cohen_kappas(pairs.tables(pairs.features.sum(axis=0)), joined.scale)
    defined = np.asarray(np.isfinite(kappas).all(axis=-1), dtype=np.bool_)
    order = [model, *range(model)]
    share = np.zeros((pairs.n_pairs, len(order)))
    for at, who in enumerate(order):
        name = joined.readers[who]
        for pair, raters in enumerate(pairs.raters):
            with_model = joined.readers[model] in raters and who != model
            share[pair, at] = float(name in raters and not with_model and defined[pair])
    n_pairs = share.sum(axis=0)

    def values(sums: FloatArray) -> FloatArray:
        each = cohen_kappas(pairs.tables(sums), joined.scale)  # (..., n_pairs, 3)
        means = [mean_of(each, share[:, at] > 0) for at in range(len(order))]
        return np.stack(means, axis=-2).reshape(*sums.shape[:-1], len(order) * len(WEIGHTINGS))

    used = (pairs.both.astype(np.float64) @ share) > 0
    times = len(WEIGHTINGS)
    return Family(
        labels=tuple(
            Label("cohen_kappa", weights, WITH_OTHERS, (joined.readers[who],))
            for who in order
            for weights in WEIGHTINGS
        ),
        features=pairs.features,
        values=values,
        used=np.repeat(used, times, axis=1),
        n_raters=tuple(int(n) + 1 for n in n_pairs for _ in WEIGHTINGS),
        n_pairs=tuple(int(n) for n in n_pairs for _ in WEIGHTINGS),
        reasons=tuple(
            None if n else "no kappa with any other reader is defined"
            for n in n_pairs
            for _ in WEIGHTINGS
        ),
        closed=(None,) * (len(order) * times),
    )


def mean_of(each: FloatArray, kept: NDArray[np.bool_]) -> FloatArray:
    """Mean over the last but one axis of what is kept and defined, as Light's kappa takes it.

    A reader with few items is undefined in many resamples; it must not take the mean with it.

    Args:
        each: `(..., n, m)`.
        kept: `(n,)`.

    Returns:
        `(..., m)`; NaN where nothing is kept and defined.
    """
    some = each[..., kept, :]
    defined = np.isfinite(some)
    return ratio(np.where(defined, some, 0.0).sum(axis=-2), defined.sum(axis=-2))
