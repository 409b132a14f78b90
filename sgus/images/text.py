"""Writing burned into the ultrasound: where it is, and what to put in its place.

References:
    Burned-in text and callipers as shortcuts of networks: arXiv 2303.13918.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sgus.core.region import Region
from sgus.images.strokes import stroke_points, stroke_width

_CELL: Final = 4
"""Side of the cells in which strokes are gathered to words, pixels."""
_MIN_STROKE_PIXELS: Final = 10
"""A word, a calliper cross or a logo has at least this many pixels of stroke."""
_MIN_HEIGHT_PX: Final = 5
_MARGIN: Final = 0.6
"""Room around a word in heights: a T or an L reaches that far beyond its upright stroke, the
lighter box behind the letters and what JPEG smears around it not quite."""
_MARGIN_PX: Final = (6, 24)
"""Least and most room."""
_FEATHER_PX: Final = 6
"""Columns at each side of a filled box that fade into the picture; all of them are margin."""
_MOST_WORDS: Final = 200
"""More than any scanner writes: a page of text must not take minutes."""
_FADE_FROM, _FADE_TO = 0.35, 0.65
"""Depth in a filled box over which tissue from above gives way to tissue from below."""

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Box = tuple[int, int, int, int]
"""Half-open `(x0, y0, x1, y1)`."""


def text_mask(pixels: Grey, region: Region) -> Mask:
    """Boxes around text, callipers and logos that were drawn over the ultrasound.

    Whole boxes, not letters: the outline of letters would still be readable.

    Args:
        pixels: `(h, w)` uint8 of the whole picture.
        region: Its ultrasound area; nothing outside is marked.

    Returns:
        `(h, w)`, true where something was written.
    """
    mask = np.zeros(pixels.shape, dtype=np.bool_)
    inside = mask[region.slices]
    for x0, y0, x1, y1 in _word_boxes(pixels[region.slices]):
        inside[y0:y1, x0:x1] = True
    return mask


def _word_boxes(area: Grey) -> list[Box]:
    """Boxes around strokes that stand together, with the room that letters and box need."""
    width = stroke_width(area.shape[1])
    rows, columns = stroke_points(area, width=width)
    if rows.size < _MIN_STROKE_PIXELS:
        return []
    reach = 3 * width
    return _merged(
        [_with_room(ink, area.shape, reach=reach) for ink in _inked(rows, columns, reach=reach)]
    )


def _inked(rows: NDArray[np.int64], columns: NDArray[np.int64], *, reach: int) -> list[Box]:
    """Bounding boxes of the words that have ink enough, those with most ink first."""
    words = _words(rows, columns, reach=reach)
    order = np.argsort(words, kind="stable")
    starts = np.flatnonzero(np.diff(words[order], prepend=-1))
    sizes = np.diff(starts, append=words.size)
    y, x = rows[order], columns[order]
    low_x, high_x = np.minimum.reduceat(x, starts), np.maximum.reduceat(x, starts) + 1
    low_y, high_y = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts) + 1
    enough = (sizes >= _MIN_STROKE_PIXELS) & (high_y - low_y >= _MIN_HEIGHT_PX)
    kept = np.argsort(-sizes, kind="stable")
    kept = kept[enough[kept]][:_MOST_WORDS]
    found = np.stack([low_x, low_y, high_x, high_y], axis=1)[kept].tolist()
    return [(x0, y0, x1, y1) for x0, y0, x1, y1 in found]


def _with_room(ink: Box, shape: tuple[int, ...], *, reach: int) -> Box:
    """A box of ink with its margin, up to the side of the area when that is near.

    What the side cuts off from a letter may have no upright stroke left: the bars of an E.
    """
    x0, y0, x1, y1 = ink
    room = min(max(round(_MARGIN * (y1 - y0)), _MARGIN_PX[0]), _MARGIN_PX[1])
    x0, x1 = x0 - room - _FEATHER_PX, x1 + room + _FEATHER_PX
    x0 = 0 if x0 < reach else x0
    x1 = shape[1] if x1 > shape[1] - reach else x1
    return x0, max(y0 - room, 0), x1, min(y1 + room, shape[0])


def _merged(boxes: list[Box]) -> list[Box]:
    """Boxes that overlap become one, so that each is filled as a whole."""
    apart: list[Box] = []
    for box in boxes:
        joined = box
        while met := [other for other in apart if _overlap(joined, other)]:
            apart = [other for other in apart if other not in met]
            x0, y0, x1, y1 = zip(joined, *met, strict=True)
            joined = (min(x0), min(y0), max(x1), max(y1))
        apart.append(joined)
    return apart


def _overlap(a: Box, b: Box) -> bool:
    """Whether two boxes overlap or touch."""
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def _words(rows: NDArray[np.int64], columns: NDArray[np.int64], *, reach: int) -> NDArray[np.int32]:
    """Number of the word that each stroke pixel belongs to, `(n,)`.

    Pixels belong together when they are within `reach` of each other sideways, or in
    neighbouring cells up and down.
    """
    y, x = rows // _CELL, columns // _CELL
    grid = np.zeros((int(y.max()) + 1, int(x.max()) + 1), np.uint8)
    grid[y, x] = 1
    across = 2 * max(1, round(reach / _CELL / 2)) + 1
    joined = cv2.dilate(grid, np.ones((3, across), np.uint8))
    labels = np.asarray(cv2.connectedComponents(joined, connectivity=4)[1], dtype=np.int32)
    return np.asarray(labels[y, x], dtype=np.int32)


def remove_text(pixels: Grey, mask: Mask) -> Grey:
    """Fill the mask with the tissue above and below it, mirrored.

    Each connected part is filled as its bounding box, so that no shape of it remains. Mirrored
    tissue keeps brightness and speckle, which a smooth fill would not. The outermost columns,
    which `text_mask` adds as margin, fade into the picture. Nothing is random.

    Args:
        pixels: `(h, w)` uint8.
        mask: `(h, w)`, true where to fill.

    Returns:
        `(h, w)` uint8, `pixels` itself when the mask is empty.
    """
    outlines = cv2.findContours(
        np.ascontiguousarray(mask).view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )[0]
    if not outlines:
        return pixels
    filled = pixels.copy()
    boxes = [tuple(map(int, cv2.boundingRect(outline))) for outline in outlines]
    for x, y, width, height in sorted(boxes, key=lambda box: (box[1], box[0])):
        _fill(filled, (x, y, x + width, y + height))
    return filled


def _fill(pixels: Grey, box: Box) -> None:
    """Replace a box in place by its mirrored surroundings, faded into one another."""
    x0, y0, x1, y1 = box
    rows = np.arange(y0, y1)
    room_above, room_below = y0, pixels.shape[0] - y1
    if not room_above and not room_below:
        return
    depth = (rows - y0 + 0.5) / (y1 - y0)
    share = np.clip((depth - _FADE_FROM) / (_FADE_TO - _FADE_FROM), 0.0, 1.0)[:, None]
    if not room_above or not room_below:
        share[:] = 1.0 if room_below else 0.0
    upper = pixels[y0 - 1 - _folded(rows - y0, room_above), x0:x1] if room_above else 0
    lower = pixels[y1 + _folded(y1 - 1 - rows, room_below), x0:x1] if room_below else 0
    tissue = upper * (1.0 - share) + lower * share
    own = _feather(x0, x1, pixels.shape[1])
    pixels[y0:y1, x0:x1] = np.rint(tissue * (1.0 - own) + pixels[y0:y1, x0:x1] * own)


def _feather(x0: int, x1: int, width: int) -> NDArray[np.float64]:
    """Share of its own content that each column of a box keeps: some at the sides, 0 within."""
    own = np.zeros(x1 - x0)
    ramp = np.arange(_FEATHER_PX, 0, -1) / (_FEATHER_PX + 1)
    if own.size < 4 * _FEATHER_PX:
        return own
    if x0 > 0:
        own[:_FEATHER_PX] = ramp
    if x1 < width:
        own[-_FEATHER_PX:] = ramp[::-1]
    return own


def _folded(distance: NDArray[np.int64], room: int) -> NDArray[np.int64]:
    """Distances folded back and forth into `0 ... room - 1`."""
    distance = distance % (2 * room)
    return np.where(distance < room, distance, 2 * room - 1 - distance)
