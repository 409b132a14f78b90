"""Tables as people have them: CSV in any usual encoding and separator, or an Excel sheet."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sgus.core.cells import printable
from sgus.core.errors import CohortError

EXCEL = (".xlsx", ".xlsm")
_SEPARATORS = (",", ";", "\t")
_SHOWN = 10
_LONGEST = 300
_MAX_UNPACKED = 200 * 2**20
_MAX_CELLS = 5_000_000
# What openpyxl lets through from a damaged or a hostile file; ParseError is a SyntaxError.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    SyntaxError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
)


@dataclass(frozen=True)
class Sheet:
    """A table of text.

    Attributes:
        columns: Header names, inner and outer space tidied.
        rows: A row a record, as long as `columns`; an empty cell is "".
        numbers: The row number a person sees in a spreadsheet, the header being row 1.
        notes: What was assumed in reading it, plain sentences.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> list[str]:
        """The cells of one column."""
        at = self.columns.index(name)
        return [row[at] for row in self.rows]


def read_sheet(path: Path, *, sheet: str | None = None) -> Sheet:
    """Read a table; numbers come as the text a person would write (`2`, not `2.0`).

    Args:
        path: A `.csv`, `.tsv`, `.txt`, `.xlsx` or `.xlsm` file.
        sheet: The sheet of a workbook; needed only when several hold something.

    Raises:
        CohortError: The file is missing, of another kind, empty, or its rows do not fit its header.
    """
    if not path.is_file():
        raise CohortError(path, "there is no such file", "Give the path of a CSV or Excel file")
    return parse_sheet(path.read_bytes(), path, sheet=sheet)


def parse_sheet(data: bytes, path: Path, *, sheet: str | None = None) -> Sheet:
    """Read a table that is in memory, such as an uploaded one; otherwise as `read_sheet`.

    Args:
        data: The content of the file.
        path: What the file is called: its suffix tells its kind, and errors name it.
        sheet: The sheet of a workbook; needed only when several hold something.

    Raises:
        CohortError: It is of another kind, empty, or its rows do not fit its header.
    """
    suffix = path.suffix.lower()
    if suffix == ".xls":
        raise CohortError(path, "this is an Excel 97 file", "Save it as .xlsx or as CSV")
    if suffix in EXCEL:
        return _from_records(path, _read_excel(data, path, sheet), notes=())
    text, notes = _decode(data, path)
    return _from_records(path, _read_csv(path, text), notes=notes)


