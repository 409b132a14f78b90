"""Ratings of several readers as people have them: a row a reading, or a row an image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from sgus.cohort.rating_cells import (
    MAX_PAIR_COUNTS,
    MAX_READERS,
    MAX_READINGS,
    Draft,
    Wish,
    check_scale,
    is_missing,
    listed,
    quoted,
    read_grade,
    wanted_column,
)
from sgus.cohort.rating_long import is_long, read_long
from sgus.cohort.rating_wide import read_wide
from sgus.cohort.sheet import EXCEL, Sheet, parse_sheet
from sgus.core.errors import CohortError
from sgus.core.files import sha256_bytes
from sgus.core.grades import GRADES

_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_NAMELESS: Final = "ratings.csv"


class Reading(NamedTuple):
    """One grade by one reader.

    Attributes:
        image_id: The image.
        rater_id: The reader.
        reading: Number of the reading, from 1.
        grade: A grade of the scale.
        row: Row number in the table, the header being row 1.
    """

    image_id: str
    rater_id: str
    reading: int
    grade: int
    row: int


@dataclass(frozen=True, eq=False)
class RatingTable:
    """What a ratings table says; it is never written back.

    Attributes:
        name: File name, without its folder.
        form: `long` or `wide`.
        scale: The grades that could be given, as they were passed.
        items: Images in the order of the file, read or not.
        readers: Readers in the order of the file.
        rows: Every grade, in the order of the file.
        patients: Patient of each image, or None where the table names none.
        item_attributes: Attribute, such as `gland`, to image to value ("" where not said).
        reader_attributes: Attribute, such as `experience`, to reader to value.
        extra: Other columns of the long form, as long as `rows`.
        n_rows_read: Rows below the header.
        n_empty: Cells or rows without a grade.
        n_never_rated: Images without any grade.
        notes: What was assumed in reading it, plain sentences.
        sha256: Of the content of the file.
    """

    name: str
    form: str
    scale: tuple[int, ...]
    items: tuple[str, ...]
    readers: tuple[str, ...]
    rows: tuple[Reading, ...]
    patients: Mapping[str, str] | None
    item_attributes: Mapping[str, Mapping[str, str]]
    reader_attributes: Mapping[str, Mapping[str, str]]
    extra: Mapping[str, tuple[str, ...]]
    n_rows_read: int
    n_empty: int
    n_never_rated: int
    notes: tuple[str, ...]
    sha256: str

    @property
    def n_items(self) -> int:
        """Images, read or not."""
        return len(self.items)

    @property
    def n_readers(self) -> int:
        """Readers, those without a grade too."""
        return len(self.readers)

    @property
    def n_readings(self) -> int:
        """Grades given."""
        return len(self.rows)


def read_ratings(
    source: Path | bytes,
    *,
    name: str | None = None,
    grades: Sequence[int] = GRADES,
    patient_column: str | None = None,
    ignore: Sequence[str] = (),
    attribute_columns: Sequence[str] = (),
    sheet: str | None = None,
) -> RatingTable:
    """Read a ratings table; its form is told by its header.

    Args:
        source: A CSV (comma, semicolon or tab; UTF-8 or UTF-16) or Excel file, or its content.
        name: What the content is called; its suffix tells its kind.
        grades: The scale, rising. It is never read off the data: a grade that nobody used counts.
        patient_column: Column of the patients; `patient_id` where there is one, when None.
        ignore: Columns to leave out.
        attribute_columns: Columns that describe the image, besides those known by name.
        sheet: The sheet of a workbook; needed only when several hold something.

    Returns:
        Long form: a row a reading, `image_id` (or `item`, `image`), `rater_id` (`rater`,
        `reader`), `grade` (`rating`, `score`), and optionally `reading` (`round`); without
        `reading`, rows that repeat an image and a reader are repeated readings in the order of
        the file. Wide form: a row an image, optionally `image_id`, and a column a reader.

    Raises:
        CohortError: The table cannot be read without guessing; the message names the row, the
            column and the value.
    """
    scale = check_scale(grades)
    data, called = _content(source, name)
    wish = Wish(called, scale, patient_column, tuple(ignore), tuple(attribute_columns))
    _refuse_other_text(data, wish)
    table = parse_sheet(data, Path(called), sheet=sheet)
    wish = replace(
        wish,
        ignore=tuple(wanted_column(table, c, wish, option="--ignore") for c in ignore),
        attributes=tuple(
            wanted_column(table, c, wish, option="--attribute-column") for c in attribute_columns
        ),
    )
    draft = read_long(table, wish) if is_long(_without(table, wish)) else read_wide(table, wish)
    _check_size(draft, wish)
    return _finished(draft, wish, table, sha256_bytes(data))


def _without(table: Sheet, wish: Wish) -> Sheet:
    """The table with fewer column names, to look for those that tell its form."""
    return replace(table, columns=tuple(c for c in table.columns if c not in wish.ignore))


def _content(source: Path | bytes, name: str | None) -> tuple[bytes, str]:
    """Bytes of the table, and its name without a folder."""
    if isinstance(source, bytes):
        return source, Path(name or _NAMELESS).name
    if not source.is_file():
        raise CohortError(source, "there is no such file", "Give the path of a CSV or Excel file")
    return source.read_bytes(), name or source.name


def _refuse_other_text(data: bytes, wish: Wish) -> None:
    """A reader whose name is spelt wrongly would be another reader: no encoding is guessed."""
    if not data:
        raise CohortError(wish.source, "the file is empty", "Export the table again")
    if Path(wish.source).suffix.lower() in (*EXCEL, ".xls") or data.startswith(_UTF16):
        return
    try:
        if "\0" in data.decode("utf-8-sig"):
            raise CohortError(wish.source, "this is not a text file", "Give a CSV or .xlsx file")
    except UnicodeDecodeError as error:
        cause = f"this is not UTF-8 text (byte {error.start + 1:,})"
        step = 'Save it as "CSV UTF-8", or give an .xlsx file'
        raise CohortError(wish.source, cause, step) from error


def _check_size(draft: Draft, wish: Wish) -> None:
    """Refuse what cannot be a table of readings before pairs of readers are formed."""
    if len(draft.readers) > MAX_READERS:
        raise CohortError(
            wish.source,
            f"it names {len(draft.readers):,} readers, at most {MAX_READERS} can be compared",
            "Check that readers and images are not swapped",
        )
    pairs = len(draft.readers) * (len(draft.readers) - 1) // 2
    if len(draft.items) * pairs * len(wish.grades) ** 2 > MAX_PAIR_COUNTS:
        raise CohortError(
            wish.source,
            f"{len(draft.items):,} images by {len(draft.readers)} readers on {len(wish.grades)} "
            "grades are more than the memory holds when all pairs of readers are compared",
            "Leave readers out with --ignore, or split the table",
        )
    most = max((cell.reading for cell in draft.cells), default=1)
    if most > MAX_READINGS:
        cell = next(cell for cell in draft.cells if cell.reading == most)
        raise CohortError(
            wish.source,
            f"row {cell.row}: reading {most:,} of image {quoted(cell.image_id)} by reader "
            f"{quoted(cell.rater_id)}, at most {MAX_READINGS} are compared",
            "Check that the columns of images and readers are named rightly",
        )


def _finished(draft: Draft, wish: Wish, table: Sheet, sha256: str) -> RatingTable:
    given = [at for at, cell in enumerate(draft.cells) if not is_missing(cell.text)]
    cells = [draft.cells[at] for at in given]
    rows = tuple(
        Reading(c.image_id, c.rater_id, c.reading, read_grade(c, wish, others=cells), c.row)
        for c in cells
    )
    if not rows:
        raise CohortError(wish.source, "no cell holds a grade", "Give a table with readings")
    extra = {column: tuple(texts[at] for at in given) for column, texts in draft.extra.items()}
    rated = {row.image_id for row in rows}
    return RatingTable(
        name=wish.source,
        form=draft.form,
        scale=wish.grades,
        items=tuple(draft.items),
        readers=tuple(draft.readers),
        rows=rows,
        patients=None if draft.patients is None else MappingProxyType(draft.patients),
        item_attributes=draft.item_attributes,
        reader_attributes=draft.reader_attributes,
        extra=extra,
        n_rows_read=len(table.rows),
        n_empty=len(draft.cells) - len(rows),
        n_never_rated=len(draft.items) - len(rated),
        notes=(*table.notes, *draft.notes, *_alike(draft), *_silent(draft, rows)),
        sha256=sha256,
    )


def _alike(draft: Draft) -> list[str]:
    """A note about names that one person may have: half of the readings would be of another."""
    spelt = Counter("".join(reader.split()).casefold() for reader in draft.readers)
    same = [name for name in draft.readers if spelt["".join(name.split()).casefold()] > 1]
    if not same:
        return []
    return [f"names that differ in case or spaces alone are different readers: {listed(same)}"]


def _silent(draft: Draft, rows: Sequence[Reading]) -> list[str]:
    """A note about readers who read nothing: a column that should perhaps not be one."""
    counts = Counter(row.rater_id for row in rows)
    nobody = [reader for reader in draft.readers if not counts[reader]]
    return [f"without any grade: reader {listed(nobody)}"] if nobody else []
