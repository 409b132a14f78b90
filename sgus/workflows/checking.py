"""Every problem of a cohort at once, those of its image files included."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from sgus.cohort.duplicates import (
    ANATOMY_COLUMN,
    HASH_COLUMN,
    duplicate_problems,
    perceptual_hash,
)
from sgus.cohort.info import CohortInfo
from sgus.cohort.manifest import (
    IMAGE_COLUMNS,
    IMAGES_FILE,
    read_info,
    sheet_records,
)
from sgus.cohort.quality import Problem, Record, is_excluded, is_inside, table_problems
from sgus.cohort.ratings import RATINGS_FILE, load_ratings
from sgus.cohort.sheet import Sheet, read_sheet
from sgus.cohort.values import parse_grade
from sgus.core.errors import CohortError, ImageError
from sgus.core.region import Region
from sgus.images.decode import DecodedImage, read_image

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class CheckResult:
    """What a check found.

    Attributes:
        root: The cohort's directory.
        n_images: Rows looked at.
        problems: In the order of the rows, those of the whole cohort first.
    """

    root: Path
    n_images: int
    problems: tuple[Problem, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "cohort": str(self.root),
            "n_images": self.n_images,
            "n_problems": len(self.problems),
            "problems": [problem.as_dict() for problem in self.problems],
        }

    def text(self) -> str:
        """For a person: the problems, then how many there are of each kind."""
        looked = f"{self.n_images} images looked at in {self.root}"
        if not self.problems:
            return f"{looked}: no problem."
        kinds = Counter(problem.kind for problem in self.problems)
        counts = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        lines = [problem.text() for problem in self.problems]
        return "\n".join([*lines, "", f"{looked}: {len(self.problems)} problems ({counts})."])


@dataclass(frozen=True)
class _FileFacts:
    sha256: str = ""
    perceptual_hash: str = ""
    problems: tuple[Problem, ...] = ()


def check_cohort(root: Path, *, progress: Progress | None = None) -> CheckResult:
    """Look for problems in the tables and in every image file.

    The tables are read as text, so that a cohort too broken to load can be checked.

    Args:
        root: The cohort's directory.
        progress: Called with (files looked at, files in all) after each one.

    Raises:
        CohortError: There is no images.csv to check, or it is not a table.
    """
    problems: list[Problem] = []
    if not root.is_dir():
        raise CohortError(root, "there is no such directory", "Give a cohort directory")
    sheet = read_sheet(root / IMAGES_FILE)
    records = sheet_records(sheet)
    problems += _whole_problems(root, sheet)
    problems += table_problems(records, sheet.numbers)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        facts = []
        for found in pool.map(
            lambda job: _look_at(root, *job), zip(sheet.numbers, records, strict=True)
        ):
            facts.append(found)
            if progress is not None:
                progress(len(facts), len(records))
    problems += [problem for each in facts for problem in each.problems]
    problems += duplicate_problems(_for_duplicates(sheet, records, facts))
    problems += _files_without_a_row(root, records)
    problems.sort(key=lambda problem: problem.row or 0)
    return CheckResult(root, len(records), tuple(problems))


def _whole_problems(root: Path, sheet: Sheet) -> Iterator[Problem]:
    """Problems of cohort.json, of the columns and of the ratings."""
    if missing := [column for column in IMAGE_COLUMNS if column not in sheet.columns]:
        what = f"images.csv has no column {', '.join(missing)}"
        yield Problem("column", None, "", what, "Add it, empty where nothing is known", blocks=True)
    try:
        info: CohortInfo | None = read_info(root)
    except CohortError as error:
        info = None
        yield Problem("cohort", None, "", str(error).rstrip("."), "Restore it", blocks=True)
    if info and info.n_images != len(sheet.rows):
        what = f"images.csv has {len(sheet.rows)} rows, cohort.json says {info.n_images}"
        todo = "Restore images.csv, or correct n_images if rows were taken out on purpose"
        yield Problem("count", None, "", what, todo, blocks=True)
    try:
        load_ratings(root, known=set(sheet.column("image_id")))
    except CohortError as error:
        what = f"{RATINGS_FILE}: {error.cause}"
        yield Problem("ratings", None, "", what, error.next_step, blocks=True)


def _look_at(root: Path, row: int, record: Record) -> _FileFacts:
    """Open one image file; a path that leaves the cohort is not followed."""
    name, path = record["image_id"], record["path"]
    if not is_inside(path):
        return _FileFacts()
    if not (root / path).is_file():
        todo = "Put it back, or take the row out"
        problem = Problem("missing-file", row, name, f"no file {path}", todo, blocks=True)
        return _FileFacts(problems=(problem,))
    try:
        image = read_image(root / path)
    except ImageError as error:
        what = f"{path}: {error.cause}"
        return _FileFacts(
            problems=(Problem("unreadable", row, name, what, error.next_step, blocks=True),)
        )
    region = _region(record)
    problems = tuple(
        replace(p, row=row, image_id=name) for p in _differences(record, image, region)
    )
    inside = image.pixels[region.slices] if region else image.pixels
    # A region that lies wholly outside the picture is a problem already told.
    digest = perceptual_hash(inside if inside.size else image.pixels)
    return _FileFacts(image.sha256, digest, problems)


def _region(record: Record) -> Region | None:
    try:
        return Region.parse(record["region"])
    except ValueError:
        return None  # table_problems says what is wrong with it


def _differences(record: Record, image: DecodedImage, region: Region | None) -> Iterator[Problem]:
    """What the manifest says of a file that is not so."""
    height, width = image.pixels.shape
    if record["sha256"] != image.sha256:
        what = f"{record['path']} is not the file that was imported (its sha256 differs)"
        todo = "Put the imported file back, or import again"
        yield Problem("changed-file", None, "", what, todo, blocks=True)
    for field, size in (("width_px", width), ("height_px", height)):
        if record[field] and record[field] != str(size):
            what = f"{field} is {record[field]}, the image has {size}"
            yield Problem("size", None, "", what, f"Write {size}", blocks=True)
    if region and (region.x1 > width or region.y1 > height):
        what = f"region {record['region']} leaves the image of {width} x {height} pixels"
        yield Problem("region", None, "", what, "Write x0 y0 x1 y1 inside it", blocks=True)


def _for_duplicates(
    sheet: Sheet, records: Sequence[Record], facts: list[_FileFacts]
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row": sheet.numbers,
            "image_id": [record["image_id"] for record in records],
            "sha256": [found.sha256 for found in facts],
            HASH_COLUMN: [found.perceptual_hash for found in facts],
            "grade": [_grade_text(record["grade"]) for record in records],
            "patient_id": [record["patient_id"] for record in records],
            ANATOMY_COLUMN: [record.get(ANATOMY_COLUMN, "") for record in records],
            "excluded": [is_excluded(record) for record in records],
        }
    )


def _grade_text(cell: str) -> str:
    try:
        grade = parse_grade(cell)
    except ValueError:
        return cell
    return "none" if grade is None else str(grade)


def _files_without_a_row(root: Path, records: Sequence[Record]) -> list[Problem]:
    listed = {(root / record["path"]).name for record in records}
    folder = root / "images"
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    todo = "Take the file away, or give it a row"
    return [
        Problem("extra-file", None, "", f"images/{name} has no row in images.csv", todo)
        for name in names
        if name not in listed and not name.startswith(".")
    ]