def _decode(data: bytes, path: Path) -> tuple[str, tuple[str, ...]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding, notes = "utf-16", ()
    elif b"\0" in data:
        raise CohortError(path, "this is not a text file", "Give a CSV or .xlsx file")
    else:
        encoding, notes = "utf-8-sig", ()
    try:
        return data.decode(encoding), notes
    except UnicodeDecodeError as error:
        if encoding == "utf-16":
            raise CohortError(path, "the text is cut or broken", "Save it as UTF-8") from error
        said = f"{path.name} is not UTF-8: it was read as Windows-1252, check its accented letters"
        return data.decode("cp1252", errors="replace"), (said,)


def _read_csv(path: Path, text: str) -> list[list[str]]:
    """Records by the separator that makes the header longest; a tie goes to the first."""
    try:
        readings = [
            list(csv.reader(io.StringIO(text, newline=""), delimiter=mark)) for mark in _SEPARATORS
        ]
    except csv.Error as error:
        raise CohortError(path, f"this is no CSV table ({error})", "Save it as CSV") from error
    return max(readings, key=lambda records: len(next(filter(None, records), [])))


def _read_excel(data: bytes, path: Path, name: str | None) -> list[list[str]]:
    import openpyxl

    try:
        _refuse_huge(zipfile.ZipFile(io.BytesIO(data)), path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # about styles and validation rules
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=False, data_only=True)
    except _BROKEN as error:
        raise CohortError(
            path, f"the workbook cannot be read ({error})", "Save it again as .xlsx or as CSV"
        ) from error
    cells = sum(page.max_row * page.max_column for page in book.worksheets)
    if cells > _MAX_CELLS:  # one cell in the last corner of a sheet makes 17 thousand million
        cause = f"its sheets are {cells:,} cells large, at most {_MAX_CELLS:,} are read"
        raise CohortError(path, cause, "Delete the empty rows and columns, or save it as CSV")
    sheets = {
        page.title: [[_cell(value) for value in row] for row in page.iter_rows(values_only=True)]
        for page in book.worksheets
    }
    filled = [title for title, records in sheets.items() if any(map(any, records))]
    if name is None and len(filled) == 1:
        name = filled[0]
    if name is None or name not in sheets:
        cause = "several sheets hold something" if name is None else f"there is no sheet {name!r}"
        cause = cause if filled else "the workbook is empty"
        known = printable(", ".join(sheets), limit=_LONGEST)
        raise CohortError(path, cause, f"Name the sheet, one of: {known}")
    _refuse_unknown_values(data, path, name, sheets[name])
    return sheets[name]


def _refuse_huge(archive: zipfile.ZipFile, path: Path) -> None:
    """A small workbook can unpack to more than the memory holds."""
    if sum(part.file_size for part in archive.infolist()) > _MAX_UNPACKED:
        cause = f"it unpacks to more than {_MAX_UNPACKED // 2**20} MB"
        raise CohortError(path, cause, "Save the table alone, as CSV")


def _refuse_unknown_values(
    data: bytes, path: Path, name: str, records: Sequence[Sequence[str]]
) -> None:
    """A program that writes formulas without their results leaves cells that look empty."""
    if all(map(all, records)):
        return
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        page = openpyxl.load_workbook(io.BytesIO(data), read_only=False)[name]
    results = [
        (cell.coordinate, value)
        for row, values in zip(page.iter_rows(), records, strict=True)
        for cell, value in zip(row, values, strict=True)
        if cell.data_type == "f"
    ]
    if results and not any(value for _, value in results):  # some may have an empty result
        cause = f"none of its {len(results)} formulas has a result, the first is {results[0][0]}"
        raise CohortError(path, cause, "Open it in a spreadsheet program and save it again")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _from_records(path: Path, records: Iterable[Sequence[str]], *, notes: tuple[str, ...]) -> Sheet:
    numbered = [
        (number, [cell.strip() for cell in record])
        for number, record in enumerate(records, start=1)
        if any(cell.strip() for cell in record)
    ]
    if len(numbered) < 2:
        raise CohortError(path, "the table has no rows", "Give a header row and a row an image")
    (_, header), *body = numbered
    used = _used_columns(path, header, [row for _, row in body])
    long = [str(number) for number, row in body if any(row[len(header) :])]
    short = [str(number) for number, row in body if len(row) <= max(used)]
    if wrong := long + short:
        shown = ", ".join(wrong[:_SHOWN]) + (" …" if len(wrong) > _SHOWN else "")
        raise CohortError(
            path,
            f"{len(wrong)} rows do not have the cells of the header (row {shown})",
            "Put quotes around cells that contain the separator",
        )
    return Sheet(
        columns=tuple(" ".join(header[at].split()) for at in used),
        rows=tuple(tuple(row[at] for at in used) for _, row in body),
        numbers=tuple(number for number, _ in body),
        notes=notes,
    )


def _used_columns(path: Path, header: list[str], rows: list[list[str]]) -> list[int]:
    """Positions of the named columns; a nameless one may only be empty."""
    for at, name in enumerate(header):
        if not name and any(len(row) > at and row[at] for row in rows):
            raise CohortError(path, f"column {at + 1} has no name", "Name it in the first row")
    names = [" ".join(name.split()) for name in header if name]
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        shown = printable(", ".join(twice), limit=_LONGEST)
        raise CohortError(path, f"columns share a name: {shown}", "Rename one of each")
    return [at for at, name in enumerate(header) if name]
