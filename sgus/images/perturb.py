"""A picture as it would be with another gain, focus, device or crop: sure rules, no chance.

Grey values are changed inside the ultrasound area alone, before `prepare`; text that was burned in
is taken out first, since a scanner draws it after all of this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from sgus.core.region import Region
from sgus.images.text import remove_text, text_mask

DISPLAY_DB: Final = 60.0
"""Dynamic range that the 256 grey levels are taken to show; scanners use about 50 to 80 dB."""
_SIDES: Final = ("left", "right", "top", "bottom")

What = Literal["as it is", "gain", "blur", "handheld", "crop", "shift"]
Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Variation:
    """One change of a picture.

    Attributes:
        what: Its kind.
        value: gain: dB; blur: sigma in per cent of the area's width; handheld: columns that the
            area's width is resolved into; crop: per cent cut at every side of what the network
            sees; shift: per cent cut at one side of it, so that the rest moves the other way.
        side: Of a shift, the side that is cut.
        quality: Of handheld, the JPEG quality, 1 to 100.
    """

    what: What
    value: float = 0.0
    side: str = ""
    quality: int = 0

    @property
    def strength(self) -> str:
        """As a person reads it."""
        if self.what == "gain":
            return f"{self.value:+g} dB"
        if self.what == "blur":
            return f"sigma {self.value:g} % of the width"
        if self.what == "handheld":
            return f"{self.value:g} columns, JPEG quality {self.quality}"
        if self.what == "crop":
            return f"{self.value:g} % cut at every side"
        return f"{self.value:g} % cut at the {self.side}" if self.what == "shift" else ""


AS_IT_IS: Final = Variation("as it is")
VARIATIONS: Final = (
    *(Variation("gain", value) for value in (-6.0, -3.0, 3.0, 6.0)),
    *(Variation("blur", value) for value in (0.25, 0.5, 1.0)),
    Variation("handheld", 320, quality=75),
    Variation("handheld", 224, quality=60),
    Variation("handheld", 160, quality=45),
    *(Variation("crop", value) for value in (4.0, 8.0)),
    *(Variation("shift", value, side=side) for value in (4.0, 8.0) for side in _SIDES),
)
"""What a call is tried with, mild before strong within each kind."""


class Varied:
    """A picture to be varied; what all variations share is worked out once.

    Args:
        pixels: `(h, w)` uint8 of the whole picture.
        region: Its ultrasound area, inside the picture.
        window: The part of it that the network sees, by `network_window`: crops are cut from
            this, for a strip outside it would change nothing.
    """

    def __init__(self, pixels: Grey, region: Region, *, window: Region) -> None:
        self.pixels = pixels
        self.region = region
        self.window = window
        inside = region.slices
        self._area = remove_text(pixels[inside], text_mask(pixels, region)[inside])

    def by(self, variation: Variation) -> tuple[Grey, Region]:
        """The picture and its area after a change.

        Args:
            variation: The change; `AS_IT_IS` gives the very picture.

        Returns:
            `(h, w)` uint8, the same size, nothing changed outside the area; and the area.
        """
        if variation.what == "as it is":
            return self.pixels, self.region
        if variation.what in ("crop", "shift"):
            return self.pixels, _cut(self.window, variation)
        if variation.what == "gain":
            changed = gained(self._area, variation.value)
        elif variation.what == "blur":
            sigma = variation.value / 100.0 * self.region.width
            changed = np.asarray(cv2.GaussianBlur(self._area, (0, 0), sigma), dtype=np.uint8)
        else:
            changed = coarsened(self._area, round(variation.value), quality=variation.quality)
        pixels = self.pixels.copy()
        pixels[self.region.slices] = changed
        return pixels, self.region


def gained(area: Grey, gain_db: float) -> Grey:
    """Another gain: on a log-compressed display a shift of the grey values.

    A shift by `255 / 60` grey levels a dB, cut at 0 and 255. Black stays black and what is nearly
    black rises less, for how far it lay below the display is not known.

    Args:
        area: `(h, w)` uint8.
        gain_db: Decibel, on a display of 60 dB.
    """
    shift = 255.0 / DISPLAY_DB * gain_db
    levels = np.arange(256, dtype=np.float64)
    share = np.minimum(1.0, levels / shift) if shift > 0 else 1.0
    table = np.rint(np.clip(levels + shift * share, 0, 255)).astype(np.uint8)
    return np.asarray(table[area], dtype=np.uint8)


def coarsened(area: Grey, columns: int, *, quality: int) -> Grey:
    """Fewer pixels, a JPEG file of them, and enlarged again, as a picture of a simple device.

    Args:
        area: `(h, w)` uint8.
        columns: Columns that are kept; as many as there are, or more, keep all.
        quality: Of the JPEG file, 1 to 100.
    """
    height, width = area.shape
    columns = max(1, min(columns, width))
    rows = max(1, round(height * columns / width))
    small = cv2.resize(area, (columns, rows), interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])
    small = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, dtype=np.uint8)


def _cut(region: Region, variation: Variation) -> Region:
    """The area less a strip at some sides; at least one pixel is left."""
    cut = set(_SIDES) if variation.what == "crop" else {variation.side}
    across = round(region.width * variation.value / 100.0)
    down = round(region.height * variation.value / 100.0)
    x0, y0 = region.x0 + across * ("left" in cut), region.y0 + down * ("top" in cut)
    return Region(
        x0,
        y0,
        max(x0 + 1, region.x1 - across * ("right" in cut)),
        max(y0 + 1, region.y1 - down * ("bottom" in cut)),
    )
