"""Readers against themselves: agreement of repeated readings of one item by one reader.

Every two readings of one reader on one item make a pair, the earlier one first; with three
readings these are three pairs. Readings 1 and 2 thus form one cross-table with 1 and 3 and 2
and 3, and the patient is what is resampled.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.cohen import WEIGHTINGS, closed_forms, cohen_kappas, kappa_reasons
from sgus.stats.agreement.family import Family, Label
from sgus.stats.agreement.intra_inter import intra_inter_family
from sgus.stats.agreement.panel import Readings
from sgus.stats.agreement.rates import Rate, rate_family

FloatArray = NDArray[np.float64]

INTRA: Final = "intra-reader"
ALL_READERS: Final = "intra-reader, all readers"
NO_REPEAT: Final = "no repeated readings"


def intra_families(readings: Readings) -> list[Family]:
    """Agreement of each reader with itself, of all together, and beside that between readers.

    Args:
        readings: All readings.

    Returns:
        For each reader, form `intra-reader`: `cohen_kappa` in three weightings (with its closed
        form where no item was read more than twice), `percent_agreement`, `specific_agreement`
        by grade. Pooled over all pairs of readings, form `intra-reader, all readers`: the last
        two. Then the figures of `intra_inter_family`. Where no reader read anything twice, only
        the figures of all readers are there, each with that reason. `n_pairs`, of readers, is 0.
    """
    tables = repeated_tables(readings)
    pooled = rate_family(list(_pooled(readings, tables)), n_items=readings.first.n_items)
    together = [pooled, intra_inter_family(readings, tables)]
    if not tables.any():
        return together
    return [_kappa_family(readings, tables), _rate_family(readings, tables), *together]


def repeated_tables(readings: Readings) -> FloatArray:
    """What each item adds to the cross-table of each reader with itself.

    Args:
        readings: All readings.

    Returns:
        `(n_items, n_readers, k, k)`, pairs of readings at their grades, the earlier one down.
    """
    grades = np.arange(readings.first.n_grades, dtype=np.int8)
    hot = (readings.codes[..., None] == grades).astype(np.float64)
    tables = np.zeros((*hot.shape[:2], hot.shape[3], hot.shape[3]))
    for early, late in combinations(range(readings.n_readings), 2):
        tables += hot[:, :, early, :, None] * hot[:, :, late, None, :]
    return tables


def _kappa_family(readings: Readings, tables: FloatArray) -> Family:
    panel = readings.first
    n_cells, n_weights = panel.n_grades**2, len(WEIGHTINGS)
    n = panel.n_readers * n_weights

    def values(sums: FloatArray) -> FloatArray:
        each = sums.reshape(*sums.shape[:-1], panel.n_readers, n_cells)
        return cohen_kappas(each, panel.scale).reshape(*sums.shape[:-1], n)

    observed, pairs = tables.sum(axis=0), tables.sum(axis=(2, 3))
    # Three readings make three pairs that hang together: the formula takes pairs as independent.
    once = np.repeat(pairs.max(axis=0, initial=0.0) <= 1.0, n_weights)
    reasons = [
        _self_reason(why) if count else NO_REPEAT
        for why, count in zip(kappa_reasons(observed, panel.scale), pairs.sum(axis=0), strict=True)
    ]
    return Family(
        labels=tuple(
            Label("cohen_kappa", name, INTRA, (reader,))
            for reader in panel.readers
            for name in WEIGHTINGS
        ),
        features=tables.reshape(panel.n_items, panel.n_readers * n_cells),
        values=values,
        used=np.repeat(pairs > 0, n_weights, axis=1),
        n_raters=(1,) * n,
        n_pairs=(0,) * n,
        reasons=tuple(why for why in reasons for _ in WEIGHTINGS),
        closed=tuple(
            form if alone else None
            for form, alone in zip(closed_forms(observed, panel.scale), once, strict=True)
        ),
    )


def _self_reason(why: str | None) -> str | None:
    """The reason of a pair of readers, said of two readings of one."""
    return (
        None
        if why is None
        else why.replace("both gave", "both readings are", 1).replace(
            "to every item", "on every item", 1
        )
    )


def _rate_family(readings: Readings, tables: FloatArray) -> Family:
    names = readings.first.readers
    rates = [
        rate
        for j, name in enumerate(names)
        for rate in _rates(tables[:, j], readings.first.scale, INTRA, (name,), n_raters=1)
    ]
    return rate_family(rates, n_items=readings.first.n_items)


def _pooled(readings: Readings, tables: FloatArray) -> Iterator[Rate]:
    panel = readings.first
    n_raters = int(tables.any(axis=(0, 2, 3)).sum())
    all_tables = tables.sum(axis=1)
    return _rates(all_tables, panel.scale, ALL_READERS, panel.readers, n_raters=n_raters)


def _rates(
    table: FloatArray, scale: tuple[int, ...], form: str, raters: tuple[str, ...], *, n_raters: int
) -> Iterator[Rate]:
    """Percent and grade-specific agreement of `(n_items, k, k)` pairs of readings."""
    same = np.einsum("igg->ig", table)
    pairs = table.sum(axis=(1, 2))
    label = Label("percent_agreement", "unweighted", form, raters)
    yield Rate(label, same.sum(axis=1), pairs, n_raters, 0, NO_REPEAT)
    given = table.sum(axis=1) + table.sum(axis=2)
    for at, grade in enumerate(scale):
        label = Label("specific_agreement", "unweighted", form, raters, grade)
        never = f"grade {grade} is in no repeated reading" if pairs.any() else NO_REPEAT
        yield Rate(label, 2.0 * same[:, at], given[:, at], n_raters, 0, never)
