"""What an adjudicator sees of an image: the ultrasound area alone, its text masked."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd
from PIL import Image

from sgus.cohort.manifest import Cohort
from sgus.core.errors import ImageError
from sgus.core.files import sha256_bytes
from sgus.core.region import Region
from sgus.workflows.cohort_gallery import image_file, region_of

_KEPT: Final = 64
_COMPRESSION: Final = 1
"""Speckle hardly compresses: the usual setting takes twice as long for a tenth fewer bytes."""


@dataclass(frozen=True, eq=False)
class ShownPicture:
    """A picture without anything that tells whose it is.

    Attributes:
        data: PNG bytes without any text field.
        width_px: Columns.
        height_px: Rows, the strip of a phantom included.
        spacing_mm: Size of a pixel; None where not known.
        synthetic: It is of a phantom.
        sha256: Of the image file.
    """

    data: bytes
    width_px: int
    height_px: int
    spacing_mm: float | None
    synthetic: bool
    sha256: str

    @property
    def picture_sha256(self) -> str:
        """Of the PNG bytes: what was on screen."""
        return sha256_bytes(self.data)


def shown_picture(cohort: Cohort, row: int) -> ShownPicture:
    """Prepare an image: its ultrasound area alone, what is written in it filled with tissue.

    Raises:
        ImageError: It cannot be read, or no ultrasound area is known or found: margins of a
            scanner may hold a name and are never shown.
    """
    path = image_file(cohort, row)
    try:
        data = path.read_bytes()
    except OSError as error:
        cause = f"the file cannot be read ({error.strerror or 'it cannot be opened'})"
        raise ImageError(path.name, cause, "Put it back, or take it out") from error
    region = region_of(cohort, row)
    made, synthetic = _prepared(data, path.name, region, synthetic=cohort.info.synthetic)
    with Image.open(io.BytesIO(made)) as picture:
        width, height = picture.size
    spacing = str(cohort.images["spacing_mm"].iat[row])
    return ShownPicture(
        made,
        width,
        height,
        None if spacing == str(pd.NA) else float(spacing),
        synthetic,
        sha256_bytes(data),
    )


@lru_cache(maxsize=_KEPT)
def _prepared(
    data: bytes, name: str, region: Region | None, *, synthetic: bool
) -> tuple[bytes, bool]:
    from sgus.images.decode import decode_image
    from sgus.images.region import find_region
    from sgus.images.text import remove_text, text_mask
    from sgus.phantom.export import with_mark

    image = decode_image(data, name=name)
    height, width = image.pixels.shape
    try:
        area = find_region(image.pixels) if region is None else region.clip(width, height)
    except ValueError as error:
        cause = "its ultrasound region lies outside the picture"
        raise ImageError(name, cause, "Correct it in images.csv") from error
    mask = text_mask(image.pixels, area)
    pixels = remove_text(image.pixels[area.slices], mask[area.slices])
    marked = synthetic or image.synthetic
    stream = io.BytesIO()
    shown = Image.fromarray(np.ascontiguousarray(with_mark(pixels) if marked else pixels))
    shown.save(stream, format="PNG", compress_level=_COMPRESSION)
    return stream.getvalue(), marked
