"""The files a person wants graded: named one by one, by folder, or by a label table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sgus.cohort.sheet import Sheet, read_sheet
from sgus.cohort.source import IMAGE_SUFFIXES, ImageFolder, find_files
from sgus.core.errors import CohortError, ImageError

ID_COLUMNS: Final = ("image_id", "image", "Anonymized ID", "file", "filename", "id")
"""Columns taken for the image's id, the first that is there; case does not matter."""


@dataclass(frozen=True)
class Wanted:
    """A file to grade.

    Attributes:
        name: What to call it in the results: the path or the id that was given.
        path: The file; None where none was found.
        problem: Why there is no file.
    """

    name: str
    path: Path | None
    problem: str = ""


def wanted_files(paths: Sequence[Path]) -> list[Wanted]:
    """Files to grade; a directory stands for the images in it, by name.

    Raises:
        ImageError: A directory holds no image, or nothing was named.
    """
    if not paths:
        raise ImageError("predict", "no image was named", "Give images, or --table with --images")
    wanted = []
    for path in paths:
        inside = [path]
        if path.is_dir():
            inside = sorted(file for file in path.iterdir() if _is_image(file))
            if not inside:
                known = ", ".join(IMAGE_SUFFIXES)
                raise ImageError(path, f"the folder holds no image ({known})", "Name another")
        wanted += [Wanted(str(file), file) for file in inside]
    return wanted


def _is_image(path: Path) -> bool:
    hidden = path.name.startswith(".")
    return path.is_file() and path.suffix.lower() in IMAGE_SUFFIXES and not hidden


def wanted_rows(table: Path, *, images: Path, id_column: str | None = None) -> list[Wanted]:
    """Files to grade, a row of a label table each; found as `import table` finds them.

    Args:
        table: CSV or Excel file.
        images: Folder of the image files.
        id_column: Column of the image ids; None takes the first of `ID_COLUMNS`.

    Raises:
        CohortError: The table or the folder cannot be used, or the table has no such column.
    """
    sheet = read_sheet(table)
    ids = sheet.column(_id_column(table, sheet, id_column))
    files, problems = find_files(ImageFolder(images), ids, sheet.numbers)
    why = {problem.row: f"{problem.what}. {problem.todo}." for problem in problems}
    return [
        Wanted(name, file)
        if file is not None
        else Wanted(name or f"row {row}", None, why.get(row, "the row has no image id"))
        for name, file, row in zip(ids, files, sheet.numbers, strict=True)
    ]


def _id_column(table: Path, sheet: Sheet, asked: str | None) -> str:
    by_folded = {column.casefold(): column for column in sheet.columns}
    for name in ID_COLUMNS if asked is None else (asked,):
        if name.casefold() in by_folded:
            return by_folded[name.casefold()]
    cause = f"there is no column {asked!r}" if asked else "no column of image ids is known"
    raise CohortError(
        table, cause, f"Name one with --id-column: {', '.join(map(repr, sheet.columns))}"
    )
