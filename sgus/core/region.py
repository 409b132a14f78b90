"""A rectangle of pixels: the ultrasound area of an image, or the part the network sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Region:
    """Half-open pixel rectangle: columns `x0 <= x < x1`, rows `y0 <= y < y1`.

    Raises:
        ValueError: It is empty or starts at a negative pixel.
    """

    x0: int
    y0: int
    x1: int
    y1: int

    def __post_init__(self) -> None:
        if not (0 <= self.x0 < self.x1 and 0 <= self.y0 < self.y1):
            raise ValueError(f"not a region: x {self.x0} to {self.x1}, y {self.y0} to {self.y1}")

    @property
    def width(self) -> int:
        """Columns."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Rows."""
        return self.y1 - self.y0

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of an `(h, w)` array: `pixels[region.slices]`."""
        return slice(self.y0, self.y1), slice(self.x0, self.x1)

    def text(self) -> str:
        """As the manifest writes it: `x0 y0 x1 y1`."""
        return f"{self.x0} {self.y0} {self.x1} {self.y1}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `text` wrote.

        Raises:
            ValueError: It is not four whole numbers that make a region.
        """
        numbers = [int(part) for part in text.split()]
        if len(numbers) != 4:
            raise ValueError(f"not a region of four numbers: {text!r}")
        return cls(*numbers)

    def clip(self, width: int, height: int) -> Self:
        """The part inside an image of `width` x `height` pixels.

        Raises:
            ValueError: Nothing of it is inside.
        """
        return type(self)(self.x0, self.y0, min(self.x1, width), min(self.y1, height))

    def iou(self, other: Region) -> float:
        """Intersection over union, 0 to 1."""
        across = max(0, min(self.x1, other.x1) - max(self.x0, other.x0))
        down = max(0, min(self.y1, other.y1) - max(self.y0, other.y0))
        shared = across * down
        return shared / (self.width * self.height + other.width * other.height - shared)
