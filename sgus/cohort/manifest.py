"""A cohort in memory: its images, its ratings and the hash that names exactly these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from sgus.cohort.info import INFO_FILE, CohortInfo
from sgus.cohort.quality import refuse_blocking, table_problems
from sgus.cohort.ratings import load_ratings
from sgus.cohort.sheet import Sheet, read_sheet
from sgus.cohort.values import parse_choice, parse_count, parse_flag, parse_grade, parse_length
from sgus.core.errors import CohortError, ConfigError
from sgus.core.files import read_json, sha256_bytes

IMAGE_COLUMNS: Final = (
    "image_id", "path", "sha256", "patient_id", "visit", "gland", "side", "centre", "device",
    "device_class", "operator", "grade", "width_px", "height_px", "spacing_mm", "region",
    "excluded", "exclusion_reason",
)  # fmt: skip
IMAGES_FILE: Final = "images.csv"
_CHOICES: Final = ("gland", "side", "device_class")


@dataclass(frozen=True, eq=False)
class Cohort:
    """A loaded cohort.

    Attributes:
        root: Its directory.
        info: What it says about itself.
        images: A row an image: `IMAGE_COLUMNS`, then free extra columns as text. `grade`,
            `width_px` and `height_px` are nullable Int64, `spacing_mm` is nullable Float64,
            `excluded` is bool, all else is text with "" for nothing.
        ratings: A row a reading, `RATING_COLUMNS` first, or None.
        manifest_hash: SHA-256 of the canonical text of images and ratings: it changes when an
            image, a grade or a region does, and not when a file is merely saved again.
    """

    root: Path
    info: CohortInfo
    images: pd.DataFrame
    ratings: pd.DataFrame | None
    manifest_hash: str

    def image_path(self, image_id: str) -> Path:
        """The file of an image.

        Raises:
            CohortError: The cohort has no image of this id.
        """
        paths = self.images.loc[self.images["image_id"] == image_id, "path"]
        if len(paths) != 1:
            raise CohortError(f"image {image_id}", f"it is not in {self.root}", "Check its id")
        return self.root / str(paths.iloc[0])

    def usable(self) -> pd.DataFrame:
        """The images that can be trained and tested on: graded and not excluded."""
        kept = ~self.images["excluded"] & self.images["grade"].notna()
        return self.images.loc[kept].reset_index(drop=True)


def load_cohort(root: Path) -> Cohort:
    """Read a cohort; its image files are not opened.

    Raises:
        CohortError: A file is missing, or the manifest breaks the data contract.
    """
    info = read_info(root)
    sheet = read_sheet(root / IMAGES_FILE)
    records = sheet_records(sheet)
    problems = table_problems(records, sheet.numbers)
    refuse_blocking(
        problems,
        item=root / IMAGES_FILE,
        next_step=f"Correct images.csv; `python -m sgus check {root}` lists all problems",
    )
    if info.n_images != len(records):
        raise CohortError(
            root / IMAGES_FILE,
            f"it has {len(records)} rows, cohort.json says {info.n_images}",
            "Restore the file, or correct n_images if rows were taken out on purpose",
        )
    ratings = load_ratings(root, known={record["image_id"] for record in records})
    return assemble(root, info, images=typed_images(records), ratings=ratings)


def assemble(
    root: Path, info: CohortInfo, *, images: pd.DataFrame, ratings: pd.DataFrame | None
) -> Cohort:
    """Put a cohort together from typed tables, computing its hash."""
    text = canonical_csv(images)
    if ratings is not None:
        text += "\n" + canonical_csv(ratings)
    return Cohort(root, info, images, ratings, sha256_bytes(text.encode()))


def read_info(root: Path) -> CohortInfo:
    """Read `cohort.json`.

    Raises:
        CohortError: It is missing or broken.
    """
    next_step = "Give a cohort directory, or make one with `python -m sgus import`"
    if not root.is_dir():
        raise CohortError(root, "there is no such directory", next_step)
    values = read_json(root / INFO_FILE, CohortError, next_step=next_step)
    if not isinstance(values, dict):
        raise CohortError(root / INFO_FILE, "the file holds no JSON object", next_step)
    try:
        return CohortInfo.parse(values, source=root / INFO_FILE)
    except ConfigError as error:
        raise CohortError(error.item, error.cause, error.next_step) from error


def sheet_records(sheet: Sheet) -> list[dict[str, str]]:
    """Rows as mappings that have every manifest column, an absent one as empty cells."""
    empty = dict.fromkeys(IMAGE_COLUMNS, "")
    return [empty | dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows]


def typed_images(records: list[dict[str, str]]) -> pd.DataFrame:
    """The images table with its types, from cells that `table_problems` found in order."""
    frame = pd.DataFrame([_typed(record) for record in records])
    extra = [column for column in frame.columns if column not in IMAGE_COLUMNS]
    frame = frame.reindex(columns=[*IMAGE_COLUMNS, *extra])
    whole = dict.fromkeys(("grade", "width_px", "height_px"), "Int64")
    return frame.astype(whole | {"spacing_mm": "Float64", "excluded": "bool"})


def canonical_csv(frame: pd.DataFrame) -> str:
    """The one text of a table: what is written to disk and what is hashed."""
    plain = frame.copy()
    if "excluded" in plain:
        plain["excluded"] = plain["excluded"].map({True: "true", False: "false"})
    return str(plain.to_csv(index=False, lineterminator="\n"))


def _typed(record: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {column: record.get(column, "") for column in IMAGE_COLUMNS}
    values |= {column: text for column, text in record.items() if column not in values}
    values |= {field: parse_choice(record.get(field, ""), field=field) for field in _CHOICES}
    for field in ("width_px", "height_px"):
        values[field] = parse_count(record.get(field, ""), field=field)
    values["spacing_mm"] = parse_length(record.get("spacing_mm", ""), field="spacing_mm")
    values["grade"] = parse_grade(record.get("grade", ""))
    values["excluded"] = parse_flag(record.get("excluded", ""))
    return values
