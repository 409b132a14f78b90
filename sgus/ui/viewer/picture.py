"""What the viewer is given: grey pixels as they are, their size in mm, maps; no streamlit here."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sgus.core.files import sha256_bytes
from sgus.core.region import Region

_COMPRESSION: Final = 1
"""Speckle hardly compresses: the usual setting takes twice as long for a tenth fewer bytes."""


@dataclass(frozen=True)
class Map:
    """A colour map that can be laid over a picture.

    Attributes:
        id: Names its pixels.
        name: On screen.
        url: PNG with colours and their cover, as text inside the page.
        box: `(x, y, width, height)` of the picture that it covers, pixels.
    """

    id: str
    name: str
    url: str
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class ViewerPicture:
    """One picture of the viewer.

    Attributes:
        id: Names its pixels.
        title: Above it.
        alt: What it shows, for those who do not see it.
        url: PNG of the very grey levels, as text inside the page: no address names a patient.
        width: Pixels.
        height: Pixels.
        spacing: Millimetres a pixel, the same in both directions; None where it is not known.
        synthetic: It is a phantom, and says so in the picture.
        maps: Can be laid over it.
    """

    id: str
    title: str
    alt: str
    url: str
    width: int
    height: int
    spacing: float | None
    synthetic: bool
    maps: tuple[Map, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """As the browser is given it."""
        said = {name: getattr(self, name) for name in
                ("title", "alt", "url", "spacing", "synthetic")}  # fmt: skip
        maps = [{"id": m.id, "name": m.name, "url": m.url, "box": m.box} for m in self.maps]
        return {"id": f"{self.id} {self.title} {self.spacing}", **said, "maps": maps}


def viewer_picture(
    pixels: NDArray[np.uint8],
    *,
    title: str,
    alt: str = "",
    region: Region | None = None,
    text_mask: NDArray[np.bool_] | None = None,
    spacing: float | None = None,
    synthetic: bool = False,
) -> ViewerPicture:
    """The ultrasound region of an image, text filled with the tissue around it.

    Args:
        pixels: `(h, w)` uint8, the whole image.
        title: Above the picture.
        alt: What it shows.
        region: The ultrasound area; the whole image when None.
        text_mask: `(h, w)`, true where something was written over the tissue.
        spacing: Millimetres a pixel; None, zero, negative or NaN where it is not known.
        synthetic: It is a phantom.
    """
    from sgus.images.text import remove_text

    clean = pixels if text_mask is None else remove_text(pixels, text_mask)
    shown = clean if region is None else clean[region.slices]
    data = _png(np.ascontiguousarray(shown))
    known = spacing if spacing is not None and spacing > 0 else None  # NaN > 0 is false
    height, width = shown.shape
    return ViewerPicture(
        id=sha256_bytes(data)[:16], title=title, alt=alt, url=_url(data), width=width,
        height=height, spacing=known, synthetic=synthetic,
    )  # fmt: skip


def viewer_map(cam: NDArray[np.float32], *, name: str, box: tuple[int, int, int, int]) -> Map:
    """An activation map in the colours of the other pages; where it is zero nothing is covered.

    Args:
        cam: `(h, w)` in [0, 1].
        name: On screen.
        box: `(x, y, width, height)` of the picture that it covers, pixels.
    """
    from sgus.explain.overlay import heat_colours

    cover = np.rint(np.clip(cam, 0.0, 1.0) * 255).astype(np.uint8)
    data = _png(np.dstack([heat_colours(cam), cover]))
    return Map(sha256_bytes(data)[:16], name, _url(data), box)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="PNG", compress_level=_COMPRESSION)
    return stream.getvalue()


def _url(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"
