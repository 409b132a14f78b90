from __future__ import annotations

import openpyxl
import pytest

from sgus.cohort.sheet import read_sheet
from sgus.core.errors import CohortError


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_read_sheet__any_encoding_and_separator(tmp_path, encoding, separator, end):
    path = tmp_path / "labels.csv"
    lines = [separator.join(("id", " Zentrum  A ")), separator.join((" 1", "Köln ")), ""]
    path.write_bytes(end.join(lines).encode(encoding))
    sheet = read_sheet(path)
    assert sheet.columns == ("id", "Zentrum A")
    assert sheet.rows == (("1", "Köln"),)
    assert bool(sheet.notes) == (encoding == "cp1252")


def test_read_sheet__quotes_blank_rows_and_row_numbers(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text('id,note\n1,"a, b"\n\n,\n2,"c\nd"\n')
    sheet = read_sheet(path)
    assert sheet.rows == (("1", "a, b"), ("2", "c\nd"))
    assert sheet.numbers == (2, 5)


def test_read_sheet__formulas_nobody_has_computed_are_not_empty_cells(tmp_path):
    path = tmp_path / "labels.xlsx"
    book = openpyxl.Workbook()
    for row in [("id", "score"), (1, "=1+1"), (2, "=B2")]:
        book.active.append(row)
    book.save(path)
    with pytest.raises(CohortError, match="none of its 2 formulas has a result, the first is B2"):
        read_sheet(path)


def test_read_sheet__excel_cells_as_a_person_writes_them(tmp_path):
    path = tmp_path / "labels.xlsx"
    book = openpyxl.Workbook()
    for row in [("id ", "score", "age", None), (1, 2.0, 60.5, None), (None,) * 4, ("x", None, 3)]:
        book.active.append(row)
    book.save(path)
    sheet = read_sheet(path)
    assert sheet.columns == ("id", "score", "age")
    assert sheet.rows == (("1", "2", "60.5"), ("x", "", "3"))
    assert sheet.numbers == (2, 4)


def test_read_sheet__several_filled_sheets_must_be_chosen(tmp_path):
    path = tmp_path / "labels.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "first"
    for page in (book.active, book.create_sheet("second")):
        page.append(["id"])
        page.append([page.title])
    book.create_sheet("empty")
    book.save(path)
    with pytest.raises(CohortError, match=r"several sheets hold something.*first, second, empty"):
        read_sheet(path)
    assert read_sheet(path, sheet="second").rows == (("second",),)
    with pytest.raises(CohortError, match="no sheet 'third'"):
        read_sheet(path, sheet="third")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "the table has no rows"),
        ("id,grade\n", "the table has no rows"),
        ("id,grade\n1,2,3\n4\n", r"2 rows do not have the cells of the header \(row 2, 3\)"),
        ("id,grade,grade\n1,2,3\n", "columns share a name: grade"),
        ("id,,grade\n1,2,3\n", "column 2 has no name"),
        ("a\0b", "not a text file"),
    ],
)
def test_read_sheet__refuses(tmp_path, text, cause):
    path = tmp_path / "labels.csv"
    path.write_text(text)
    with pytest.raises(CohortError, match=cause):
        read_sheet(path)


def test_read_sheet__other_kinds_of_file(tmp_path):
    (tmp_path / "old.xls").write_bytes(b"x")
    (tmp_path / "broken.xlsx").write_bytes(b"PK not a workbook")
    with pytest.raises(CohortError, match="Excel 97"):
        read_sheet(tmp_path / "old.xls")
    with pytest.raises(CohortError, match="the workbook cannot be read"):
        read_sheet(tmp_path / "broken.xlsx")
    with pytest.raises(CohortError, match="no such file"):
        read_sheet(tmp_path / "none.csv")
