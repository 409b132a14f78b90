"""Texture measures of one image beside those of the other patients of its cohort, by grade."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sgus.review.percentiles import GradePlace


@dataclass(frozen=True)
class ShownMeasure:
    """One measure of an image.

    Attributes:
        name: `inhomogeneity`, `dark_share`, `echogenicity` or `bright_bands`.
        title: On screen.
        unit: `grey levels` or `share of the area`.
        meaning: What it measures, one sentence.
        value: None where it cannot be measured.
        reason: Why there is no value, else "".
        places: Where the value stands within each grade, 0 to 3.
    """

    name: str
    title: str
    unit: str
    meaning: str
    value: float | None
    reason: str
    places: tuple[GradePlace, ...]


@dataclass(frozen=True)
class LookMeasures:
    """All measures of an image.

    Attributes:
        image_id: The image.
        by_mask: Measured inside the gland's mask; else in the central part of the picture.
        area_words: Which area was measured, and how its millimetres are known, in words.
        compared_words: Whom it is compared with, in words.
        measures: One for each measure.
        synthetic: The images are simulated.
    """

    image_id: str
    by_mask: bool
    area_words: str
    compared_words: str
    measures: tuple[ShownMeasure, ...]
    synthetic: bool


def measures_of(
    cohort: Path,
    image_id: str,
    *,
    same_gland: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> LookMeasures:
    """Measure an image and place it among the images of other patients.

    The first call for a cohort measures all of its graded images (about 0.02 s each) and keeps
    the figures in its `cache`; later calls take milliseconds.

    Args:
        cohort: Directory of the cohort.
        image_id: The image; it need not be graded.
        same_gland: Compare with the same kind of gland alone: a submandibular gland is darker
            than a parotid one in health too (10.14366/usg.20070).
        progress: Called with (images measured, images to measure).

    Raises:
        CohortError: There is no such image, or it has no ultrasound region.
        ImageError: Its file cannot be read.
    """
    raise NotImplementedError
