"""Where the ultrasound is in a scanner's frame: margins, panels, rulers and grey bars stay out.

Tissue differs from everything around it by being textured over a large area without gaps: text
is strokes with gaps, panels are flat, rulers and grey bars are thin. The finder looks for that
and for nothing that belongs to one manufacturer.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import ImageError
from sgus.core.region import Region
from sgus.images.strokes import stroke_points, stroke_width

MIN_REGION_PX: Final = 48
"""Shortest side of an ultrasound area that can be graded."""

_TISSUE_LEVEL: Final = 6
"""Grey level above which a pixel may be tissue; JPEG leaves less than this on black."""
_TEXTURE: Final = 3
"""Least difference of grey levels within 5 x 5 pixels of tissue; flat panels have none."""
_BOX: Final = 15
"""Side of the window in which the share of tissue pixels is taken, pixels."""
_DENSE: Final = 0.6
"""Share of tissue pixels in that window; lines of text stay below it."""
_STEP: Final = 4
"""The coarse search runs on every fourth pixel."""
_THIN: Final = 32
"""What is thinner than this is no ultrasound but a bar, a ruler or a line of text, pixels."""
_REACH: Final = 96
"""How far beyond the coarse end an edge is looked for: dark gel may hide this much, pixels."""
_SECOND_PART: Final = 0.1
"""Least area, relative to the largest part, of a part that a shadow cut off."""
_EDGE_DROP: Final = 0.3
"""An edge is where the share of tissue pixels of a line falls to this part of that inside."""
_FADED_LEVEL: Final = 16
"""Grey level that half of a line stays below where it is the faded rest of the picture; its mean
would count text that is written there."""
_FADE_PX: Final = 12
"""Ringing of JPEG reaches 8 pixels beyond an edge; a faded part must be wider than that."""
_FADE_SIDE: Final = 0.25
_FADE_DEEP: Final = 0.02
"""Share of pixels that still carry speckle in a faded line: beside the picture, and below it."""

_RULER_SHARE: Final = 0.08
"""Part of the width, at each side, in which a ruler may be drawn over the tissue."""
_RULER_LENGTH: Final = 0.12
"""Part of the height from which an upright line is a ruler."""
_RULER_HALF_PX: Final = 10
"""Half the width of a ruler's caps and pointers, pixels."""
_LINE_PX: Final = 6
"""Thickest frame line, pixels."""

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]


def find_region(pixels: Grey) -> Region:
    """The rectangle that holds the ultrasound, for a sector probe its bounding box.

    Args:
        pixels: `(h, w)` uint8, black to white.

    Raises:
        ImageError: Nothing in the picture looks like ultrasound of at least 48 pixels a side.
    """
    box = _coarse_box(_tissue(pixels))
    if box is None:
        raise _no_region()
    region = _without_overlays(pixels, _faded(pixels, _sharpened(pixels, box)))
    if min(region.width, region.height) < MIN_REGION_PX:
        raise _no_region()
    return region


def _no_region() -> ImageError:
    return ImageError(
        "picture",
        f"no ultrasound area of at least {MIN_REGION_PX} x {MIN_REGION_PX} pixels was found",
        "Draw the area by hand, or choose another image",
    )


def _tissue(pixels: Grey) -> Grey:
    """`(h, w)` 0 or 1: neither black nor flat."""
    spread = cv2.morphologyEx(pixels, cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8))
    bright = cv2.threshold(pixels, _TISSUE_LEVEL, 1, cv2.THRESH_BINARY)[1]
    textured = cv2.threshold(spread, _TEXTURE - 1, 1, cv2.THRESH_BINARY)[1]
    return np.asarray(cv2.bitwise_and(bright, textured), dtype=np.uint8)


