"""Any pixel layout to 8-bit grey, with a plain sentence for whatever was changed on the way."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sgus.core.errors import ImageError

GreyImage = tuple[NDArray[np.uint8], tuple[str, ...]]

COLOUR_SPREAD: Final = 24
"""A pixel whose channels differ by more than this is coloured; JPEG leaves less in grey."""
SATURATED_SPREAD: Final = 90
"""Channels this far apart are a colour map's, not a tinted grey scale's."""
DOPPLER_SHARE: Final = 0.01
"""Share of saturated pixels from which a picture is taken for colour Doppler."""

COLOUR_NOTE: Final = "The colours were turned into grey by their luminance."
DOPPLER_NOTE: Final = (
    "Strong colours cover {share:.0%} of the picture, as in colour Doppler or elastography; "
    "grading expects a plain B-mode image."
)
ALPHA_NOTE: Final = "Transparent parts were laid on black."
CMYK_NOTE: Final = "The print colours (CMYK) were turned into grey."
WIDE_NOTE: Final = (
    "The picture has more than 8 bits a pixel: its own range {low:g} to {high:g} was spread over "
    "0 to 255."
)

_ALPHA_MODES: Final = frozenset({"RGBA", "LA", "PA", "RGBa", "La"})
_WIDE_MODES: Final = frozenset({"I", "F", "I;16", "I;16L", "I;16B", "I;16N"})


def grey_from_pillow(image: Image.Image, *, name: str) -> GreyImage:
    """Grey pixels of a decoded Pillow image of any mode.

    Args:
        image: The image; its pixels are loaded here.
        name: What it is called in an error.

    Returns:
        `(h, w)` uint8 pixels and a sentence for each conversion.

    Raises:
        ImageError: Its numbers are not finite.
        OSError: The file is truncated (Pillow decodes lazily).
    """
    if image.mode == "L" and "transparency" not in image.info:
        return np.asarray(image), ()
    if image.mode in _WIDE_MODES:
        return grey_from_numbers(np.asarray(image), name=name)
    notes: list[str] = []
    if image.mode in _ALPHA_MODES or "transparency" in image.info:
        colours, flattened = _on_black(image)
        if flattened:
            notes.append(ALPHA_NOTE)
    else:
        colours = image.convert("RGB")
    if image.mode == "CMYK":
        notes.append(CMYK_NOTE)
    pixels, colour_notes = grey_from_rgb(np.asarray(colours))
    if image.mode != "CMYK":
        notes.extend(colour_notes)
    return pixels, tuple(notes)


def _on_black(image: Image.Image) -> tuple[Image.Image, bool]:
    """The image laid on black, and whether anything of it was transparent."""
    layered = image.convert("RGBA")
    lowest, _ = layered.getchannel("A").getextrema()
    black = Image.new("RGBA", layered.size, (0, 0, 0, 255))
    return Image.alpha_composite(black, layered).convert("RGB"), bool(lowest != 255)


def grey_from_rgb(rgb: NDArray[np.uint8]) -> GreyImage:
    """Luminance (ITU-R 601) of an RGB picture.

    Args:
        rgb: `(h, w, 3)` uint8.

    Returns:
        `(h, w)` uint8 pixels, and notes: none for a grey picture stored as RGB, one when there
        was colour, one more when the colours are those of a Doppler map.
    """
    pixels = np.array(Image.fromarray(rgb).convert("L"))
    spread = rgb.max(axis=-1).astype(np.int16) - rgb.min(axis=-1)
    if not (spread > COLOUR_SPREAD).any():
        return pixels, ()
    share = float((spread > SATURATED_SPREAD).mean())
    if share < DOPPLER_SHARE:
        return pixels, (COLOUR_NOTE,)
    return pixels, (COLOUR_NOTE, DOPPLER_NOTE.format(share=share))


def grey_from_numbers(values: NDArray[Any], *, name: str) -> GreyImage:
    """Numbers of any depth to 8 bits.

    Values that fit 8 bits are kept; anything wider is spread linearly from its own minimum and
    maximum, because ultrasound stored in 10, 12 or 16 bits rarely fills the range of its file.

    Args:
        values: `(h, w)` integers or floats.
        name: What the picture is called in an error.

    Returns:
        `(h, w)` uint8 pixels and at most one note.

    Raises:
        ImageError: A value is not a finite number.
    """
    numbers = values.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise ImageError(name, "some of its pixels are not numbers", "Export the image again")
    low, high = float(numbers.min()), float(numbers.max())
    if low >= 0 and high <= 255 and values.dtype.kind in "ui":
        return values.astype(np.uint8), ()
    scaled = (numbers - low) * (255.0 / (high - low)) if high > low else np.zeros_like(numbers)
    return np.rint(scaled).astype(np.uint8), (WIDE_NOTE.format(low=low, high=high),)
