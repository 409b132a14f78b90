"""The picture files behind readings, where the readings are those of a cohort on disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sgus.core.errors import CohortError
from sgus.core.files import sha256_file
from sgus.workflows.cohorts import data_folder
from sgus.workflows.observers import Observed

if TYPE_CHECKING:
    from sgus.images.decode import DecodedImage

_RATINGS: Final = "ratings.csv"


def cohort_root(observed: Observed, folder: Path | None = None) -> Path | None:
    """Where the cohort of these readings lies.

    Args:
        observed: The readings.
        folder: Of the cohorts; that of this installation when None.

    Returns:
        The cohort whose ratings.csv is this very table; None for an uploaded table, and where
        there is no such cohort any more.
    """
    if not observed.manifest_hash:
        return None
    for ratings in sorted((folder or data_folder()).glob(f"*/{_RATINGS}")):
        if sha256_file(ratings) == observed.sha256:
            return ratings.parent
    return None


def image_file(root: Path, observed: Observed, item: str) -> Path:
    """The file of one image.

    Raises:
        CohortError: The image is not of these readings, or its path leads out of the cohort.
    """
    if item not in observed.panel.items or "path" not in observed.item_attributes:
        raise CohortError(item, "it is no image of this cohort", "Choose one of the table")
    said = observed.item_attributes["path"][observed.panel.items.index(item)]
    path = (root / said).resolve()
    if not said or not path.is_relative_to(root.resolve()):
        raise CohortError(item, "its path leads out of its cohort", "Correct images.csv")
    return path


def read_item(root: Path, observed: Observed, item: str) -> DecodedImage:
    """One image, refused where its file is not the one the cohort names.

    Raises:
        CohortError: See `image_file`; or the file is not the one that was imported.
        ImageError: It cannot be read.
    """
    from sgus.images.decode import read_image

    image = read_image(image_file(root, observed, item))
    hashes = observed.item_attributes.get("sha256")
    if hashes is not None and hashes[observed.panel.items.index(item)] != image.sha256:
        cause = "its file is not the one that was imported (its sha256 differs)"
        raise CohortError(item, cause, "Put the imported file back, or import again")
    return image
