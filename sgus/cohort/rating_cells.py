"""What the cells of a ratings table mean: grades, missing readings, reading numbers, columns."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sgus.cohort.sheet import Sheet
from sgus.core.cells import printable
from sgus.core.errors import CohortError

MISSING_WORDS: Final = ("", "na", "n/a", "nan", "-", ".")
"""Cells, in lower case, that say an image was not read."""
MAX_GRADES: Final = 20
HIGHEST_GRADE: Final = 9999
"""Beyond it squares of distances lose digits; no score has such grades."""
MAX_READERS: Final = 100
MAX_READINGS: Final = 20
"""Of one image by one reader."""
MAX_PAIR_COUNTS: Final = 100_000_000
"""Images x pairs of readers x pairs of grades: more than about 6 GB of memory."""
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d*)?", re.ASCII)
_WHOLE: Final = re.compile(r"[+-]?\d{1,9}(?:\.0*)?", re.ASCII)
_SHOWN: Final = 5
_LONGEST: Final = 60


class Cell(NamedTuple):
    """A cell that may hold a grade.

    Attributes:
        image_id: The item.
        rater_id: The reader.
        reading: Number of the reading, from 1.
        text: As written.
        row: Row number in the table, the header being row 1.
        column: Name of its column.
    """

    image_id: str
    rater_id: str
    reading: int
    text: str
    row: int
    column: str


@dataclass(frozen=True)
class Wish:
    """How a person asked for the table to be read.

    Attributes:
        source: What the table is called in errors.
        grades: The scale.
        patient_column: The column of the patients; `patient_id` where there is one, when None.
        ignore: Columns left out.
        attributes: Columns that describe the image, besides those known by name.
    """

    source: str
    grades: tuple[int, ...]
    patient_column: str | None = None
    ignore: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()


@dataclass
class Draft:
    """A table on its way to `RatingTable`: its cells are still text.

    Attributes:
        form: `long` or `wide`.
        cells: Every cell that may hold a grade, in the order of the file.
        items: Images in the order of the file.
        readers: Readers in the order of the file.
        patients: Patient of each image; None where the table names none.
        item_attributes: Attribute to image to value.
        reader_attributes: Attribute to reader to value.
        extra: Free columns of the long form, as long as `cells`.
        notes: What was assumed.
    """

    form: str
    cells: list[Cell]
    items: list[str]
    readers: list[str]
    patients: dict[str, str] | None = None
    item_attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    reader_attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    extra: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def check_scale(grades: Sequence[int]) -> tuple[int, ...]:
    """A scale that can be used.

    Raises:
        CohortError: It has fewer than two or too many grades, or they do not rise.
    """
    scale = tuple(grades)
    said = ",".join(map(str, scale[: MAX_GRADES + 1]))
    if not 2 <= len(scale) <= MAX_GRADES:
        cause = f"a scale has 2 to {MAX_GRADES} grades, not {len(scale)}"
        raise CohortError(f"grades {said}", cause, "Give all grades that can be given: 0,1,2,3")
    if any(abs(grade) > HIGHEST_GRADE for grade in scale):
        cause = f"a grade lies beyond {HIGHEST_GRADE}"
        raise CohortError(f"grades {said}", cause, "Give grades as small whole numbers: 0,1,2,3")
    if list(scale) != sorted(set(scale)):
        raise CohortError(f"grades {said}", "they do not rise", "Give each once, the lowest first")
    return scale


def is_missing(text: str) -> bool:
    """Whether a cell says that there is no reading."""
    return text.casefold() in MISSING_WORDS


def stated(text: str) -> str:
    """A cell about an image or a reader, "" where it says that nothing is known."""
    return "" if is_missing(text) else text


def is_number(text: str) -> bool:
    """Whether a cell holds a plain decimal number, with a point or a comma."""
    return _NUMBER.fullmatch(text) is not None


def whole_number(text: str) -> int | None:
    """The whole number of a cell, `2.0` being 2; None where it is none or has over 9 digits."""
    return int(float(text)) if _WHOLE.fullmatch(text) else None


def read_grade(cell: Cell, wish: Wish, *, others: Iterable[Cell]) -> int:
    """The grade of a cell that is not missing.

    Args:
        cell: The cell.
        wish: The scale, and what to call the table.
        others: Every cell, so that the error can name a scale that would fit.

    Raises:
        CohortError: It is not whole, or not on the scale.
    """
    value = whole_number(cell.text)
    if value is not None and value in wish.grades:
        return value
    where = f"row {cell.row}, column {shown(cell.column)}"
    if is_number(cell.text) and "," in cell.text:
        cause = f"{where}: {quoted(cell.text)} has a decimal comma"
        raise CohortError(wish.source, cause, "Write whole grades: 1 for 1,0")
    if is_number(cell.text) and value is None and "." in cell.text:
        raise CohortError(
            wish.source,
            f"{where}: {quoted(cell.text)} is not a whole grade",
            f"Give a grade of the scale or an empty cell, or {_ignore(cell)}",
        )
    scale = ", ".join(map(str, wish.grades))
    raise CohortError(
        wish.source,
        f"{where}: {quoted(cell.text)} is none of the grades {scale}",
        _other_scale(others) + f"Correct the cell, or {_ignore(cell)}",
    )


def _other_scale(cells: Iterable[Cell]) -> str:
    """A scale that holds every value there is, if it is a reasonable one."""
    values = [whole_number(cell.text) for cell in cells if not is_missing(cell.text)]
    whole = [value for value in values if value is not None]
    if len(whole) < len(values) or not 1 <= max(whole) - min(whole) < MAX_GRADES:
        return ""
    scale = ",".join(map(str, range(min(whole), max(whole) + 1)))
    return f"Give the scale if it is another, such as --grades {scale}. "


def _ignore(cell: Cell) -> str:
    return f"leave a column that holds no grades out with --ignore {quoted(cell.column)}"


def read_number(text: str, row: int, wish: Wish) -> int:
    """The number of a reading; an empty cell is the first.

    Raises:
        CohortError: It is not a whole number of 1 or more.
    """
    value = 1 if is_missing(text) else whole_number(text)
    if value is None or value < 1:
        cause = f"row {row}: reading {quoted(text)} is not a whole number of 1 or more"
        raise CohortError(wish.source, cause, "Number the readings of a reader 1, 2, 3")
    return value


def find_column(sheet: Sheet, names: Iterable[str]) -> str | None:
    """The first of some names that the table has as a column, whatever its case."""
    known = {column.casefold(): column for column in reversed(sheet.columns)}
    return next((known[name] for name in names if name in known), None)


def wanted_column(sheet: Sheet, name: str, wish: Wish, *, option: str) -> str:
    """A column that a person named.

    Raises:
        CohortError: The table has no such column.
    """
    tidy = " ".join(name.split())
    if tidy in sheet.columns:
        return tidy
    if found := find_column(sheet, [tidy.casefold()]):
        return found
    known = listed(sheet.columns)
    raise CohortError(wish.source, f"no column {quoted(name)} for {option}", f"Use one of: {known}")


def refuse_rows(wish: Wish, rows: Sequence[int], cause: str, next_step: str) -> None:
    """Name the rows that are wrong, if any.

    Raises:
        CohortError: There is one.
    """
    if rows:
        word = "row" if len(rows) == 1 else "rows"
        raise CohortError(wish.source, f"{cause} ({word} {listed(map(str, rows))})", next_step)


def one_value(
    pairs: Iterable[tuple[str, str]], wish: Wish, *, column: str, owner: str
) -> dict[str, str]:
    """The one value of each image or reader in a column; an empty cell, or `NA`, says nothing.

    Args:
        pairs: Name of the image or reader, and the cell, row by row.
        wish: What to call the table.
        column: Name of the column.
        owner: `image` or `reader`.

    Raises:
        CohortError: One has two values.
    """
    found: dict[str, str] = {}
    for name, cell in pairs:
        known, value = found.get(name, ""), stated(cell)
        if known and value and known != value:
            raise CohortError(
                wish.source,
                f"column {shown(column)}: {owner} {quoted(name)} has both {quoted(known)} and "
                f"{quoted(value)}",
                f"Give one value for each {owner}, or leave it out with --ignore {quoted(column)}",
            )
        found[name] = known or value
    return found


def check_patients(patients: Mapping[str, str], wish: Wish, *, column: str) -> dict[str, str]:
    """Patients of all images.

    Raises:
        CohortError: An image has none.
    """
    without = [image for image, patient in patients.items() if not patient]
    if without:
        word = "image has" if len(without) == 1 else "images have"
        raise CohortError(
            wish.source,
            f"{len(without)} {word} no patient in column {shown(column)}: {listed(without)}",
            f"Give it, or resample images instead of patients with --ignore {quoted(column)}",
        )
    return dict(patients)


def shown(name: str) -> str:
    """A name as an error shows it: one line, not too long."""
    return printable(name, limit=_LONGEST)


def quoted(text: str) -> str:
    """A cell as an error shows it."""
    return f"'{shown(text)}'"


def listed(names: Iterable[str]) -> str:
    """The first few of some names."""
    given = list(names) if not isinstance(names, Collection) else names
    some = [shown(name) for name, _ in zip(given, range(_SHOWN), strict=False)]
    return ", ".join(some) + (" …" if len(given) > _SHOWN else "")
