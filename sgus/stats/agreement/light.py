"""Light's kappa: the mean of Cohen's kappa over all pairs of readers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.cohen import WEIGHTINGS, cohen_kappas
from sgus.stats.agreement.family import Family, Label
from sgus.stats.agreement.pairs import Pairs, pairs_of, too_few_readers
from sgus.stats.agreement.panel import Panel
from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]


def light_family(panel: Panel, pairs: Pairs | None = None) -> Family:
    """Light's kappa, unweighted, linear and quadratic.

    Each pair counts once, with the items that both read (pairwise deletion), however few they
    are. A pair whose kappa is undefined is left out; how many are stands in front of the method.

    Args:
        panel: The ratings.
        pairs: Its pairs, where they are already counted.

    Returns:
        Three figures; undefined where no pair has a kappa. `n_pairs` are the pairs that have one
        and `n_raters` the readers in them.

    References:
        Light 1971, 10.1037/h0031643.
    """
    counted = pairs or pairs_of(panel)
    kappas = cohen_kappas(counted.tables(counted.features.sum(axis=0)), counted.scale)
    defined = np.asarray(np.isfinite(kappas).all(axis=1), dtype=np.bool_)
    readers = {name for r, one in zip(counted.raters, defined, strict=True) if one for name in r}
    # Without a defined pair the items stay in view that two readers read.
    kept = defined | ~defined.any()
    used = np.asarray(counted.both[:, kept].any(axis=1))
    n, n_defined = len(WEIGHTINGS), int(defined.sum())
    share = "all" if n_defined == counted.n_pairs else f"{n_defined} of"
    return Family(
        labels=tuple(Label("light_kappa", w, None, panel.readers) for w in WEIGHTINGS),
        features=counted.features,
        values=lambda sums: _mean_of_defined(cohen_kappas(counted.tables(sums), counted.scale)),
        used=np.repeat(used[:, None], n, axis=1),
        n_raters=(len(readers) if n_defined else panel.n_readers,) * n,
        n_pairs=(n_defined,) * n,
        reasons=(None if n_defined else _reason(panel, counted),) * n,
        closed=(None,) * n,
        notes=(f"mean of {share} {counted.n_pairs} pairs" if n_defined else None,) * n,
    )


def _mean_of_defined(kappas: FloatArray) -> FloatArray:
    """The mean over pairs `(..., n_pairs, 3)` of what is defined; NaN where nothing is."""
    defined = np.isfinite(kappas)
    if defined.all() and kappas.shape[-2]:
        return np.asarray(kappas.mean(axis=-2))
    return ratio(np.where(defined, kappas, 0.0).sum(axis=-2), defined.sum(axis=-2))


def _reason(panel: Panel, pairs: Pairs) -> str:
    few = too_few_readers(panel)
    if few:
        return few
    if not pairs.both.any():
        return "no item was read by two readers"
    return "no pair of readers has a kappa: what two readers both read, both gave one same grade"
