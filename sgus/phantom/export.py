"""A phantom as a picture file that says what it is, in the picture and beside it."""

from __future__ import annotations

import io
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from sgus.core.synthetic import SYNTHETIC_MARK as SYNTHETIC_MARK
from sgus.core.synthetic import SYNTHETIC_NOTE
from sgus.phantom.request import PhantomRequest

_COMPRESSION: Final = 1
"""Speckle hardly compresses: the usual setting takes twice as long for a tenth fewer bytes."""


_STRIP_SHARE: Final = 1 / 16
"""Height of the strip that carries the mark, relative to the picture's width."""


class Picture(Protocol):
    """What is written of a phantom."""

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """`(h, w)`, the whole screen, its burned-in mark included."""
        ...

    @property
    def request(self) -> PhantomRequest:
        """What it was made from."""
        ...


def png_bytes(phantom: Picture) -> bytes:
    """Encode a phantom; the same phantom gives the same bytes.

    The file carries the mark and the request it can be made again from, as text fields `Comment`
    and `sgus`; `sgus.images.decode` knows it by them.

    Args:
        phantom: Simulated with its burn-in.
    """
    facts = {
        "Comment": SYNTHETIC_NOTE,
        "sgus": f"{SYNTHETIC_MARK} {phantom.request.model_dump_json()}",
    }
    return _png(Image.fromarray(phantom.pixels), facts)


def mask_png_bytes(mask: NDArray[np.bool_]) -> bytes:
    """Encode a gland mask: one bit a pixel, white inside the gland.

    Args:
        mask: `(h, w)`.
    """
    return _png(Image.fromarray(mask), {"Comment": f"{SYNTHETIC_NOTE} Mask of the gland."})


def with_mark(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Add a black strip that says SYNTHETIC PHANTOM below a picture made from a phantom.

    For what shows a part of a phantom, such as an activation map: its own mark is cut off there.

    Args:
        pixels: `(h, w)` grey or `(h, w, 3)` RGB.

    Returns:
        The picture with more rows; its own are unchanged.
    """
    width = pixels.shape[1]
    strip = max(12, round(width * _STRIP_SHARE))
    picture = Image.new("L", (width, strip))
    font = ImageFont.load_default(size=0.7 * strip)
    pen = ImageDraw.Draw(picture)
    pen.text((width / 2, strip / 2), SYNTHETIC_MARK, fill=255, font=font, anchor="mm")
    rows = np.asarray(picture).reshape(strip, width, *[1] * (pixels.ndim - 2))
    return np.concatenate([pixels, np.broadcast_to(rows, (strip, *pixels.shape[1:]))])


def _png(picture: Image.Image, facts: dict[str, str]) -> bytes:
    text = PngInfo()
    for key, value in facts.items():
        text.add_text(key, value)
    stream = io.BytesIO()
    picture.save(stream, format="PNG", pnginfo=text, compress_level=_COMPRESSION)
    return stream.getvalue()
