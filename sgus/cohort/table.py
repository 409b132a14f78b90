"""Any table of graded images, with a mapping of our fields to its columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from sgus.cohort.info import CohortInfo
from sgus.cohort.manifest import IMAGE_COLUMNS
from sgus.cohort.quality import Record
from sgus.cohort.sheet import Sheet, read_sheet
from sgus.cohort.source import ImageFolder, Source, find_files, image_name
from sgus.core.errors import CohortError

_COMPUTED: Final = ("path", "sha256", "width_px", "height_px", "region")
FIELDS: Final = tuple(column for column in IMAGE_COLUMNS if column not in _COMPUTED)


def parse_mapping(settings: Iterable[str]) -> dict[str, str]:
    """Read `field=column` settings.

    Raises:
        CohortError: One is not of that form, names an unknown field, or a field twice.
    """
    mapping: dict[str, str] = {}
    for setting in settings:
        field, equals, column = (part.strip() for part in setting.partition("="))
        item = f"--map {setting}"
        if not equals or not column:
            raise CohortError(item, "this is not field=column", 'Write --map "grade=OMERACT score"')
        if field not in FIELDS:
            cause = f"there is no field {field!r}"
            raise CohortError(item, cause, f"Use one of: {', '.join(FIELDS)}")
        if field in mapping:
            raise CohortError(item, f"{field} is mapped twice", "Map each field once")
        mapping[field] = column
    return mapping


def read_table(
    path: Path,
    *,
    images: Path,
    mapping: Mapping[str, str],
    keep: Sequence[str] = (),
    sheet: str | None = None,
    info: CohortInfo,
) -> Source:
    """Read a label table and find its images.

    Args:
        path: CSV or Excel file.
        images: Folder of the image files.
        mapping: Column of the table for each of our `FIELDS`; `image_id` is needed.
        keep: Columns kept as they are beside the mapped ones. None by default: free text of a
            clinic may hold a patient's name or number.
        sheet: Sheet of a workbook.
        info: What the cohort will say about itself.

    Raises:
        CohortError: The table lacks a column, or a kept column takes a name of the manifest.
    """
    table = read_sheet(path, sheet=sheet)
    if "image_id" not in mapping:
        raise CohortError(path, "no column is named for image_id", "Add --map image_id=COLUMN")
    mapping = {field: _column(path, table, name) for field, name in mapping.items()}
    kept = [_column(path, table, name) for name in keep]
    if taken := [name for name in kept if name in IMAGE_COLUMNS]:
        raise CohortError(
            path,
            f"kept columns have names of the manifest: {', '.join(taken)}",
            "Map them with --map, or rename them in the table",
        )
    folder = ImageFolder(images)
    ids = table.column(mapping["image_id"])
    files, problems = find_files(folder, ids, table.numbers)
    return Source(
        table=path,
        folder=images,
        info=info,
        records=tuple(_records(table, mapping, kept)),
        rows=table.numbers,
        files=files,
        problems=problems,
        notes=(*table.notes, *_notes(table, mapping, kept), *_unused(folder, files)),
    )


def _column(path: Path, table: Sheet, name: str) -> str:
    """The table's column of this name; case and spaces are forgiven when that is unambiguous."""
    tidy = " ".join(name.split())
    if tidy in table.columns:
        return tidy
    alike = [column for column in table.columns if column.casefold() == tidy.casefold()]
    if len(alike) != 1:
        raise CohortError(
            path, f"no column {name!r}", f"Use one of: {', '.join(map(repr, table.columns))}"
        )
    return alike[0]


def _records(table: Sheet, mapping: Mapping[str, str], kept: Sequence[str]) -> list[Record]:
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    return [
        {field: row[column] for field, column in mapping.items()}
        | {"image_id": image_name(row[mapping["image_id"]])}
        | {column: row[column] for column in kept}
        for row in rows
    ]


def _notes(table: Sheet, mapping: Mapping[str, str], kept: Sequence[str]) -> list[str]:
    used = {*mapping.values(), *kept}
    left = [column for column in table.columns if column not in used]
    notes = [f"columns left out: {', '.join(left)} (keep one with --keep)"] if left else []
    if "patient_id" not in mapping:
        notes.append("no column was mapped to patient_id: these images cannot be split")
    if "grade" not in mapping:
        notes.append("no column was mapped to grade: these images cannot train or test a model")
    return notes


def _unused(folder: ImageFolder, files: Sequence[Path | None]) -> list[str]:
    used = {file.name for file in files if file is not None}
    left = [name for name in folder.names if name not in used]
    if not left:
        return []
    shown = ", ".join(left[:5]) + (" …" if len(left) > 5 else "")
    return [f"{len(left)} files of {folder.folder.name} have no row and stay out: {shown}"]
