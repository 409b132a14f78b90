"""All that is known of one image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sgus.core.errors import ImageError
from sgus.core.region import Region
from sgus.workflows.cohort_gallery import image_file, region_of
from sgus.workflows.cohort_view import CohortView

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sgus.images.decode import DecodedImage

_APART: Final = ("image_id", "path", "sha256", "region", "grade", "excluded", "exclusion_reason",
                 "mask_path", "mask_sha256", "perceptual_hash")  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """One reading of an image.

    Attributes:
        rater: Who.
        reading: The how-manieth time.
        grade: None where it was left empty.
    """

    rater: str
    reading: str
    grade: int | None


@dataclass(frozen=True, eq=False)
class Picture:
    """An image with what is drawn on it.

    Attributes:
        image: The decoded picture.
        region: The ultrasound area the cohort names, None where it names none.
        text_mask: `(h, w)`, text found inside the region; None without a region.
    """

    image: DecodedImage
    region: Region | None
    text_mask: NDArray[np.bool_] | None


def place_of(view: CohortView, image_id: str) -> int | None:
    """Row of an image, None where the cohort has none of this id."""
    found = (view.ids == image_id).nonzero()[0]
    return int(found[0]) if found.size else None


def facts_of(view: CohortView, row: int) -> dict[str, str]:
    """What the table says of an image, empty cells left out."""
    images = view.cohort.images
    cells = {name: images[name].iat[row] for name in images.columns if name not in _APART}
    return {
        name: str(value) for name, value in cells.items() if str(value) not in ("", "<NA>", "nan")
    }


def readings_of(view: CohortView, row: int) -> list[Reading]:
    """The readings of an image, by reader."""
    ratings = view.cohort.ratings
    if ratings is None:
        return []
    mine = ratings.loc[ratings["image_id"] == str(view.ids[row])]
    mine = mine.sort_values(["rater_id", "reading"], kind="stable")
    return [
        Reading(str(rater), str(reading), None if str(grade) == "<NA>" else int(grade))
        for rater, reading, grade in zip(
            mine["rater_id"], mine["reading"], mine["grade"], strict=True
        )
    ]


def exclusion_of(view: CohortView, row: int) -> str | None:
    """Why an image is excluded; None where it is not."""
    images = view.cohort.images
    if not images["excluded"].iat[row]:
        return None
    return str(images["exclusion_reason"].iat[row]) or "no reason is given"


def picture_of(view: CohortView, row: int) -> Picture:
    """Read an image, with its region and the text in it.

    Raises:
        ImageError: It cannot be read, or is not the file the cohort names.
    """
    from sgus.images.decode import read_image
    from sgus.images.text import text_mask

    cohort = view.cohort
    image = read_image(image_file(cohort, row))
    said = str(cohort.images["sha256"].iat[row])
    if said and said != image.sha256:
        cause = "its file is not the one that was imported (its sha256 differs)"
        raise ImageError(str(view.ids[row]), cause, "Put it back, or import again")
    region = region_of(cohort, row)
    height, width = image.pixels.shape
    fits = region is not None and region.x1 <= width and region.y1 <= height
    mask = text_mask(image.pixels, region) if region is not None and fits else None
    return Picture(image, region, mask)
