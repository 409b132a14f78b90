"""Strokes that software drew over an ultrasound picture: letters, crosses, upright ruler lines.

Ultrasound is blurred sideways, for a beam is wider than a pulse is long: what is bright in tissue
is wide. A bright stroke a few pixels wide with sharp sides was drawn by the scanner's software.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_CONTRAST: Final = 70
"""How much brighter a stroke is than what lies left and right of it, grey levels."""
_CONTRAST_TO_SPECKLE: Final = 12.0
"""And by how many times the mean of that difference: coarse speckle is no writing."""
_BRIGHT: Final = 110
"""Lowest grey level of a stroke."""
_LEAST_PX: Final = 6
_WIDTH_PER_PX: Final = 130
"""Software draws thicker on wider frames: a pixel more for so many pixels of width."""


def stroke_width(area_width: int) -> int:
    """Widest stroke to look for in an ultrasound area of this width, pixels."""
    return max(_LEAST_PX, area_width // _WIDTH_PER_PX)


def stroke_points(
    area: NDArray[np.uint8], *, width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pixels that are bright, narrow and sharp from left to right.

    Args:
        area: `(h, w)` uint8.
        width: Widest stroke, pixels; see `stroke_width`.

    Returns:
        Rows and columns of the pixels, each `(n,)`.
    """
    narrow = cv2.morphologyEx(area, cv2.MORPH_TOPHAT, np.ones((1, width + 1), np.uint8))
    least = max(_CONTRAST, _CONTRAST_TO_SPECKLE * cv2.mean(narrow)[0])
    contrast = cv2.threshold(narrow, least, 1, cv2.THRESH_BINARY)[1]
    if not cv2.countNonZero(contrast):  # most pictures; looking for places is ten times the work
        return np.empty(0, np.int64), np.empty(0, np.int64)
    columns, rows = np.asarray(cv2.findNonZero(contrast), dtype=np.int64).reshape(-1, 2).T
    bright = area[rows, columns] > _BRIGHT
    return rows[bright], columns[bright]
