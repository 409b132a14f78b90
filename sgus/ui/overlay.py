"""Pictures for the page as bytes: the image with its region, and activation maps laid over it."""

from __future__ import annotations

import io
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from sgus.core.region import Region
from sgus.ui.theme import REGION_COLOUR, TEXT_COLOUR, WINDOW_COLOUR

Grey = NDArray[np.uint8]
Rgb = NDArray[np.uint8]

MAX_WIDTH: Final = 960
"""Widest picture sent to the browser, pixels."""
JPEG_QUALITY: Final = 88

# Inferno at nine even steps: rises in lightness, so it also reads in grey and to colour-blind eyes.
_ANCHORS: Final = np.array(
    [
        (0, 0, 4), (31, 12, 72), (85, 15, 109), (136, 34, 106), (186, 54, 85),
        (227, 89, 51), (249, 140, 10), (249, 201, 50), (252, 255, 164),
    ]
)  # fmt: skip


def colour_map(values: NDArray[np.floating[Any]]) -> Rgb:
    """Colour values.

    Args:
        values: `(...)` in 0 to 1; outside is clipped.

    Returns:
        `(..., 3)` uint8 RGB.
    """
    steps = np.linspace(0.0, 1.0, len(_ANCHORS))
    clipped = np.clip(values, 0.0, 1.0)
    channels = [np.interp(clipped, steps, _ANCHORS[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1).round().astype(np.uint8)


def blend(grey: Grey, cam: NDArray[np.floating[Any]], *, opacity: float) -> Rgb:
    """Lay an activation map over a picture; what the map leaves cold stays as it was.

    Args:
        grey: `(h, w)` uint8.
        cam: `(h, w)` in 0 to 1.
        opacity: 0 shows the picture alone, 1 the map's full colour at its hottest pixel.

    Returns:
        `(h, w, 3)` uint8.

    Raises:
        ValueError: Picture and map differ in size.
    """
    if grey.shape != cam.shape:
        raise ValueError(f"picture {grey.shape} and map {cam.shape} differ in size")
    alpha = (opacity * np.clip(cam, 0.0, 1.0))[..., None]
    mixed = grey[..., None] * (1.0 - alpha) + colour_map(cam) * alpha
    return np.asarray(mixed.round(), dtype=np.uint8)


def draw_region(
    pixels: Grey,
    region: Region | None,
    *,
    window: Region | None = None,
    text_mask: NDArray[np.bool_] | None = None,
) -> Rgb:
    """Draw the ultrasound region, the network's window and masked text on a picture.

    Args:
        pixels: `(h, w)` uint8.
        region: The ultrasound region; its outside is darkened. `None`: nothing is known.
        window: What the network sees.
        text_mask: `(h, w)`, true where text was masked.

    Returns:
        `(h, w, 3)` uint8.
    """
    rgb = np.repeat(pixels[..., None], 3, axis=2)
    if region is not None:
        inside = np.zeros(pixels.shape, dtype=bool)
        inside[region.slices] = True
        rgb[~inside] //= 2
    if text_mask is not None:
        rgb[text_mask] = (rgb[text_mask] + np.array(TEXT_COLOUR)) // 2
    picture = Image.fromarray(rgb)
    pen = ImageDraw.Draw(picture)
    line = max(2, round(pixels.shape[1] / 260))
    for box, colour in ((region, REGION_COLOUR), (window, WINDOW_COLOUR)):
        if box is not None:
            corners = (box.x0, box.y0, box.x1 - 1, box.y1 - 1)
            pen.rectangle(corners, outline=colour, width=line)
    return np.asarray(picture)


def encode(rgb: Rgb, *, max_width: int = MAX_WIDTH) -> bytes:
    """JPEG bytes of a picture, scaled down to `max_width` pixels where it is wider."""
    picture = Image.fromarray(rgb)
    if picture.width > max_width:
        height = round(picture.height * max_width / picture.width)
        picture = picture.resize((max_width, height), Image.Resampling.BILINEAR)
    stream = io.BytesIO()
    picture.save(stream, format="JPEG", quality=JPEG_QUALITY)
    return stream.getvalue()
