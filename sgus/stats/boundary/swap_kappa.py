"""Kappa on a boundary: agreement beyond chance where both readings are one of its two grades."""

from __future__ import annotations

from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.family import Family, Label
from sgus.stats.agreement.panel import Panel
from sgus.stats.boundary.neighbours import boundary_code
from sgus.stats.boundary.swaps import ALL_ITEMS, ReaderGroups, ReaderSet, reader_sets
from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]

NO_ITEM: Final = "the two readers gave no item these two grades"
ONE_GRADE: Final = "both readers gave one and the same of the two grades: chance explains it all"
NO_PAIR: Final = "no pair of readers has a kappa on this boundary"


def swap_kappa_family(
    panel: Panel, boundary: tuple[int, int], *, reader_groups: ReaderGroups | None = None
) -> Family:
    """Cohen's kappa of each pair on the two grades, and the mean over pairs (Light).

    Which items count depends on both readers: the same two may have a low kappa here and a high
    one on the whole scale. For a group of items take `panel.only(mask)`.

    Args:
        panel: First readings.
        boundary: Two neighbouring grades, such as `(0, 1)`.
        reader_groups: Name to names of readers; no reader in two of them.

    Returns:
        `swap_kappa` of all pairs (`all items`), of groups (as in `swap_family`), of each pair
        (`pair`). A mean is over the `n_pairs` that have a kappa.

    Raises:
        ValueError: The boundary is none of the scale, or a reader is unknown or in two groups.

    References:
        Cohen 1960, 10.1177/001316446002000104; Light 1971, 10.1037/h0031643.
    """
    cells, first, second = _cells(panel, boundary_code(panel.scale, boundary))
    sets = [ReaderSet(ALL_ITEMS, tuple(range(panel.n_readers)))]
    sets += reader_sets(panel, reader_groups or {})
    member = np.array([_members(chosen, first, second) for chosen in sets], dtype=np.float64)

    def values(sums: FloatArray) -> FloatArray:
        kappas = _kappas(sums.reshape(*sums.shape[:-1], 4, len(first)))
        defined = np.isfinite(kappas)
        total = np.where(defined, kappas, 0.0) @ member.T
        means = ratio(total, defined.astype(np.float64) @ member.T)
        return np.concatenate([means, kappas], axis=-1)

    counts = cells.sum(axis=0)
    counted = member * np.isfinite(_kappas(counts))  # (n_sets, n_pairs), those with a kappa
    used = cells.sum(axis=1)
    n_pairs = [*counted.sum(axis=1), *(counts.sum(axis=0) > 0)]
    return Family(
        labels=_labels(panel, sets, boundary[0]),
        features=cells.reshape(panel.n_items, 4 * len(first)),
        values=values,
        used=np.concatenate([used @ counted.T > 0, used > 0], axis=1),
        n_raters=tuple(len({*first[row > 0], *second[row > 0]}) for row in counted)
        + (2,) * len(first),
        n_pairs=tuple(int(n) for n in n_pairs),
        reasons=(*(None if row.any() else NO_PAIR for row in counted), *_pair_reasons(counts)),
        closed=(None,) * (len(sets) + len(first)),
    )


def _labels(panel: Panel, sets: list[ReaderSet], grade: int) -> tuple[Label, ...]:
    """Those of the sets of readers, then of each pair."""
    names = panel.readers
    named = [
        (chosen.form, tuple(names[j] for j in sorted({*chosen.left, *(chosen.right or ())})))
        for chosen in sets
    ]
    named += [("pair", pair) for pair in combinations(names, 2)]
    return tuple(Label("swap_kappa", "unweighted", form, who, grade) for form, who in named)


def _pair_reasons(counts: FloatArray) -> list[str | None]:
    """Why each pair of `(4, n_pairs)` has no kappa, None where it has one."""
    some = counts.sum(axis=0) > 0
    defined = np.isfinite(_kappas(counts))
    return [
        None if whole else ONE_GRADE if there else NO_ITEM
        for whole, there in zip(defined, some, strict=True)
    ]


def _cells(panel: Panel, code: int) -> tuple[FloatArray, NDArray[np.int64], NDArray[np.int64]]:
    """The 2 x 2 table of each pair, item by item: lower-lower, upper-upper, and the two swaps."""
    first, second = np.triu_indices(panel.n_readers, 1)
    lower, upper = panel.one_hot[..., code], panel.one_hot[..., code + 1]
    cells = np.stack(
        [
            lower[:, first] * lower[:, second],
            upper[:, first] * upper[:, second],
            lower[:, first] * upper[:, second],
            upper[:, first] * lower[:, second],
        ],
        axis=1,
    )
    return cells, first, second


def _kappas(cells: FloatArray) -> FloatArray:
    """Kappa of 2 x 2 tables `(..., 4, n_pairs)`, in whole numbers up to the one division."""
    low, high, up, down = np.moveaxis(cells, -2, 0)
    expected = (low + up) * (up + high) + (low + down) * (down + high)
    return ratio(2.0 * (low * high - up * down), expected)


def _members(
    chosen: ReaderSet, first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which pairs belong to a set of readers, `(n_pairs,)`."""
    if chosen.right is None:
        return np.isin(first, chosen.left) & np.isin(second, chosen.left)
    there = np.isin(first, chosen.left) & np.isin(second, chosen.right)
    return there | (np.isin(first, chosen.right) & np.isin(second, chosen.left))
