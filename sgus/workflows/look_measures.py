"""Texture measures of one image beside those of the other patients of its cohort, by grade."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sgus.core.errors import CohortError
from sgus.core.region import Region
from sgus.core.rng import generator
from sgus.images.measure_store import Gland, MeasureTable, measure_table
from sgus.images.measures import ASSUMED_WIDTH_MM, MEASURES, NAMES, Measured
from sgus.review.percentiles import GradePlace, place_in_grades
from sgus.review.trend import Trend, grade_trend
from sgus.workflows.look_common import cohort_at, row_of

if TYPE_CHECKING:
    from sgus.cohort.manifest import Cohort

_CACHE: Final = "cache"


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
        CohortError: There is no such image, it is excluded, or has no ultrasound region.
        ImageError: Its file cannot be read.
    """
    loaded = cohort_at(cohort)
    row = row_of(loaded, image_id)
    _refuse_unmeasurable(loaded, row)
    table = _table_of(loaded, progress)
    if image_id in table.problems:
        raise table.problems[image_id]
    own = loaded.images.iloc[row]
    others = _compared(loaded, own, same_gland=same_gland)
    measured = table.found[image_id]
    frame = _frame(others, table)
    places = {name: _places(measured.values[name], frame, name, image_id) for name in NAMES}
    shown = tuple(
        ShownMeasure(
            name=kind.name,
            title=kind.title,
            unit=kind.unit,
            meaning=kind.meaning,
            value=measured.values[kind.name],
            reason=measured.reasons.get(kind.name, ""),
            places=places[kind.name],
        )
        for kind in MEASURES
    )
    return LookMeasures(
        image_id=image_id,
        by_mask=measured.by_mask,
        area_words=_area_words(measured),
        compared_words=_compared_words(frame, own, table, same_gland=same_gland),
        measures=shown,
        synthetic=loaded.info.synthetic,
    )


def measure_trends(cohort: Path, *, gland: str = "") -> dict[str, Trend]:
    """Whether each measure rises with the reference grade in a cohort.

    Args:
        cohort: Directory of the cohort.
        gland: `parotid` or `submandibular` for those alone, "" for all.

    Returns:
        Spearman's correlation by name of the measure, over the graded images it could be taken of.

    Raises:
        CohortError: The cohort breaks the data contract.
    """
    return dict(_trends(cohort, cohort_at(cohort).manifest_hash, gland))


@lru_cache(maxsize=16)
def _trends(root: Path, manifest_hash: str, gland: str) -> dict[str, Trend]:
    del manifest_hash  # only part of the key
    cohort = cohort_at(root)
    images = cohort.images[_measurable(cohort.images) & cohort.images["grade"].notna()]
    frame = _frame(images[images["gland"] == gland] if gland else images, _table_of(cohort, None))
    found = {}
    for name in NAMES:
        here = frame[frame[name].notna()]
        found[name] = grade_trend(
            here[name].to_numpy(dtype=np.float64),
            grades=here["grade"].to_numpy(dtype=np.int64),
            patients=here["patient_id"].to_numpy(dtype=str),
            rng=generator(0, "measure trend", name),
        )
    return found


def _measurable(images: pd.DataFrame) -> pd.Series[bool]:
    return ~images["excluded"] & (images["region"] != "")


def _refuse_unmeasurable(cohort: Cohort, row: int) -> None:
    own = cohort.images.iloc[row]
    if own["excluded"] or not own["region"]:
        cause = "it is excluded" if own["excluded"] else "it has no ultrasound region"
        raise CohortError(str(own["image_id"]), cause, "Run the check verb, or choose another")


def _table_of(cohort: Cohort, progress: Callable[[int, int], None] | None) -> MeasureTable:
    rows = cohort.images[_measurable(cohort.images)].to_dict("records")
    glands = [_gland(cohort.root, row) for row in rows]
    return measure_table(glands, directory=cohort.root / _CACHE, progress=progress)


def _gland(root: Path, row: dict[Any, Any]) -> Gland:
    spacing, mask = row["spacing_mm"], str(row.get("mask_path") or "")
    inside = mask and (root / mask).resolve().is_relative_to(root.resolve())
    return Gland(
        name=str(row["image_id"]),
        path=root / str(row["path"]),
        sha256=str(row["sha256"]),
        region=Region.parse(str(row["region"])),
        spacing_mm=None if pd.isna(spacing) else float(spacing),
        mask_path=root / mask if inside else None,
        mask_sha256=str(row.get("mask_sha256") or ""),
    )


def _compared(cohort: Cohort, own: pd.Series[Any], *, same_gland: bool) -> pd.DataFrame:
    """Graded images of other patients; an image of nobody is compared with all but itself."""
    images = cohort.images
    patient = str(own["patient_id"])
    itself = images["image_id"] == own["image_id"]
    other = ~itself & ((images["patient_id"] != patient) | (patient == ""))
    if same_gland:
        other &= images["gland"] == own["gland"]
    chosen: pd.DataFrame = images[_measurable(images) & images["grade"].notna() & other]
    return chosen


def _frame(images: pd.DataFrame, table: MeasureTable) -> pd.DataFrame:
    """Grade, patient and measures of the images that could be measured; missing ones are NA."""
    kept = images[images["image_id"].isin(list(table.found))]
    frame = kept[["image_id", "grade", "patient_id"]].reset_index(drop=True)
    nobody = frame["patient_id"] == ""
    frame["patient_id"] = frame["patient_id"].mask(nobody, "image " + frame["image_id"])
    measured = [table.found[name].values for name in frame["image_id"]]
    values = {name: [one[name] for one in measured] for name in NAMES}
    for name, column in values.items():
        frame[name] = pd.array(column, dtype="Float64")
    return frame


def _places(
    value: float | None, frame: pd.DataFrame, name: str, image_id: str
) -> tuple[GradePlace, ...]:
    if value is None:
        return ()
    here = frame[frame[name].notna()]
    return place_in_grades(
        value,
        here[name].to_numpy(dtype=np.float64),
        grades=here["grade"].to_numpy(dtype=np.int64),
        patients=here["patient_id"].to_numpy(dtype=str),
        rng=generator(0, "measure percentile", image_id, name),
    )


def _area_words(measured: Measured) -> str:
    area = (
        "Measured inside the mask of the gland"
        if measured.by_mask
        else "Measured in the central part of the picture (the middle half of the width, 15 % to "
        "48 % of the depth), for there is no mask of the gland: it can hold other tissue"
    )
    if measured.known_scale:
        return f"{area}; millimetres by the file's pixel spacing."
    return (
        f"{area}; the pixel spacing is not known, the picture is taken to be "
        f"{ASSUMED_WIDTH_MM:g} mm wide."
    )


def _compared_words(
    frame: pd.DataFrame, own: pd.Series[Any], table: MeasureTable, *, same_gland: bool
) -> str:
    kind = f" of the same gland ({own['gland'] or 'not named'})" if same_gland else ""
    n_patients = frame["patient_id"].nunique()
    said = f"Compared with {len(frame)} graded images{kind} of {n_patients} other patients."
    if table.problems:
        said += f" {len(table.problems)} images of the cohort could not be measured."
    return said
