"""Where disagreement lies: on which boundary, how far apart, on which side of the threshold.

The unit is a pair of readings of one item that differ: by two readers, or by one reader twice.
Pairs of readings of one item are not independent, so that every interval resamples patients.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.grades import GRADES, PATHOLOGICAL_FROM
from sgus.stats.agreement.family import Family, Label
from sgus.stats.agreement.panel import Panel, Readings
from sgus.stats.agreement.rates import Rate, rate_family
from sgus.stats.boundary.neighbours import boundaries, pairs_of, readers_met

FloatArray = NDArray[np.float64]

FURTHER: Final = "two or more"
INTRA: Final = "intra-reader"
NO_PAIR: Final = "no item was read twice"
NO_DIFFERENCE: Final = "no two readings of one item differ"
NO_THRESHOLD: Final = f"the threshold >= {PATHOLOGICAL_FROM} belongs to the OMERACT grades 0 to 3"


@dataclass(frozen=True, eq=False)
class ReadingPairs:
    """Pairs of readings of one item, counted by their two grades.

    Attributes:
        met: `(n_items,)` pairs of readings, equal or not.
        differing: `(n_items, k, k)` differing pairs, at the lower grade by the higher one; the
            rest is 0.
    """

    met: FloatArray
    differing: FloatArray

    @classmethod
    def of_counts(cls, counts: FloatArray) -> ReadingPairs:
        """All pairs among readings `(n_items, n_makers, k)`, counted by grade for each maker."""
        table = np.einsum("img,imh->igh", counts, counts)
        return cls(pairs_of(counts.sum(axis=2)).sum(axis=1), np.triu(table, 1))


def disagreement_family(panel: Panel) -> Family:
    """Shares of disagreement between readers.

    Args:
        panel: First readings.

    Returns:
        `disagreement_rate` (form `all readers`): share of all pairs of readings that differ.
        `disagreement_share`: of the differing pairs, those on each pair of grades (forms `0/1`,
        `0/2`, ...) and those two or more grades apart (form `two or more`); neighbouring pairs
        and `two or more` sum to one. `crossing_share`: of the differing pairs, those on two
        sides of the threshold of pathological glands (form `>= 2`); `crossing_rate`: the same
        of all pairs. The last two are undefined, with a reason, on another scale than 0 to 3.
    """
    pairs = ReadingPairs.of_counts(panel.one_hot.sum(axis=1, keepdims=True))
    met = readers_met(panel.given, None)
    rates = _rates(pairs, panel, form=None, met=met)
    return rate_family(list(rates), n_items=panel.n_items)


def intra_disagreement_family(readings: Readings) -> Family:
    """The same shares between repeated readings of an item by one reader, all readers pooled.

    Beside `disagreement_family` it shows how much of the trouble on a boundary a reader has with
    itself. Every two readings of one reader on one item make a pair.

    Args:
        readings: All readings.

    Returns:
        The figures of `disagreement_family`; forms end in `, intra-reader`, except that of
        `disagreement_rate`, which is `intra-reader`.
    """
    panel = readings.first
    grades = np.arange(panel.n_grades, dtype=np.int8)
    counts = (readings.codes[..., None] == grades).sum(axis=2).astype(np.float64)
    repeated = ((counts.sum(axis=2) >= 2).any(axis=0)).sum()
    rates = _rates(ReadingPairs.of_counts(counts), panel, form=INTRA, met=(int(repeated), 0))
    return rate_family(list(rates), n_items=panel.n_items)


def _rates(
    pairs: ReadingPairs, panel: Panel, *, form: str | None, met: tuple[int, int]
) -> Iterator[Rate]:
    def rate(statistic: str, named: str, part: FloatArray, whole: FloatArray) -> Rate:
        label = Label(statistic, None, named, panel.readers)
        reason = NO_PAIR if not pairs.met.any() else NO_DIFFERENCE
        return Rate(label, part, whole, *met, reason)

    ending = "" if form is None else f", {form}"
    differing = pairs.differing.sum(axis=(1, 2))
    yield rate("disagreement_rate", form or "all readers", differing, pairs.met)
    scale = panel.scale
    for low, high in zip(*np.triu_indices(len(scale), 1), strict=True):
        name = f"{scale[low]}/{scale[high]}{ending}"
        yield rate("disagreement_share", name, pairs.differing[:, low, high], differing)
    apart = np.triu(pairs.differing, 2).sum(axis=(1, 2))
    yield rate("disagreement_share", FURTHER + ending, apart, differing)
    yield from _crossing(pairs, panel, ending=ending, met=met)


def _crossing(
    pairs: ReadingPairs, panel: Panel, *, ending: str, met: tuple[int, int]
) -> Iterator[Rate]:
    differing = pairs.differing.sum(axis=(1, 2))
    known = panel.scale == GRADES
    below = np.asarray(panel.scale) < PATHOLOGICAL_FROM
    crossing = (pairs.differing * (below[:, None] & ~below)).sum(axis=(1, 2)) * known
    for statistic, whole, empty in (
        ("crossing_share", differing, NO_DIFFERENCE if pairs.met.any() else NO_PAIR),
        ("crossing_rate", pairs.met, NO_PAIR),
    ):
        label = Label(statistic, None, f">= {PATHOLOGICAL_FROM}{ending}", panel.readers)
        yield Rate(label, crossing, whole * known, *met, empty if known else NO_THRESHOLD)


def sharing_forms(scale: tuple[int, ...]) -> tuple[str, ...]:
    """Forms of `disagreement_share` that sum to one: each boundary, then `two or more`."""
    return (*map(str, boundaries(scale)), FURTHER)
