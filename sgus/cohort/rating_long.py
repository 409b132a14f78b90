"""The long form of a ratings table: a row a reading."""

from __future__ import annotations

from collections import Counter
from typing import Final

from sgus.cohort.rating_cells import (
    Cell,
    Draft,
    Wish,
    check_patients,
    find_column,
    is_missing,
    one_value,
    read_number,
    refuse_rows,
    wanted_column,
)
from sgus.cohort.sheet import Sheet
from sgus.core.errors import CohortError

IMAGE_NAMES: Final = ("image_id", "item", "image")
RATER_NAMES: Final = ("rater_id", "rater", "reader")
GRADE_NAMES: Final = ("grade", "rating", "score")
READING_NAMES: Final = ("reading", "round")
_NO_NAME: Final = "Name it in each row, or delete the row; NA, NaN, - and . are no names"
PATIENT: Final = "patient_id"
EXPERIENCE: Final = "experience"
KNOWN_ATTRIBUTES: Final = (
    "gland", "side", "centre", "center", "device", "device_class", "operator", "visit", "sex",
    "age", "anatomy", "view", "sha256", "path",
)  # fmt: skip
"""Columns that describe the image, by name."""


def is_long(sheet: Sheet) -> bool:
    """Whether a table names its readers in a column and their grades in another."""
    return bool(find_column(sheet, RATER_NAMES) and find_column(sheet, GRADE_NAMES))


def read_long(sheet: Sheet, wish: Wish) -> Draft:
    """Take the long form apart.

    Raises:
        CohortError: It names no images, a row lacks its image or reader, a reading is given
            twice, or an image or a reader has two values of what it can have only one of.
    """
    columns = _columns(sheet, wish)
    images, raters = sheet.column(columns["image"]), sheet.column(columns["rater"])
    for what, names in (("image", images), ("reader", raters)):
        rows = [row for row, name in zip(sheet.numbers, names, strict=True) if is_missing(name)]
        refuse_rows(wish, rows, f"there is no {what}", _NO_NAME)
    readings, notes = _readings(sheet, columns, wish, list(zip(images, raters, strict=True)))
    cells = [
        Cell(image, rater, reading, text, row, columns["grade"])
        for image, rater, reading, text, row in zip(
            images, raters, readings, sheet.column(columns["grade"]), sheet.numbers, strict=True
        )
    ]
    _refuse_twice(cells, wish)
    draft = Draft("long", cells, list(dict.fromkeys(images)), list(dict.fromkeys(raters)))
    draft.notes += notes
    _describe(draft, sheet, wish, columns)
    return draft


def _columns(sheet: Sheet, wish: Wish) -> dict[str, str]:
    """Our words to the names of the columns."""
    aliases = {
        "image": IMAGE_NAMES,
        "rater": RATER_NAMES,
        "grade": GRADE_NAMES,
        "reading": READING_NAMES,
    }
    found = {word: find_column(sheet, names) for word, names in aliases.items()}
    if found["image"] is None:
        cause = "it names readers and grades but no images"
        raise CohortError(wish.source, cause, "Add a column image_id")
    if wish.patient_column is not None:
        option = "--patient-column"
        found["patient"] = wanted_column(sheet, wish.patient_column, wish, option=option)
    elif (column := find_column(sheet, [PATIENT])) is not None and column not in wish.ignore:
        found["patient"] = column
    columns = {word: column for word, column in found.items() if column is not None}
    if used := [columns[word] for word in ("image", "rater", "grade") if columns[word] in
                wish.ignore]:  # fmt: skip
        raise CohortError(wish.source, f"column {used[0]} cannot be left out", "Do not --ignore it")
    return {word: column for word, column in columns.items() if column not in wish.ignore}


def _readings(
    sheet: Sheet, columns: dict[str, str], wish: Wish, pairs: list[tuple[str, str]]
) -> tuple[list[int], list[str]]:
    """Number of the reading in each row, and what was assumed about it."""
    if "reading" in columns:
        texts = zip(sheet.column(columns["reading"]), sheet.numbers, strict=True)
        return [read_number(text, row, wish) for text, row in texts], []
    seen: Counter[tuple[str, str]] = Counter()
    numbers = []
    for pair in pairs:
        seen[pair] += 1
        numbers.append(seen[pair])
    repeated = sum(count > 1 for count in seen.values())
    if not repeated:
        return numbers, []
    note = (
        f"there is no column reading, and {repeated} times one reader has several rows for one "
        "image: they were taken as repeated readings, numbered in the order of the file"
    )
    return numbers, [note]


def _refuse_twice(cells: list[Cell], wish: Wish) -> None:
    first: dict[tuple[str, str, int], int] = {}
    rows: list[int] = []
    for cell in cells:
        known = first.setdefault((cell.image_id, cell.rater_id, cell.reading), cell.row)
        if known != cell.row:
            rows += [known, cell.row]
    cause = "one reader's reading of one image is given twice"
    refuse_rows(wish, sorted(set(rows)), cause, "Take one out, or number the readings 1, 2, 3")


def _describe(draft: Draft, sheet: Sheet, wish: Wish, columns: dict[str, str]) -> None:
    """Patients, attributes of images and of readers, and the free columns that are left."""
    images, raters = [c.image_id for c in draft.cells], [c.rater_id for c in draft.cells]
    if (patient := columns.get("patient")) is not None:
        pairs = zip(images, sheet.column(patient), strict=True)
        of_image = one_value(pairs, wish, column=patient, owner="image")
        draft.patients = check_patients(of_image, wish, column=patient)
    for column in sheet.columns:
        if column in columns.values() or column in wish.ignore:
            continue
        cells, name = sheet.column(column), column.casefold()
        if name == EXPERIENCE and column not in wish.attributes:
            pairs = zip(raters, cells, strict=True)
            draft.reader_attributes[EXPERIENCE] = one_value(
                pairs, wish, column=column, owner="reader"
            )
        elif name in KNOWN_ATTRIBUTES or column in wish.attributes:
            pairs = zip(images, cells, strict=True)
            key = name if name in KNOWN_ATTRIBUTES else column
            draft.item_attributes[key] = one_value(pairs, wish, column=column, owner="image")
        else:
            draft.extra[column] = cells
