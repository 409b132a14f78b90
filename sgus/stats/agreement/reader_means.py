"""How far each reader agrees with the others, one by one: the mean of its kappas."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.cohen import WEIGHTINGS, cohen_kappas
from sgus.stats.agreement.family import Family, Label
from sgus.stats.agreement.pairs import Pairs, pairs_of, too_few_readers
from sgus.stats.agreement.panel import Panel
from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]

WITH_OTHERS: Final = "with each other reader"
_UNDEFINED: Final = "no other reader has a kappa with this one"


def reader_mean_family(panel: Panel, pairs: Pairs | None = None) -> Family:
    """The mean of Cohen's kappa of one reader with each other, in three weightings.

    The mean over all readers is Light's kappa where every pair has one. A pair without a kappa is
    left out of both its readers.

    Args:
        panel: The ratings.
        pairs: Its pairs, where they are already counted.

    Returns:
        `mean_kappa`, form `with each other reader`, `raters=(reader,)`. `n_pairs` are the
        pairs with a kappa, `n_raters` the reader and those it is held against. Undefined where
        there is no such pair.
    """
    counted = pairs or pairs_of(panel)
    kappas = cohen_kappas(counted.tables(counted.features.sum(axis=0)), counted.scale)
    defined = np.asarray(np.isfinite(kappas).all(axis=-1), dtype=np.bool_)  # (n_pairs,)
    member = np.array(
        [[reader in pair for pair in counted.raters] for reader in panel.readers], dtype=np.bool_
    ).reshape(panel.n_readers, counted.n_pairs)
    taken = member & defined
    used = np.array([(counted.both & row).any(axis=1) for row in taken], dtype=np.bool_)
    used = used.reshape(panel.n_readers, panel.n_items)
    n_weights, n_pairs = len(WEIGHTINGS), taken.sum(axis=1).tolist()
    why = too_few_readers(panel) or _UNDEFINED

    def values(sums: FloatArray) -> FloatArray:
        each = cohen_kappas(counted.tables(sums), counted.scale)  # (..., n_pairs, 3)
        known = np.isfinite(each)
        of_readers = member.astype(np.float64)
        total = of_readers @ np.where(known, each, 0.0)
        means = ratio(total, of_readers @ known.astype(np.float64))  # (..., n_readers, 3)
        return means.reshape(*sums.shape[:-1], panel.n_readers * n_weights)

    return Family(
        labels=tuple(
            Label("mean_kappa", name, WITH_OTHERS, (reader,))
            for reader in panel.readers
            for name in WEIGHTINGS
        ),
        features=counted.features,
        values=values,
        used=np.repeat(used.T, n_weights, axis=1),
        n_raters=tuple(n + 1 for n in n_pairs for _ in WEIGHTINGS),
        n_pairs=tuple(n for n in n_pairs for _ in WEIGHTINGS),
        reasons=tuple(None if n else why for n in n_pairs for _ in WEIGHTINGS),
        closed=(None,) * (panel.n_readers * n_weights),
    )