def _coarse_box(tissue: Grey) -> Region | None:
    """Bounding box of the largest dense part and of what a shadow cut off from it."""
    share = cv2.boxFilter(tissue, cv2.CV_32F, (_BOX, _BOX), borderType=cv2.BORDER_REFLECT)
    dense = (share[::_STEP, ::_STEP] >= _DENSE).astype(np.uint8)
    kernel = np.ones((_THIN // _STEP, _THIN // _STEP), np.uint8)
    thick = cv2.morphologyEx(dense, cv2.MORPH_OPEN, kernel)
    count, _, stats, _ = cv2.connectedComponentsWithStats(thick, connectivity=4)
    if count < 2:
        return None
    parts = np.asarray(stats[1:], dtype=np.int32)
    main = parts[np.argmax(parts[:, cv2.CC_STAT_AREA])]
    parts = parts[_belongs(parts, main)]
    x0, y0 = parts[:, 0].min(), parts[:, 1].min()
    x1, y1 = (parts[:, 0] + parts[:, 2]).max(), (parts[:, 1] + parts[:, 3]).max()
    height, width = tissue.shape
    return Region(
        int(x0) * _STEP, int(y0) * _STEP, min(int(x1) * _STEP, width), min(int(y1) * _STEP, height)
    )


def _belongs(parts: NDArray[np.int32], main: NDArray[np.int32]) -> Mask:
    """Which parts are large and stand beside or below the main one, `(n_parts,)`."""
    large = parts[:, cv2.CC_STAT_AREA] >= _SECOND_PART * main[cv2.CC_STAT_AREA]
    beside = _overlap(parts, main, 1) > 0.5
    below = _overlap(parts, main, 0) > 0.5
    return np.asarray(large & (beside | below), dtype=np.bool_)


def _overlap(parts: NDArray[np.int32], main: NDArray[np.int32], axis: int) -> NDArray[np.float64]:
    """Share of each part's extent along an axis (0 = x, 1 = y) that the main part also covers."""
    low = np.maximum(parts[:, axis], main[axis])
    high = np.minimum(parts[:, axis] + parts[:, axis + 2], main[axis] + main[axis + 2])
    return np.asarray(np.maximum(high - low, 0) / parts[:, axis + 2], dtype=np.float64)


def _sharpened(pixels: Grey, box: Region) -> Region:
    """Move each edge of a coarse box to the line where the tissue really ends."""
    bright = cv2.threshold(pixels, _TISSUE_LEVEL, 1, cv2.THRESH_BINARY)[1]
    columns = bright[box.y0 : box.y1].mean(axis=0)
    x0, x1 = _edge_before(columns, box.x0), _edge_after(columns, box.x1)
    rows = bright[:, x0:x1].mean(axis=1)
    return Region(x0, _edge_before(rows, box.y0), x1, _edge_after(rows, box.y1))


def _edge_after(profile: NDArray[np.float64], coarse: int) -> int:
    """First line behind the tissue, walking outwards from just inside a coarse end."""
    start = max(coarse - _BOX, 1)
    inside = float(np.median(profile[max(start - _BOX, 0) : start]))
    stop = min(coarse + _REACH, profile.size)
    dark = np.flatnonzero(profile[start:stop] < _EDGE_DROP * inside)
    return start + int(dark[0]) if dark.size else stop


def _edge_before(profile: NDArray[np.float64], coarse: int) -> int:
    """First line of the tissue: `_edge_after` seen from the other side."""
    return profile.size - _edge_after(profile[::-1], profile.size - coarse)


def _faded(pixels: Grey, region: Region) -> Region:
    """Add the parts that are almost black yet still speckle: deep tissue, lost contact.

    A picture that fades out downwards has no edge below, so it ends where the frame ends or where
    a panel begins.
    """
    spread = cv2.morphologyEx(pixels, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    alive = cv2.threshold(spread, 0, 1, cv2.THRESH_BINARY)[1]
    bright = cv2.threshold(pixels, _FADED_LEVEL, 1, cv2.THRESH_BINARY)[1]
    y0, y1 = region.y0, region.y1
    dark = bright[y0:y1].mean(axis=0) < 0.5
    columns = dark & (alive[y0:y1].mean(axis=0) >= _FADE_SIDE)
    x1 = region.x1 + _run(columns[region.x1 :])
    x0 = region.x0 - _run(columns[: region.x0][::-1])
    dark = bright[y1:, x0:x1].mean(axis=1) < 0.5
    fades = _run(dark & (alive[y1:, x0:x1].mean(axis=1) >= _FADE_DEEP)) > 0
    return Region(x0, y0, x1, y1 + (_run(dark) if fades else 0))


def _run(lines: Mask) -> int:
    """Length of the run of true at the start, 0 when it is too short to be more than ringing."""
    stops = np.flatnonzero(~lines)
    length = int(stops[0]) if stops.size else lines.size
    return length if length > _FADE_PX else 0


def _without_overlays(pixels: Grey, region: Region) -> Region:
    """Cut off rulers drawn over the tissue at a side, and white lines above or below it."""
    area = pixels[region.slices]
    strip = max(1, round(_RULER_SHARE * region.width))
    left = _ruler(area[:, :strip][:, ::-1], region.width)
    right = _ruler(area[:, -strip:], region.width)
    x0 = region.x0 if left is None else region.x0 + strip - left
    x1 = region.x1 if right is None else region.x1 - strip + right
    rows = pixels[region.y0 : region.y1, x0:x1]
    top, bottom = _frame_line(rows), _frame_line(rows[::-1])
    return Region(x0, region.y0 + top, x1, region.y1 - bottom)


def _ruler(strip: Grey, area_width: int) -> int | None:
    """Columns of a strip, counted from the inner side, that lie before a ruler drawn on it."""
    _, columns = stroke_points(strip, width=stroke_width(area_width))
    length = np.bincount(columns, minlength=strip.shape[1]) / strip.shape[0]
    lines = np.flatnonzero(length >= _RULER_LENGTH)
    return max(0, int(lines[0]) - _RULER_HALF_PX) if lines.size else None


def _frame_line(rows: Grey) -> int:
    """Thickness of a white line along the first rows, with the blur below it; mostly 0."""
    first = rows[:_LINE_PX]
    if not ((first > 230).mean(axis=1) >= 0.9).any():
        return 0
    return int(np.flatnonzero((first > 120).mean(axis=1) >= 0.9)[-1]) + 1
