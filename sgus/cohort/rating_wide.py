"""The wide form of a ratings table: a row an image, a column a reader."""

from __future__ import annotations

import re
from typing import Final

from sgus.cohort.rating_cells import (
    MAX_READINGS,
    Cell,
    Draft,
    Wish,
    check_patients,
    find_column,
    is_missing,
    is_number,
    listed,
    quoted,
    refuse_rows,
    shown,
    stated,
    wanted_column,
)
from sgus.cohort.rating_long import GRADE_NAMES, IMAGE_NAMES, KNOWN_ATTRIBUTES, PATIENT, RATER_NAMES
from sgus.cohort.sheet import Sheet
from sgus.core.errors import CohortError

_REPEATED: Final = re.compile(r"(.*\S) ?(?:#(\d{1,2})|\((\d{1,2})\))", re.ASCII)
_SURELY_RATER: Final = RATER_NAMES[0]
_NO_READER: Final = frozenset(
    {
        "case", "case_id", "id", "index", "nr", "nr.", "number", "patient", "patient id", "row",
        "study_id", "subject", "subject_id", "unnamed: 0",
    }
)  # fmt: skip
"""Columns that count images or patients: their small numbers would pass for grades."""


def read_wide(sheet: Sheet, wish: Wish) -> Draft:
    """Take the wide form apart.

    Raises:
        CohortError: No column is a reader's, a column holds text, or an image stands twice.
    """
    if len(sheet.columns) == 1:
        cause = f"it has one column only, {quoted(sheet.columns[0])}"
        raise CohortError(wish.source, cause, "Give a column a reader, or a row a reading")
    image_column, patient_column = find_column(sheet, IMAGE_NAMES), _patient_column(sheet, wish)
    if image_column in wish.ignore:
        image_column = None
    attributes = [
        column
        for column in sheet.columns
        if (column.casefold() in KNOWN_ATTRIBUTES or column in wish.attributes)
        and column not in (image_column, patient_column, *wish.ignore)
    ]
    known = {image_column, patient_column, *attributes, *wish.ignore}
    columns = [column for column in sheet.columns if column not in known]
    _check_readers(sheet, columns, wish)
    images = _images(sheet, image_column, wish)
    readings = _readings_of_columns(columns, wish)
    draft = Draft(
        "wide",
        _cells(sheet, images, readings),
        images,
        list(dict.fromkeys(reader for reader, _ in readings.values())),
    )
    _describe(draft, sheet, wish, patient_column, attributes)
    draft.notes += _notes(draft, wish, image_column)
    return draft


def _patient_column(sheet: Sheet, wish: Wish) -> str | None:
    if wish.patient_column is not None:
        return wanted_column(sheet, wish.patient_column, wish, option="--patient-column")
    column = find_column(sheet, [PATIENT])
    return None if column in wish.ignore else column


def _images(sheet: Sheet, column: str | None, wish: Wish) -> list[str]:
    if column is None:
        return [f"row {number}" for number in range(1, len(sheet.rows) + 1)]
    images = sheet.column(column)
    numbered = list(zip(sheet.numbers, images, strict=True))
    without = [row for row, name in numbered if not name]
    refuse_rows(wish, without, "there is no image", "Name it in each row, or delete the row")
    first: dict[str, int] = {}
    twice = [row for row, name in numbered if first.setdefault(name, row) != row]
    refuse_rows(
        wish,
        twice,
        f"an image has a row already: {listed(images[sheet.numbers.index(r)] for r in twice)}",
        "Give repeated readings in columns NAME#2, or a row a reading (long form)",
    )
    return images


def _check_readers(sheet: Sheet, columns: list[str], wish: Wish) -> None:
    """Refuse what is no reader's column before its cells are read one by one."""
    if not columns:
        raise CohortError(
            wish.source,
            f"no column is left for readers: {listed(sheet.columns)}",
            "Give a column a reader, or a row a reading: image_id, rater_id, grade",
        )
    for column in columns:
        name = column.casefold()
        if name == _SURELY_RATER:
            cause = f"column {column} names readers, but there is no column grade"
            raise CohortError(wish.source, cause, "Add it: image_id, rater_id, grade")
        if name == GRADE_NAMES[0]:
            raise CohortError(
                wish.source,
                "column grade does not say who read",
                f"Rename it to the reader's name, or leave it out with --ignore {column}",
            )
        if name in _NO_READER:
            raise CohortError(
                wish.source,
                f"column {column} does not sound like a reader",
                f"Rename it image_id, name it with --patient-column {quoted(column)}, "
                f"or leave it out with --ignore {quoted(column)}",
            )
        _refuse_text(column, sheet.column(column), wish)


def _refuse_text(column: str, cells: list[str], wish: Wish) -> None:
    given = [text for text in cells if not is_missing(text)]
    if given and not any(map(is_number, given)):
        raise CohortError(
            wish.source,
            f"column {shown(column)} holds text such as {quoted(given[0])}, no grades",
            f"Keep it with --attribute-column {quoted(column)}, "
            f"or leave it out with --ignore {quoted(column)}",
        )


def _readings_of_columns(columns: list[str], wish: Wish) -> dict[str, tuple[str, int]]:
    """Reader and number of the reading of each column.

    `NAME#2` and `NAME (2)` are a second reading only beside a column `NAME`: "Reader #1" and
    "Reader #2" without a "Reader" are two people.
    """
    found: dict[str, tuple[str, int]] = {}
    for column in columns:
        match = _REPEATED.fullmatch(column)
        if match is None or match[1] not in columns:
            found[column] = (column, 1)
            continue
        number = int(match[2] or match[3])
        known = next((name for name, said in found.items() if said == (match[1], number)), None)
        if not 2 <= number <= MAX_READINGS or known is not None:
            raise CohortError(
                wish.source,
                f"column {shown(column)} is no further reading of {quoted(match[1])}",
                f"Number its readings NAME, NAME#2, NAME#3, up to {MAX_READINGS}",
            )
        found[column] = (match[1], number)
    return found


def _cells(sheet: Sheet, images: list[str], readings: dict[str, tuple[str, int]]) -> list[Cell]:
    places = [(sheet.columns.index(column), column, *said) for column, said in readings.items()]
    return [
        Cell(image, reader, reading, row[at], number, column)
        for image, row, number in zip(images, sheet.rows, sheet.numbers, strict=True)
        for at, column, reader, reading in places
    ]


def _describe(
    draft: Draft, sheet: Sheet, wish: Wish, patient_column: str | None, attributes: list[str]
) -> None:
    if patient_column is not None:
        of_image = dict(zip(draft.items, map(stated, sheet.column(patient_column)), strict=True))
        draft.patients = check_patients(of_image, wish, column=patient_column)
    for column in attributes:
        name = column.casefold()
        key = name if name in KNOWN_ATTRIBUTES else column
        cells = map(stated, sheet.column(column))
        draft.item_attributes[key] = dict(zip(draft.items, cells, strict=True))


def _notes(draft: Draft, wish: Wish, image_column: str | None) -> list[str]:
    notes = []
    if image_column is None:
        notes.append("there is no column image_id: images are numbered in the order of the rows")
    if all(reader in map(str, wish.grades) for reader in draft.readers):
        notes.append(
            f"the readers are called {listed(draft.readers)}: if these are grades, the table has "
            "no header row, and the first image was taken for one"
        )
    again = {cell.rater_id for cell in draft.cells if cell.reading > 1}
    if again:
        notes.append(f"columns with #2 or (2) are repeated readings of {listed(sorted(again))}")
    return notes
