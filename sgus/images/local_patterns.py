"""Local binary patterns: which neighbours on a circle are at least as bright as the middle.

References:
    Ojala, Pietikainen and Maenpaa 2002, 10.1109/TPAMI.2002.1017623 (rotation-invariant, uniform).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

SCALES: Final = ((8, 1.0), (16, 3.0))
"""Neighbours on the circle and its radius in pixels."""

_TIE: Final = 1e-3
"""Rounding of the interpolation must not decide whether a flat patch is equal to its middle."""


def uniform_patterns(image: NDArray[np.uint8], *, points: int, radius: float) -> NDArray[np.uint8]:
    """Rotation-invariant uniform pattern of every pixel that the circle fits around.

    Args:
        image: `(h, w)` uint8.
        points: Neighbours on the circle, from the right anticlockwise, interpolated bilinearly.
        radius: Of the circle, pixels.

    Returns:
        `(h - 2 m, w - 2 m)`, m = radius rounded up: number of bright neighbours where they form
        at most one run (0 ... points), points + 1 elsewhere.
    """
    margin = int(np.ceil(radius))
    grey = image.astype(np.float32)
    middle = grey[margin:-margin, margin:-margin]
    angles = 2 * np.pi * np.arange(points) / points
    bright = np.stack(
        [
            _shifted(grey, -radius * np.sin(angle), radius * np.cos(angle), margin) - middle
            >= -_TIE
            for angle in angles
        ]
    )  # (points, h', w')
    changes = (bright != np.roll(bright, 1, axis=0)).sum(axis=0)
    count = bright.sum(axis=0)
    return np.where(changes <= 2, count, points + 1).astype(np.uint8)


def _shifted(
    grey: NDArray[np.float32], down: float, across: float, margin: int
) -> NDArray[np.float32]:
    """The image moved by a fraction of pixels, cut to the middle part."""
    down, across = round(down, 6), round(across, 6)
    row, column = int(np.floor(down)), int(np.floor(across))
    part_down, part_across = np.float32(down - row), np.float32(across - column)

    def part(rows: int, columns: int) -> NDArray[np.float32]:
        height, width = grey.shape
        top, left = margin + rows, margin + columns
        return grey[top : top + height - 2 * margin, left : left + width - 2 * margin]

    moved = part(row, column) * ((1 - part_down) * (1 - part_across))
    if part_across:
        moved = moved + part(row, column + 1) * ((1 - part_down) * part_across)
    if part_down:
        moved = moved + part(row + 1, column) * (part_down * (1 - part_across))
    if part_down and part_across:
        moved = moved + part(row + 1, column + 1) * (part_down * part_across)
    return moved


def pattern_histogram(
    image: NDArray[np.uint8], *, points: int, radius: float
) -> NDArray[np.float64]:
    """Share of each uniform pattern.

    Args:
        image: `(h, w)` uint8, larger than the circle.
        points: Neighbours on the circle.
        radius: Of the circle, pixels.

    Returns:
        `(points + 2,)` summing to one.
    """
    patterns = uniform_patterns(image, points=points, radius=radius)
    return np.bincount(patterns.ravel(), minlength=points + 2) / patterns.size
