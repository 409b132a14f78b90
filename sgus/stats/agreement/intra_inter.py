"""Readers with themselves beside readers with each other, on the same readers and items.

What two readers disagree on beyond what each disagrees on with itself is what training or an
atlas could remove; the rest is noise of reading. The two are compared only on items that were
read again: such a part is often chosen, and easier or harder than the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
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
        tables: `(n_items, n_readers, k, k)`, from `repeated_tables`.

    Returns:
        In each of three weightings: `light_kappa`, form `intra-reader, mean of readers`;
        `light_kappa`, form `inter-reader, same readers and items`; `intra_minus_inter`, above 0
        where readers agree better with themselves.
    """
    panel = readings.first
    between = _between(readings, tables)
    n_readers, n_pairs = tables.shape[1], between.shape[1]
    n_cells = panel.n_grades**2
    joined = np.concatenate([tables, between], axis=1)

    def values(sums: FloatArray) -> FloatArray:
        each = sums.reshape(*sums.shape[:-1], n_readers + n_pairs, n_cells)
        kappas = cohen_kappas(each, panel.scale)
        intra = _mean(kappas[..., :n_readers, :])
        inter = _mean(kappas[..., n_readers:, :])
        return np.concatenate([intra, inter, intra - inter], axis=-1)

    within, across = _Side.of(tables, panel.scale), _Side.of(between, panel.scale)
    pairs = [pair for pair, there in zip(pair_list(panel), across.defined, strict=True) if there]
    own, met = set(np.flatnonzero(within.defined).tolist()), {j for pair in pairs for j in pair}
    reasons = _reasons(tables, between, own=bool(own), met=bool(met))
    used = np.stack([within.used, across.used, within.used | across.used], axis=1)
    return Family(
        labels=tuple(Label(s, w, form, panel.readers) for s, form in _LABELS for w in WEIGHTINGS),
        features=joined.reshape(panel.n_items, (n_readers + n_pairs) * n_cells),
        values=values,
        used=np.repeat(used, len(WEIGHTINGS), axis=1),
        n_raters=_thrice(len(own), len(met), len(own | met)),
        n_pairs=_thrice(0, len(pairs), len(pairs)),
        reasons=tuple(why for why in reasons for _ in WEIGHTINGS),
        closed=(None,) * (len(_LABELS) * len(WEIGHTINGS)),
    )


@dataclass(frozen=True, eq=False)
class _Side:
    """Which tables have a kappa, and which items stand in one of those."""

    defined: NDArray[np.bool_]
    used: NDArray[np.bool_]

    @classmethod
    def of(cls, tables: FloatArray, scale: tuple[int, ...]) -> _Side:
        observed = tables.sum(axis=0).reshape(-1, len(scale) ** 2)
        defined = np.isfinite(cohen_kappas(observed, scale)[:, 0])
        counted: FloatArray = tables.sum(axis=(2, 3)) * defined
        return cls(defined, np.asarray(counted.sum(axis=1) > 0))


def _thrice(*counts: int) -> tuple[int, ...]:
    """Each count once for every weighting."""
    return tuple(count for count in counts for _ in WEIGHTINGS)


def _reasons(
    tables: FloatArray, between: FloatArray, *, own: bool, met: bool
) -> tuple[str | None, str | None, str | None]:
    """Why the mean within, the mean between and the difference are undefined."""
    if not tables.any():
        return _NO_REPEAT, _NO_REPEAT, _NO_REPEAT
    within = None if own else _NO_INTRA
    across = None if met else _NO_INTER if between.any() else _NO_MET
    return within, across, within or across


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
