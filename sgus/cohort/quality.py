"""The problems of a cohort's table: all of them at once, each with its row and what to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from sgus.cohort.values import (
    VOCABULARIES,
    is_name,
    parse_choice,
    parse_count,
    parse_flag,
    parse_grade,
    parse_length,
)
from sgus.core.errors import CohortError
from sgus.core.region import Region

Record = Mapping[str, str]
NO_REGION = "no ultrasound region found"


@dataclass(frozen=True)
class Problem:
    """One thing to put right.

    Attributes:
        kind: Machine-readable kind, such as `grade` or `missing-file`.
        row: Row of the table as a spreadsheet shows it (the header is row 1); None for the whole.
        image_id: The image, "" when it has no id.
        what: What is wrong, a sentence without a full stop.
        todo: What to do, a sentence without a full stop.
        blocks: Whether the cohort cannot be used before it is put right.
    """

    kind: str
    row: int | None
    image_id: str
    what: str
    todo: str
    blocks: bool = False

    def text(self) -> str:
        """One line for a person."""
        where = "cohort" if self.row is None else f"row {self.row}"
        image = f" (image {self.image_id})" if self.image_id else ""
        return f"{where}{image}: {self.what}. {self.todo}."

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def table_problems(records: Iterable[Record], rows: Iterable[int]) -> list[Problem]:
    """Check a table of manifest columns, cells as text; a missing column reads as empty cells.

    Args:
        records: A mapping of column to cell for each image.
        rows: The row number of each.

    Returns:
        The problems in the order of the rows.
    """
    numbered = list(zip(rows, records, strict=True))
    problems = [problem for row, record in numbered for problem in _record_problems(row, record)]
    problems += _repeated_ids(numbered)
    problems += _patients_in_two_centres(numbered)
    return sorted(problems, key=lambda problem: problem.row or 0)


def refuse_blocking(problems: Iterable[Problem], *, item: object, next_step: str) -> None:
    """Raise when a problem keeps the cohort from being used, with the complete list of those.

    Raises:
        CohortError: At least one problem blocks.
    """
    blocking = [problem for problem in problems if problem.blocks]
    if blocking:
        count = "1 problem" if len(blocking) == 1 else f"{len(blocking)} problems"
        lines = "\n".join(f"  {problem.text()}" for problem in blocking)
        raise CohortError(item, f"{count}\n{lines.rstrip('.')}", f"\n{next_step}")


_CELL_CHECKS: tuple[tuple[str, Callable[[str], object], str], ...] = (
    ("grade", parse_grade, "Write 0, 1, 2 or 3, or leave the cell empty if it was not graded"),
    *(
        (
            field,
            lambda text, field=field: parse_choice(text, field=field),
            f"Write {' or '.join(words)}, or leave the cell empty",
        )
        for field, words in VOCABULARIES.items()
    ),
    ("excluded", parse_flag, "Write true or false"),
    ("width_px", lambda text: parse_count(text, field="width_px"), "Write the width in pixels"),
    ("height_px", lambda text: parse_count(text, field="height_px"), "Write the height in pixels"),
    (
        "spacing_mm",
        lambda text: parse_length(text, field="spacing_mm"),
        "Write the size of a pixel in millimetres, or leave the cell empty",
    ),
    (
        "region",
        lambda text: Region.parse(text) if text else None,
        "Write x0 y0 x1 y1 in pixels, or leave the cell empty",
    ),
)


def _record_problems(row: int, record: Record) -> Iterator[Problem]:
    name = record.get("image_id", "")
    if not name:
        yield Problem("image-id", row, "", "the image has no id", "Give it one", blocks=True)
    elif not is_name(name):
        what = f"image_id {name!r} cannot be a file name"
        todo = "Use letters, digits, - and _ only, 80 at most"
        yield Problem("image-id", row, name, what, todo, blocks=True)
    for field, parse, todo in _CELL_CHECKS:
        try:
            parse(record.get(field, ""))
        except ValueError as error:
            yield Problem(field, row, name, str(error), todo, blocks=True)
    if "path" in record and not is_inside(record["path"]):
        what = f"path {record['path']!r} does not stay inside the cohort"
        yield Problem("path", row, name, what, "Write it as images/NAME", blocks=True)
    yield from _exclusion_problems(row, record)


def _exclusion_problems(row: int, record: Record) -> Iterator[Problem]:
    name, reason = record.get("image_id", ""), record.get("exclusion_reason", "")
    excluded = is_excluded(record)
    if excluded and not reason:
        what = "the image is excluded without a reason"
        yield Problem("exclusion", row, name, what, "Write one in exclusion_reason")
    if not excluded and not record.get("patient_id", ""):
        what = "the image has no patient, so it cannot be split or trained on"
        todo = "Write its patient_id, or exclude the image with a reason"
        yield Problem("no-patient", row, name, what, todo)
    if "region" in record and not record["region"] and (not excluded or reason == NO_REGION):
        todo = "Look at it; write its region as x0 y0 x1 y1 and clear excluded, or write in "
        todo += "exclusion_reason why it stays out"
        yield Problem("no-region", row, name, NO_REGION, todo)


def _repeated_ids(numbered: list[tuple[int, Record]]) -> Iterator[Problem]:
    # Case is folded because the id names a file, and some systems do not tell a from A.
    rows_of: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row, record in numbered:
        name = record.get("image_id", "")
        rows_of[name.casefold()].append((row, name))
    for folded, found in rows_of.items():
        for row, name in found[1:] if folded else ():
            what = f"the same image_id stands in row {found[0][0]}"
            yield Problem("same-id", row, name, what, "Give each image its own id", blocks=True)


def _patients_in_two_centres(numbered: list[tuple[int, Record]]) -> Iterator[Problem]:
    first: dict[str, tuple[int, str]] = {}
    told: set[tuple[str, str]] = set()
    for row, record in numbered:
        patient, centre = record.get("patient_id", ""), record.get("centre", "")
        if not patient or not centre:
            continue
        known_row, known = first.setdefault(patient, (row, centre))
        if centre != known and (patient, centre) not in told:
            told.add((patient, centre))
            what = f"patient {patient} is in {centre} here and in {known} in row {known_row}"
            todo = "If they are two people, write the centre into patient_id; else correct centre"
            yield Problem("two-centres", row, record.get("image_id", ""), what, todo)


def is_excluded(record: Record) -> bool:
    """Whether a row takes its image out; what is neither yes nor no counts as no."""
    try:
        return parse_flag(record.get("excluded", ""))
    except ValueError:
        return False


def is_inside(path: str) -> bool:
    """Whether a path of the manifest stays inside the cohort's directory."""
    parts = PurePosixPath(path)
    return bool(path) and not parts.is_absolute() and ".." not in parts.parts and "\\" not in path
