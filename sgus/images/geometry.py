"""The one path from a picture to the network: text out, window, area resize."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import ImageError
from sgus.core.region import Region
from sgus.images.region import MIN_REGION_PX
from sgus.images.text import remove_text, text_mask

PREPARE_VERSION: Final = 3
"""Raised whenever `prepare` gives other pixels for the same input: caches are then rebuilt."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """What the network sees of a picture.

    Attributes:
        pixels: `(height, width)` uint8.
        window: The part of the picture that `pixels` shows.
        mask: `(h, w)` of the whole picture, true where text was removed.
    """

    pixels: NDArray[np.uint8]
    window: Region
    mask: NDArray[np.bool_]


def network_window(region: Region, *, height: int, width: int) -> Region:
    """The largest window of the network's aspect inside the ultrasound area.

    Nothing is padded and nothing is stretched, so that the shape of a frame cannot tell which
    scanner it came from. A window narrower than the area is centred in it; one less deep starts
    at the skin, where the gland lies.

    Args:
        region: The ultrasound area.
        height: Height of the network's input, pixels.
        width: Width of the network's input, pixels.
    """
    if region.width * height >= region.height * width:
        window_height = region.height
        window_width = min(region.width, max(1, round(window_height * width / height)))
    else:
        window_width = region.width
        window_height = min(region.height, max(1, round(window_width * height / width)))
    x0 = region.x0 + (region.width - window_width) // 2
    return Region(x0, region.y0, x0 + window_width, region.y0 + window_height)


def prepare(pixels: NDArray[np.uint8], region: Region, *, height: int, width: int) -> Prepared:
    """Find text, remove it, cut the window and resize it by area.

    Args:
        pixels: `(h, w)` uint8 of the whole picture.
        region: Its ultrasound area; what lies outside the picture is ignored.
        height: Height of the network's input, pixels.
        width: Width of the network's input, pixels.

    Raises:
        ImageError: The area is smaller than 48 pixels a side, or outside the picture.
    """
    inside = _inside(pixels, region)
    window = network_window(inside, height=height, width=width)
    mask = text_mask(pixels, inside)
    area = remove_text(pixels[inside.slices], mask[inside.slices])
    crop = area[_relative(window, inside).slices]
    return Prepared(_resized(crop, height=height, width=width), window, mask)


def _inside(pixels: NDArray[np.uint8], region: Region) -> Region:
    try:
        inside = region.clip(pixels.shape[1], pixels.shape[0])
    except ValueError as error:
        cause = f"the ultrasound area ({region.text()}) lies outside the picture"
        raise ImageError("picture", cause, "Draw the area again") from error
    if min(inside.width, inside.height) < MIN_REGION_PX:
        cause = (
            f"the ultrasound area is {inside.width} x {inside.height} pixels, "
            f"less than {MIN_REGION_PX} a side"
        )
        raise ImageError("picture", cause, "Draw a larger area or use a larger picture")
    return inside


def _relative(window: Region, area: Region) -> Region:
    """The window in the coordinates of the area that holds it."""
    x0, y0 = window.x0 - area.x0, window.y0 - area.y0
    return Region(x0, y0, x0 + window.width, y0 + window.height)


def _resized(crop: NDArray[np.uint8], *, height: int, width: int) -> NDArray[np.uint8]:
    """`(height, width)`: averaged where it shrinks, linear where it grows."""
    shrinks = crop.shape[0] >= height and crop.shape[1] >= width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop, (width, height), interpolation=method), dtype=np.uint8)
