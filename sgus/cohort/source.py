"""What an importer hands over: rows in the words of the manifest, and the file of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from sgus.cohort.info import CohortInfo
from sgus.cohort.quality import Problem, Record
from sgus.core.errors import CohortError

IMAGE_SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".dcm")
_CLUTTER: Final = ("thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Source:
    """A cohort on its way in: nothing has been opened but the table.

    Attributes:
        table: The table the rows come from.
        folder: The folder import must not write into.
        info: What the cohort will say about itself.
        records: Manifest columns and free extra ones, cells as text.
        rows: The row number of each record in the table.
        files: The image file of each record; None where there is a problem about it.
        problems: What was found wrong so far.
        notes: What was assumed, plain sentences for the person who imports.
    """

    table: Path
    folder: Path
    info: CohortInfo
    records: tuple[Record, ...]
    rows: tuple[int, ...]
    files: tuple[Path | None, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


class ImageFolder:
    """The image files of one folder, found by the id a table gives them.

    Args:
        folder: The folder; files beside the images are listed in `others`.

    Raises:
        CohortError: It is no folder, or holds no image.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise CohortError(folder, "there is no such folder", "Give the folder of the images")
        names = sorted(path.name for path in folder.iterdir() if path.is_file())
        names = [n for n in names if not n.startswith(".") and n.casefold() not in _CLUTTER]
        self.folder = folder
        self.names = [n for n in names if _suffix(n) in IMAGE_SUFFIXES]
        self.others = [n for n in names if _suffix(n) not in IMAGE_SUFFIXES]
        if not self.names:
            known = ", ".join(IMAGE_SUFFIXES)
            raise CohortError(folder, f"no image file is here ({known})", "Name another folder")

    def candidates(self, image_id: str) -> list[str]:
        """Files an id can mean: by exact name, else by name without suffix, else by number."""
        if image_id in self.names:
            return [image_id]
        by_stem = [n for n in self.names if _stem(n) == image_id]
        if by_stem or not _is_number(image_id):
            return by_stem
        return [n for n in self.names if _is_number(_stem(n)) and int(_stem(n)) == int(image_id)]


def find_files(
    folder: ImageFolder, image_ids: Sequence[str], rows: Sequence[int]
) -> tuple[tuple[Path | None, ...], tuple[Problem, ...]]:
    """The file of each id, and a problem for each id that has none or several.

    Args:
        folder: Where to look.
        image_ids: An id a row; an empty one is left to the table's own check.
        rows: Row numbers.

    Returns:
        `(files, problems)`, files as long as `image_ids`.
    """
    files: list[Path | None] = []
    problems: list[Problem] = []
    for name, row in zip(image_ids, rows, strict=True):
        found = folder.candidates(name) if name else []
        files.append(folder.folder / found[0] if len(found) == 1 else None)
        if name and not found:
            what = f"no file {name} in {folder.folder.name}"
            todo = "Put it there, or take the row out"
            problems.append(Problem("missing-file", row, name, what, todo, blocks=True))
        if len(found) > 1:
            what = f"the id fits several files: {', '.join(found)}"
            todo = "Write the file name in the table"
            problems.append(Problem("ambiguous-file", row, name, what, todo, blocks=True))
    return tuple(files), tuple(problems)


def image_name(image_id: str) -> str:
    """An image id without the suffix of an image file."""
    return image_id[: -len(_suffix(image_id))] if _suffix(image_id) in IMAGE_SUFFIXES else image_id


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _stem(name: str) -> str:
    return PurePosixPath(name).stem


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,18}", text) is not None
