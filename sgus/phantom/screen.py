"""The screen around the picture, as an export shows it; it always says what it is.

Everything written lies outside the ultrasound area: nothing burned in can reach a network.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from sgus.core.region import Region
from sgus.core.synthetic import SYNTHETIC_MARK
from sgus.phantom.devices import Device, ScreenStyle
from sgus.phantom.scanner import Frame

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
_LABELS: Final = {"parotid": ("PAROTID", "PG"), "submandibular": ("SUBMANDIBULAR", "SMG")}


@dataclass(frozen=True, eq=False)
class Screen:
    """One exported screen.

    Attributes:
        pixels: `(H, W)` uint8.
        mask: `(H, W)`, the gland.
        region: The ultrasound area.
        spacing_mm: Side of a pixel.
    """

    pixels: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    region: Region
    spacing_mm: float


@dataclass(frozen=True)
class _Layout:
    """Where things are on the screens of one style.

    Attributes:
        size: Width and height of the screen.
        left: Columns kept free left of the picture.
        right: Columns kept free right of it.
        top: Rows kept free above it; it hangs from there.
        ruler_left: Whether the ruler is left of it.
        bar: Whether there is a grey bar.
        short: Whether the gland's name is short.
        settings: Which settings are written.
        grey: Brightness of the writing.
    """

    size: tuple[int, int]
    left: int
    right: int
    top: int
    ruler_left: bool
    bar: bool
    short: bool
    settings: tuple[str, ...]
    grey: int


_LAYOUTS: Final[dict[ScreenStyle, _Layout]] = {
    "ward": _Layout((720, 540), 90, 60, 30, False, True, True, ("frequency", "gain"), 200),
    "cart": _Layout((640, 480), 74, 40, 22, False, False, False, ("rate", "range", "gain"), 220),
    "plain": _Layout(
        (640, 480), 74, 40, 20, True, True, False, ("frequency", "gain", "range"), 170
    ),
    "wide": _Layout((720, 540), 90, 60, 26, True, True, True, ("rate", "frequency"), 190),
    "tablet": _Layout((600, 520), 40, 40, 24, False, False, True, ("depth",), 160),
}


def present(
    frame: Frame,
    device: Device,
    rng: np.random.Generator,
    *,
    gland: str,
    side: str = "",
    burn_in: bool = True,
) -> Screen:
    """Put a picture on the screen of its machine.

    Args:
        frame: The picture.
        device: The machine; its JPEG quality applies to the picture.
        rng: Where the shown settings come from.
        gland: parotid or submandibular.
        side: left, right or nothing.
        burn_in: Whether anything is written; False leaves the picture alone on black.

    Returns:
        The screen. The pixels of its region are the same with and without burn-ins.
    """
    layout = _LAYOUTS[device.screen]
    height, width = frame.pixels.shape
    x0 = layout.left + (layout.size[0] - layout.left - layout.right - width) // 2
    region = Region(x0, layout.top, x0 + width, layout.top + height)
    canvas = Image.new("L", layout.size)
    picture = Image.fromarray(frame.pixels)
    if burn_in:
        pen = ImageDraw.Draw(canvas)
        _write(pen, layout, region, _label(gland, side, short=layout.short))
        _write_settings(pen, layout, _settings(device, frame, rng))
        _draw_ruler(pen, layout, region, frame.spacing_mm)
    canvas.paste(_exported(picture, device.jpeg_quality), (region.x0, region.y0))
    mask = np.zeros((layout.size[1], layout.size[0]), np.bool_)
    mask[region.slices] = frame.mask
    return Screen(np.asarray(canvas), mask, region, frame.spacing_mm)


def _label(gland: str, side: str, *, short: bool) -> str:
    """Gland and side as written."""
    name = _LABELS[gland][1 if short else 0]
    return f"{name} {side.upper()}".strip()


def _write(pen: ImageDraw.ImageDraw, layout: _Layout, region: Region, label: str) -> None:
    """The gland above the picture and the notice below it."""
    pen.text((region.x0, 4), label, fill=layout.grey, font=_font(12))
    pen.text((6, layout.size[1] - 15), SYNTHETIC_MARK, fill=layout.grey, font=_font(11))
    if layout.bar:
        for row in range(80):
            pen.line((8, 150 + row, 16, 150 + row), fill=255 - 3 * row)


def _settings(device: Device, frame: Frame, rng: np.random.Generator) -> dict[str, str]:
    """What the machine could write about itself."""
    depth_cm = frame.pixels.shape[0] * frame.spacing_mm / 10
    return {
        "frequency": f"{1.1 / device.axial_mm:.0f} MHz",
        "gain": f"Gn {50 + 2 * device.gain_db + rng.integers(-8, 9):.0f}",
        "range": f"DR {device.dynamic_range_db:.0f}",
        "rate": f"{rng.integers(18, 60)} Hz",
        "depth": f"{depth_cm:.1f} cm",
    }


def _write_settings(pen: ImageDraw.ImageDraw, layout: _Layout, values: dict[str, str]) -> None:
    """The settings in a column at the left."""
    for row, name in enumerate(layout.settings):
        pen.text((4, 40 + 16 * row), values[name], fill=layout.grey, font=_font(11))


def _draw_ruler(
    pen: ImageDraw.ImageDraw, layout: _Layout, region: Region, spacing_mm: float
) -> None:
    """A mark every 5 mm beside the picture, a longer one with its number every centimetre."""
    edge, way = (region.x0 - 4, -1) if layout.ruler_left else (region.x1 + 3, 1)
    for mark in range(int(region.height * spacing_mm / 5) + 1):
        y = region.y0 + round(5 * mark / spacing_mm)
        whole = mark % 2 == 0
        pen.line((edge, y, edge + way * (7 if whole else 4), y), fill=layout.grey)
        if whole and mark:
            anchor = "rm" if layout.ruler_left else "lm"
            at = (edge + way * 10, y)
            pen.text(at, str(mark // 2), fill=layout.grey, font=_font(11), anchor=anchor)


def _exported(picture: Image.Image, quality: int) -> Image.Image:
    """The picture after the machine's export."""
    if not quality:
        return picture
    stream = BytesIO()
    picture.save(stream, "JPEG", quality=quality)
    stream.seek(0)
    return Image.open(stream)


@lru_cache(maxsize=8)
def _font(size: int) -> _Font:
    """Pillow's own font: the same on every machine."""
    return ImageFont.load_default(size)
