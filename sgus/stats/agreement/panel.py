"""The ratings matrix: items by readers, with gaps, on a scale that is passed and never inferred."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

MISSING: Final = -1
"""Code of an image that a reader did not read."""

CodeArray = NDArray[np.int8]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Panel:
    """What each reader said of each item, one reading of each.

    Attributes:
        codes: `(n_items, n_readers)`, place of the grade on the scale, or `MISSING`.
        items: Names of the items (images), all different.
        readers: Names of the readers, all different.
        scale: The grades that could be given, in order; a grade nobody used stays.
        patients: Patient of each item, or None where unknown: then items are resampled.
        unit: What `patients` are: `patient`, or `grouping key` where one may merge patients;
            `item` where they are unknown.
    """

    codes: CodeArray
    items: tuple[str, ...]
    readers: tuple[str, ...]
    scale: tuple[int, ...]
    patients: tuple[str, ...] | None = None
    unit: str = "item"

    def __post_init__(self) -> None:
        """Refuse a panel that contradicts itself.

        Raises:
            ValueError: Shapes, names, codes, scale or unit do not fit.
        """
        if self.codes.shape != (len(self.items), len(self.readers)):
            named = (len(self.items), len(self.readers))
            raise ValueError(f"codes are {self.codes.shape}, the names say {named}")
        for what, names in (("item", self.items), ("reader", self.readers)):
            if len(set(names)) != len(names):
                raise ValueError(f"two {what}s have one name")
        if len(self.scale) < 2 or list(self.scale) != sorted(set(self.scale)):
            raise ValueError(f"the scale needs two or more grades in rising order: {self.scale}")
        if self.codes.size and not (
            self.codes.min() >= MISSING and self.codes.max() < len(self.scale)
        ):
            raise ValueError("a code lies outside the scale")
        if (self.patients is None) != (self.unit == "item"):
            raise ValueError(f"the unit is {self.unit}, which does not fit the patients")
        if self.patients is not None and len(self.patients) != len(self.items):
            raise ValueError(f"{len(self.patients)} patients for {len(self.items)} items")

    @property
    def n_items(self) -> int:
        """Number of items, rated or not."""
        return len(self.items)

    @property
    def n_readers(self) -> int:
        """Number of readers."""
        return len(self.readers)

    @property
    def n_grades(self) -> int:
        """Length of the scale."""
        return len(self.scale)

    @cached_property
    def given(self) -> NDArray[np.bool_]:
        """`(n_items, n_readers)`, whether the reader read the item."""
        return np.asarray(self.codes != MISSING, dtype=np.bool_)

    @cached_property
    def one_hot(self) -> FloatArray:
        """`(n_items, n_readers, n_grades)`, 1 at the grade given, all 0 where missing."""
        return np.asarray(
            self.codes[..., None] == np.arange(self.n_grades, dtype=np.int8), dtype=np.float64
        )

    @cached_property
    def unit_index(self) -> NDArray[np.int64]:
        """`(n_items,)`, number of the resampling unit of each item, from 0, in sorted order."""
        names = self.items if self.patients is None else self.patients
        _, index = np.unique(np.asarray(names, dtype=np.str_), return_inverse=True)
        return np.asarray(index, dtype=np.int64).ravel()

    def only(self, items: NDArray[np.bool_]) -> Panel:
        """The panel of some items.

        Args:
            items: `(n_items,)`, those to keep.
        """
        kept = np.flatnonzero(items)
        patients = self.patients
        return replace(
            self,
            codes=self.codes[kept],
            items=tuple(self.items[i] for i in kept),
            patients=None if patients is None else tuple(patients[i] for i in kept),
        )

    def of_readers(self, names: Sequence[str]) -> Panel:
        """The panel of some readers, in the order given; items nobody of them read stay."""
        columns = [self.readers.index(name) for name in names]
        return replace(self, codes=self.codes[:, columns], readers=tuple(names))

    def with_reader(self, name: str, codes: CodeArray) -> Panel:
        """The panel with one more reader, such as a model, in the last column.

        Args:
            name: Its name, new to the panel.
            codes: `(n_items,)`, place on the scale or `MISSING`.
        """
        joined = np.concatenate([self.codes, codes[:, None].astype(np.int8)], axis=1)
        return replace(self, codes=joined, readers=(*self.readers, name))


@dataclass(frozen=True, eq=False)
class Readings:
    """Every reading of every reader; nothing in it is ever overwritten.

    Attributes:
        first: Each reader's first reading of each item: what readers are compared by.
        codes: `(n_items, n_readers, n_readings)`, readings in their order, `MISSING` where none.
    """

    first: Panel
    codes: CodeArray

    @property
    def n_readings(self) -> int:
        """Largest number of readings of one item by one reader."""
        return int(self.codes.shape[2])
