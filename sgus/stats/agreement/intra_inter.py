"""Readers with themselves beside readers with each other, on the same readers and items.

What two readers disagree on beyond what each disagrees on with itself is what training or an
atlas could remove; the rest is noise of reading. The two are compared only on items that were
read again: such a part is often chosen, and easier or harder than the whole.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.cohen import WEIGHTINGS, cohen_kappas
from sgus.stats.agreement.family import Family, Label
from sgus.stats.agreement.pairs import pair_list
from sgus.stats.agreement.panel import Readings
from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]

INTRA_MEAN: Final = "intra-reader, mean of readers"
INTER_MEAN: Final = "inter-reader, same readers and items"
_LABELS: Final = (
    ("light_kappa", INTRA_MEAN),
    ("light_kappa", INTER_MEAN),
    ("intra_minus_inter", "mean intra-reader less mean inter-reader kappa"),
)
_NO_REPEAT: Final = "no repeated readings"
_NO_INTRA: Final = "each reader's repeated readings are all of one grade: no kappa is defined"
_NO_MET: Final = "no item was read twice by each of two readers"
_NO_INTER: Final = "the readers gave the repeated items one and the same grade: no kappa is defined"


def intra_inter_family(readings: Readings, tables: FloatArray) -> Family:
    """Mean kappa within readers, mean kappa between them, and the difference of the two.

    Between readers: first readings, of items that both of a pair read more than once. Means are
    over the readers, or the pairs, whose kappa is defined. All three come from the same
    resamples, so that the interval of the difference is a paired one.

    Args:
        readings: All readings.
        tables: `(n_items, n_readers, k, k)` pairs of readings of one reader, from
            `repeated_tables`.

    Returns:
        In each of three weightings: `light_kappa`, form `intra-reader, mean of readers`;
        `light_kappa`, form `inter-reader, same readers and items`; `intra_minus_inter`, above 0
        where readers agree better with themselves.
    """
    panel = readings.first
    between = _between(readings, tables)
    n_readers, n_pairs = tables.shape[1], between.shape[1]
    n_cells, n_weights = panel.n_grades**2, len(WEIGHTINGS)
    joined = np.concatenate([tables, between], axis=1)

    def values(sums: FloatArray) -> FloatArray:
        each = sums.reshape(*sums.shape[:-1], n_readers + n_pairs, n_cells)
        kappas = cohen_kappas(each, panel.scale)
        intra = _mean(kappas[..., :n_readers, :])
        inter = _mean(kappas[..., n_readers:, :])
        return np.concatenate([intra, inter, intra - inter], axis=-1)

    flat = joined.reshape(panel.n_items, (n_readers + n_pairs) * n_cells)
    kappas = cohen_kappas(joined.sum(axis=0).reshape(-1, n_cells), panel.scale)
    defined = np.isfinite(kappas[:, 0])
    own, met = defined[:n_readers], defined[n_readers:]
    why_intra = None if own.any() else _NO_INTRA if tables.any() else _NO_REPEAT
    why_inter = None if met.any() else _NO_INTER if between.any() else _NO_MET
    counted: FloatArray = joined.sum(axis=(2, 3)) * defined
    in_own = counted[:, :n_readers].any(axis=1)
    in_met = counted[:, n_readers:].any(axis=1)
    in_pairs: set[int] = {
        j for pair, there in zip(pair_list(panel), met, strict=True) if there for j in pair
    }
    n_raters = (int(own.sum()), len(in_pairs), len(in_pairs | set(np.flatnonzero(own))))
    reasons = (why_intra, why_inter if tables.any() else _NO_REPEAT, why_intra or why_inter)
    return Family(
        labels=tuple(
            Label(statistic, weights, form, panel.readers)
            for statistic, form in _LABELS
            for weights in WEIGHTINGS
        ),
        features=flat,
        values=values,
        used=np.repeat(np.stack([in_own, in_met, in_own | in_met], axis=1), n_weights, axis=1),
        n_raters=tuple(n for n in n_raters for _ in WEIGHTINGS),
        n_pairs=tuple(n for n in (0, int(met.sum()), int(met.sum())) for _ in WEIGHTINGS),
        reasons=tuple(why for why in reasons for _ in WEIGHTINGS),
        closed=(None,) * (len(_LABELS) * n_weights),
    )


def _between(readings: Readings, tables: FloatArray) -> FloatArray:
    """First readings of each pair on items both read again, `(n_items, n_pairs, k, k)`."""
    again: FloatArray = np.minimum(tables.sum(axis=(2, 3)), 1.0)  # (n_items, n_readers)
    first = readings.first.one_hot * again[..., None]
    pairs = pair_list(readings.first)
    left, right = [a for a, _ in pairs], [b for _, b in pairs]
    return np.asarray(first[:, left, :, None] * first[:, right, None, :], dtype=np.float64)


def _mean(kappas: FloatArray) -> FloatArray:
    """Mean of the defined ones over the last axis but one."""
    defined = np.isfinite(kappas)
    return ratio(np.where(defined, kappas, 0.0).sum(axis=-2), defined.sum(axis=-2))
