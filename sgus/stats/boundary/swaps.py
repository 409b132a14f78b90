"""Swaps: two readers give one image the two grades on either side of a boundary.

Two rates, which differ in what they are a share of:

- `swap_rate`: of all pairs of readings of one item by different readers. It grows with the number
  of images near the boundary, so it says how much trouble the boundary makes in this cohort.
- `swap_rate_within`: of the pairs in which both readings are one of the two grades. It is 1 -
  percent agreement on the boundary, the readers' own side of the model's task 0 v 1; it forgets
  images on which one reader left the two grades.

A label has the boundary's lower grade as its `grade`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.family import Family, Label
from sgus.stats.agreement.panel import Panel
from sgus.stats.agreement.rates import Rate, rate_family
from sgus.stats.boundary.neighbours import boundary_code, pairs_of, readers_met

ALL_ITEMS: Final = "all items"
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
ItemGroups = Mapping[str, BoolArray]
ReaderGroups = Mapping[str, Sequence[str]]


@dataclass(frozen=True, eq=False)
class ReaderSet:
    """Which pairs of readers a pooled figure is about.

    Attributes:
        form: Its name in labels.
        left: Readers, by their place in the panel.
        right: Other readers, for pairs of one of each; None for the pairs among those of `left`.
    """

    form: str
    left: tuple[int, ...]
    right: tuple[int, ...] | None = None


def swap_family(
    panel: Panel,
    boundary: tuple[int, int],
    *,
    groups: ItemGroups | None = None,
    reader_groups: ReaderGroups | None = None,
) -> Family:
    """Rates of swaps over one boundary: overall, by group of items and of readers, by pair.

    Args:
        panel: First readings.
        boundary: Two neighbouring grades, such as `(0, 1)`.
        groups: Name to `(n_items,)` mask: gland, device, centre. They may overlap.
        reader_groups: Name to names of readers, such as by experience; no reader in two of them.

    Returns:
        For each of these, `swap_rate` and `swap_rate_within`. Forms: `all items`; the name of the
        group of items; `readers: A` for pairs within a group of readers, `readers: A with B` for
        pairs across; `pair` for two readers. Pooled figures count every pair of readings once,
        so a reader who read more weighs more.

    Raises:
        ValueError: The boundary is none of the scale, a mask has the wrong length, or a reader
            is unknown or in two groups.
    """
    code = boundary_code(panel.scale, boundary)
    everyone = ReaderSet(ALL_ITEMS, tuple(range(panel.n_readers)))
    rates = list(_pooled(panel, code, everyone, np.ones(panel.n_items, dtype=np.bool_)))
    for name, mask in (groups or {}).items():
        if mask.shape != (panel.n_items,):
            raise ValueError(f"group {name} has a mask of {mask.shape} for {panel.n_items} items")
        rates += _pooled(panel, code, ReaderSet(name, everyone.left), mask)
    for chosen in reader_sets(panel, reader_groups or {}):
        rates += _pooled(panel, code, chosen, np.ones(panel.n_items, dtype=np.bool_))
    return rate_family([*rates, *_pairwise(panel, code)], n_items=panel.n_items)


def reader_sets(panel: Panel, groups: ReaderGroups) -> list[ReaderSet]:
    """Pairs within each group of readers, then those across each two groups.

    Raises:
        ValueError: A reader is unknown, or named twice.
    """
    places = {name: place for place, name in enumerate(panel.readers)}
    named = [name for names in groups.values() for name in names]
    wrong = [name for name in named if name not in places or named.count(name) > 1]
    if wrong:
        raise ValueError(f"reader {wrong[0]} is not of this panel, or is in two groups")
    columns = {name: tuple(places[reader] for reader in group) for name, group in groups.items()}
    within = [ReaderSet(f"readers: {name}", left) for name, left in columns.items()]
    names = list(columns)
    across = [
        ReaderSet(f"readers: {a} with {b}", columns[a], columns[b])
        for place, a in enumerate(names)
        for b in names[place + 1 :]
    ]
    return within + across


def _pooled(panel: Panel, code: int, chosen: ReaderSet, mask: BoolArray) -> Iterator[Rate]:
    hot = panel.one_hot[..., code : code + 2] * mask[:, None, None]
    read = panel.given & mask[:, None]
    near: BoolArray = np.any(hot > 0, axis=2)
    left = list(chosen.left)
    right = None if chosen.right is None else list(chosen.right)
    of_left = hot[:, left].sum(axis=1)  # (n_items, 2)
    if right is None:
        swaps = of_left[:, 0] * of_left[:, 1]
    else:
        swaps = (of_left * hot[:, right].sum(axis=1)[:, ::-1]).sum(axis=1)
    raters = tuple(panel.readers[j] for j in sorted({*left, *(right or [])}))
    for statistic, taking_part, empty in (
        ("swap_rate", read, "no item was read by two of these readers"),
        ("swap_rate_within", near, "no item was given these two grades by two of these readers"),
    ):
        sides = (taking_part[:, left], None if right is None else taking_part[:, right])
        n_raters, n_pairs = readers_met(*sides)
        label = Label(statistic, None, chosen.form, raters, panel.scale[code])
        yield Rate(label, swaps, _readings_met(*sides), n_raters, n_pairs, empty)


def _readings_met(left: BoolArray, right: BoolArray | None) -> FloatArray:
    """Pairs of readings of each item, `(n_items,)`."""
    n_left = left.sum(axis=1).astype(np.float64)
    return pairs_of(n_left) if right is None else n_left * right.sum(axis=1)


def _pairwise(panel: Panel, code: int) -> Iterator[Rate]:
    hot = panel.one_hot[..., code : code + 2].astype(np.bool_)
    for i in range(panel.n_readers):
        for j in range(i + 1, panel.n_readers):
            raters = (panel.readers[i], panel.readers[j])
            crossed = hot[:, i] & hot[:, j, ::-1]
            swaps = np.asarray(crossed.any(axis=1), dtype=np.float64)
            both = panel.given[:, i] & panel.given[:, j]
            near = np.any(hot[:, i], axis=1) & np.any(hot[:, j], axis=1)
            for statistic, whole, empty in (
                ("swap_rate", both, "the two readers have no item in common"),
                ("swap_rate_within", near, "the two readers gave no item these two grades"),
            ):
                label = Label(statistic, None, "pair", raters, panel.scale[code])
                met = bool(whole.any())
                whole_counts = np.asarray(whole, dtype=np.float64)
                yield Rate(label, swaps, whole_counts, 2, int(met), empty)
