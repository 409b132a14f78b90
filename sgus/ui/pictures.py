"""Pictures for the page as bytes, and the image with its region drawn on it."""

from __future__ import annotations

import base64
import io
from typing import Final

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


def data_url(rgb: Rgb, *, max_width: int = MAX_WIDTH) -> str:
    """A picture as text inside the page itself.

    Streamlit forgets a picture's own address at the next rerun: a browser that asks a moment later,
    while a slider is dragged, gets a broken image. It also leaves no address that shows a patient.
    """
    data = base64.b64encode(encode(rgb, max_width=max_width)).decode()
    return f"data:image/jpeg;base64,{data}"


def encode(rgb: Rgb, *, max_width: int = MAX_WIDTH) -> bytes:
    """JPEG bytes of a picture, scaled down to `max_width` pixels where it is wider."""
    picture = Image.fromarray(rgb)
    if picture.width > max_width:
        height = round(picture.height * max_width / picture.width)
        picture = picture.resize((max_width, height), Image.Resampling.BILINEAR)
    stream = io.BytesIO()
    picture.save(stream, format="JPEG", quality=JPEG_QUALITY)
    return stream.getvalue()
