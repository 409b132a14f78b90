"""Both forms, what is assumed, what is refused, and files that mean harm."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.cohort.rating_tables import Reading, read_ratings
from sgus.core.errors import CohortError

LONG = """image_id,rater_id,reading,grade,patient_id,gland,experience,remark
i1,anna,1,0,P1,parotid,expert,clear
i1,bert,1,1,P1,parotid,beginner,
i1,anna,2,1,P1,parotid,expert,again
i2,anna,1,3,P1,submandibular,expert,
i2,bert,1,NA,P1,submandibular,beginner,dark
i3,bert,1,2.0,P2,parotid,beginner,
"""
WIDE = """image_id,patient_id,gland,anna,bert,anna#2
i1,P1,parotid,0,1,1
i2,P1,submandibular,3,-,.
i3,P2,parotid,,2.0,n/a
i4,P2,parotid,NaN,N/A,
"""


def read(text: str | bytes, **wishes):
    data = text if isinstance(text, bytes) else text.encode()
    return read_ratings(data, **wishes)


def said(table) -> set[tuple[str, str, int, int]]:
    return {(r.image_id, r.rater_id, r.reading, r.grade) for r in table.rows}


def test_long__everything_it_says():
    table = read(LONG, name="some/folder/ours.csv")
    assert (table.name, table.form, table.scale) == ("ours.csv", "long", (0, 1, 2, 3))
    assert table.items == ("i1", "i2", "i3")
    assert table.readers == ("anna", "bert")
    assert table.rows == (
        Reading("i1", "anna", 1, 0, 2),
        Reading("i1", "bert", 1, 1, 3),
        Reading("i1", "anna", 2, 1, 4),
        Reading("i2", "anna", 1, 3, 5),
        Reading("i3", "bert", 1, 2, 7),
    )
    assert dict(table.patients) == {"i1": "P1", "i2": "P1", "i3": "P2"}
    assert table.item_attributes == {
        "gland": {"i1": "parotid", "i2": "submandibular", "i3": "parotid"}
    }
    assert table.reader_attributes == {"experience": {"anna": "expert", "bert": "beginner"}}
    assert table.extra == {"remark": ("clear", "", "again", "", "")}
    assert (table.n_rows_read, table.n_readings, table.n_empty) == (6, 5, 1)
    assert (table.n_items, table.n_readers, table.n_never_rated) == (3, 2, 0)
    assert table.notes == ()
    assert table.sha256 == hashlib.sha256(LONG.encode()).hexdigest()


def test_wide__everything_it_says():
    table = read(WIDE)
    assert table.form == "wide"
    assert table.items == ("i1", "i2", "i3", "i4")
    assert table.readers == ("anna", "bert")
    assert dict(table.patients) == {"i1": "P1", "i2": "P1", "i3": "P2", "i4": "P2"}
    assert table.item_attributes["gland"]["i2"] == "submandibular"
    assert (table.n_rows_read, table.n_readings, table.n_empty) == (4, 5, 7)
    assert table.n_never_rated == 1
    assert table.notes == ("columns with #2 or (2) are repeated readings of anna",)


def test_both_forms_say_the_same():
    assert said(read(LONG)) == said(read(WIDE))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separators_and_encodings(separator, encoding):
    text = LONG.replace(",", separator).replace("anna", "Änne")
    table = read(text.encode(encoding))
    assert table.readers == ("Änne", "bert")
    assert table.n_readings == 5


def test_a_path_and_a_workbook(tmp_path):
    path = tmp_path / "ours.xlsx"
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(WIDE)):
        book.active.append([float(c) if c.replace(".", "").isdigit() else c or None for c in row])
    book.save(path)
    table = read_ratings(path)
    assert table.name == "ours.xlsx"
    assert said(table) == said(read(WIDE))
    assert said(read(path.read_bytes(), name="x.xlsx")) == said(table)


@pytest.mark.parametrize(
    "header",
    ["item,rater,rating", "Image,Reader,Score", "IMAGE_ID,rater_id,grade", "item,reader,grade"],
)
def test_long__other_words(header):
    assert said(read(f"{header}\na,x,1\na,y,2\n")) == {("a", "x", 1, 1), ("a", "y", 1, 2)}


def test_long__repeats_without_a_number_are_repeated_readings():
    table = read("item,rater,rating\n1,1,1\n1,1,2\n1,2,3\n1,1,0\n")
    assert said(table) == {("1", "1", 1, 1), ("1", "1", 2, 2), ("1", "2", 1, 3), ("1", "1", 3, 0)}
    assert "no column reading, and 1 times one reader has several rows" in table.notes[0]


def test_dawid_skene_1979_has_three_readings_by_the_first(shared_data):
    table = read_ratings(shared_data / "agreement" / "dawid_skene1979.csv", grades=(1, 2, 3, 4))
    assert (table.n_items, table.n_readers, table.n_readings) == (45, 5, 315)
    assert {(r.rater_id, r.reading) for r in table.rows} == {
        ("1", 1), ("1", 2), ("1", 3), ("2", 1), ("3", 1), ("4", 1), ("5", 1)
    }  # fmt: skip


def test_wide__without_ids_the_rows_are_numbered():
    table = read("a,b\n1,2\n3,0\n")
    assert table.items == ("row 1", "row 2")
    assert table.patients is None
    assert "images are numbered in the order of the rows" in table.notes[0]


def test_wide__numbered_people_are_no_repeated_readings():
    table = read("image_id,Reader #1,Reader #2,x (2)\ni,1,2,3\n")
    assert table.readers == ("Reader #1", "Reader #2", "x (2)")
    assert {r.reading for r in table.rows} == {1}


def test_wide__a_repeated_reading_in_brackets():
    table = read("image_id,x (2),x,y\ni,3,1,2\n")
    assert table.readers == ("x", "y")
    assert said(table) == {("i", "x", 2, 3), ("i", "x", 1, 1), ("i", "y", 1, 2)}


def test_wide__attributes_are_named_or_left_out():
    text = "image_id,a,b,report,score2\ni,1,2,dark,7.5\nj,0,0,,1\n"
    kept = read(text, attribute_columns=["report"], ignore=["Score2"])
    assert kept.readers == ("a", "b")
    assert kept.item_attributes == {"report": {"i": "dark", "j": ""}}


def test_the_patient_column_is_found_named_or_refused():
    text = "image_id,case,a,b\ni,7,1,2\nj,7,0,0\n"
    assert dict(read(text, patient_column="Case").patients) == {"i": "7", "j": "7"}
    with pytest.raises(CohortError, match=r"no column 'who' for --patient-column. Use one of: ima"):
        read(text, patient_column="who")
    assert read(LONG, ignore=["patient_id"]).patients is None


def test_long__an_empty_patient_is_filled_from_another_row():
    table = read("image_id,rater_id,grade,patient_id\ni,a,1,\ni,b,1,P\n")
    assert dict(table.patients) == {"i": "P"}


def test_the_scale_is_passed_and_kept():
    table = read("a,b\n1,2\n", grades=(1, 2, 3, 4, 5))
    assert table.scale == (1, 2, 3, 4, 5)
    assert read("a,b\n-1,1\n", grades=(-1, 0, 1)).rows[0].grade == -1


def test_names_stay_text():
    text = 'image_id,"=cmd|x",007\n 007 ,1,2\n1e5,0,0\nNA,1,1\n'
    table = read(text)
    assert table.items == ("007", "1e5", "NA")
    assert table.readers == ("=cmd|x", "007")


def test_readers_without_a_grade_are_kept_and_said():
    table = read("image_id,a,b,c\ni,1,,\nj,2,3,\n")
    assert table.readers == ("a", "b", "c")
    assert table.notes == ("without any grade: reader c",)


def test_names_that_differ_in_case_alone_are_said():
    table = read("image_id,rater_id,grade\ni,Dr Anna,1\nj,dr  anna,2\nj,bert,2\n")
    assert table.readers == ("Dr Anna", "dr  anna", "bert")
    said = "names that differ in case or spaces alone are different readers: Dr Anna, dr  anna"
    assert table.notes == (said,)


def test_a_missing_header_row_is_suspected():
    assert any("no header row" in note for note in read("1,2,3\n0,1,1\n").notes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "^ratings.csv: the file is empty"),
        ("\n \n", "has no rows"),
        ("image_id,a,b\n", "has no rows"),
        ("a\n1\n2\n", "one column only, 'a'"),
        ("image_id,a,b\ni,,\n", "no cell holds a grade"),
        ("image_id,patient_id\ni,p\n", "no column is left for readers: image_id, patient_id"),
        ("image_id,a,a\ni,1,1\n", "columns share a name: a"),
        ("image_id,\x1bc,\x1bc\ni,1,1\n", "columns share a name: \ufffdc"),
        ("image_id,a,b\ni,1\n", r"1 rows do not have the cells of the header \(row 2\)"),
        ("image_id,a,b\ni,1,2,3\n", r"1 rows do not have the cells of the header \(row 2\)"),
        ("image_id,,b\ni,1,2\n", "column 2 has no name"),
        ("image_id,a,b\ni,1,4\n", r"row 2, column b: '4' is none of the grades 0, 1, 2, 3\. Give "
         r"the scale if it is another, such as --grades 1,2,3,4\. Correct the cell, or leave"),
        ("image_id,a,b\ni,1,1.5\n", r"row 2, column b: '1\.5' is not a whole grade"),
        ("image_id;a;b\ni;1,0;2,0\n", "row 2, column a: '1,0' has a decimal comma. Write whole"),
        ("Subject,a,b\n1,1,2\n2,2,2\n", "column Subject does not sound like a reader. Rename it"),
        ("image_id,id,a,b\ni,1,1,2\n", "leave it out with --ignore 'id'"),
        ("image_id,rater_id,grade\nNA,a,1\nNA,a,2\n", r"there is no image \(rows 2, 3\)"),
        ("image_id,rater_id,grade\ni,NaN,1\n", r"there is no reader \(row 2\)"),
        ("image_id,a,b\ni,1,99999999999999999999\n", "'99999999999999999999' is none of the"),
        ("image_id,a,b\ni,1,1e0\nj,1,1\n", "'1e0' is none of the grades"),
        ("image_id,a,b\ni,1,1_0\nj,1,1\n", "'1_0' is none of the grades"),
        ("image_id,a,b\ni,1,٣\nj,1,1\n", "'٣' is none of the grades"),
        ("image_id,a,b\ni,1,inf\nj,1,1\n", "'inf' is none of the grades"),
        ("image_id,a,note\ni,1,dark\nj,2,-\n", "column note holds text such as 'dark', no grades"),
        ("image_id,a,grade\ni,1,2\n", "column grade does not say who read"),
        ("image_id,rater_id,call\ni,anna,2\n", "column rater_id names readers, but there is no"),
        ("image_id,a,b\ni,1,1\ni,2,2\n", r"an image has a row already: i \(row 3\)"),
        ("image_id,a,b\n,1,1\n", r"there is no image \(row 2\)"),
        ("image_id,a,a#2,a (2)\ni,1,1,1\n", r"column a \(2\) is no further reading of 'a'"),
        ("image_id,a,a#1\ni,1,1\n", "column a#1 is no further reading of 'a'"),
        ("image_id,patient_id,a,b\ni,,1,1\nj,P,1,1\n", "1 image has no patient in column patient"),
        ("rater_id,grade\na,1\n", "it names readers and grades but no images"),
        ("image_id,rater_id,grade\n,a,1\n", r"there is no image \(row 2\)"),
        ("image_id,rater_id,grade\ni,,1\n", r"there is no reader \(row 2\)"),
        ("image_id,rater_id,reading,grade\ni,a,x,1\n", "row 2: reading 'x' is not a whole number"),
        ("image_id,rater_id,reading,grade\ni,a,0,1\n", "row 2: reading '0' is not a whole number"),
        ("image_id,rater_id,reading,grade\ni,a,1,1\nj,a,1,1\ni,a,,2\n",
         r"reading of one image is given twice \(rows 2, 4\)"),
        ("image_id,rater_id,grade,patient_id\ni,a,1,P\ni,b,1,Q\n",
         "column patient_id: image 'i' has both 'P' and 'Q'"),
        ("image_id,rater_id,grade,gland\ni,a,1,x\ni,b,1,y\n", "column gland: image 'i' has both"),
        ("image_id,rater_id,grade,experience\ni,a,1,new\nj,a,1,old\n",
         "column experience: reader 'a' has both 'new' and 'old'"),
    ],
)  # fmt: skip
def test_refused(text, message):
    with pytest.raises(CohortError, match=message):
        read(text)


@pytest.mark.parametrize(
    ("grades", "message"),
    [
        ((0,), "a scale has 2 to 20 grades, not 1"),
        (tuple(range(200)), "a scale has 2 to 20 grades, not 200"),
        ((3, 2, 1), "grades 3,2,1: they do not rise"),
        ((0, 1, 1), "they do not rise"),
    ],
)
def test_refused__scales(grades, message):
    with pytest.raises(CohortError, match=message):
        read(WIDE, grades=grades)


def test_refused__options_that_name_nothing():
    with pytest.raises(CohortError, match="no column 'x' for --ignore"):
        read(WIDE, ignore=["x"])
    with pytest.raises(CohortError, match="no column 'x' for --attribute-column"):
        read(WIDE, attribute_columns=["x"])
    with pytest.raises(CohortError, match="column image_id cannot be left out"):
        read(LONG, ignore=["image_id"])


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0", "a.csv", r"a\.csv: this is not UTF-8 text \(byte 1\)"),
        ("image_id,Jörg,b\ni,1,2\n".encode("latin-1"), "a.csv", "this is not UTF-8 text"),
        (b"image_id,a,b\ni,1,\0\n", "a.csv", "this is not a text file"),
        (b"PK\x03\x04broken", "a.xlsx", "the workbook cannot be read"),
        (b"anything", "a.xls", "Excel 97"),
        (b"\xff\xfea", "a.csv", "the text is cut or broken"),
        (b'a,b\n"1,2\n' + b"x" * 200_000, "a.csv", "this is no CSV table"),
    ],
)
def test_refused__hostile_files(data, name, message):
    with pytest.raises(CohortError, match=message):
        read(data, name=name)


def test_refused__workbooks_that_grow(monkeypatch):
    monkeypatch.setattr("sgus.cohort.sheet._MAX_UNPACKED", 2**20)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/big.xml", b"0" * (2**20 + 1))
    assert len(stream.getvalue()) < 2**13
    with pytest.raises(CohortError, match="unpacks to more than 1 MB"):
        read(stream.getvalue(), name="a.xlsx")
    book, far = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"], book.active["XFD1048576"] = "image_id", 1
    book.save(far)
    with pytest.raises(CohortError, match="17,179,869,184 cells large"):
        read(far.getvalue(), name="a.xlsx")


def test_refused__tables_that_are_no_panel():
    names = ",".join(f"r{n}" for n in range(101))
    with pytest.raises(CohortError, match=r"names 101 readers, at most 100.*swapped"):
        read(f"image_id,{names}\ni{',1' * 101}\n")
    names = ",".join(f"r{n}" for n in range(100))
    rows = "".join(f"i{n}{',1' * 100}\n" for n in range(1263))
    with pytest.raises(CohortError, match="1,263 images by 100 readers on 4 grades are more than"):
        read(f"image_id,{names}\n{rows}")
    assert read(f"image_id,{names}\n{rows[: rows.rindex('i')]}").n_items == 1262
    with pytest.raises(CohortError, match="row 22: reading 21 of image 'i' by reader 'a'"):
        read("image_id,rater_id,grade\n" + "i,a,1\n" * 21)


def test_an_error_names_no_folder_and_steers_no_terminal(tmp_path):
    path = tmp_path / "ours.csv"
    path.write_text("image_id,a\x1b[31m,b\ni,9,1\n")
    with pytest.raises(CohortError) as caught:
        read_ratings(path)
    assert str(tmp_path) not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    with pytest.raises(CohortError, match="there is no such file"):
        read_ratings(tmp_path / "none.csv")


NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=4)


@given(data=st.data())
def test_wide_and_long_read_back_the_same(data):
    readers = data.draw(st.lists(NAMES.map(lambda n: f"r{n}"), min_size=1, max_size=4, unique=True))
    items = data.draw(st.lists(NAMES.map(lambda n: f"i{n}"), min_size=1, max_size=5, unique=True))
    grades = st.sampled_from(["", "NA", "0", "1", "2", "3"])
    cells = [[data.draw(grades) for _ in readers] for _ in items]
    cells[0][0] = "3"
    separator = data.draw(st.sampled_from([",", ";", "\t"]))
    wide = written([["image_id", *readers]] + [[i, *r] for i, r in zip(items, cells, strict=True)],
                   separator)  # fmt: skip
    rows = [[i, r, cells[a][b]] for a, i in enumerate(items) for b, r in enumerate(readers)]
    shuffled = data.draw(st.permutations(rows))
    long = written([["image_id", "rater_id", "grade"], *shuffled], separator)
    truth = {(i, r, 1, int(c)) for i, r, c in rows if c.isdigit()}
    assert said(read(wide)) == said(read(long)) == truth
    assert read(wide).items == tuple(items)
    assert read(wide).n_never_rated == read(long).n_never_rated


CELLS = st.sampled_from(
    ["", "0", "3", "4", "1.5", "a", "i1", "NA", '"', "image_id", "rater_id", "grade", "reading",
     "patient_id", "a#2", "a (2)", "gland", "\x1b", "=1", "99999999999999999999", "1e400"]
)  # fmt: skip
LINES = st.lists(st.lists(CELLS, min_size=0, max_size=5), max_size=5)


@given(rows=LINES, separator=st.sampled_from([",", ";", "\t"]))
def test_any_text_is_a_table_or_a_sentence(rows, separator):
    problem = refusal("\n".join(separator.join(row) for row in rows))
    if problem is not None:
        assert problem.startswith("ratings.csv: ")
        assert problem.isprintable()


def refusal(text: str) -> str | None:
    """The sentence a table is refused with."""
    try:
        assert read(text).n_readings > 0
    except CohortError as error:
        return str(error)
    return None


@given(data=st.binary(max_size=80), name=st.sampled_from(["a.csv", "a.xlsx", "a", "a.xls"]))
def test_any_bytes_are_a_table_or_a_sentence(data, name):
    with contextlib.suppress(CohortError):
        assert read(data, name=name).n_readings > 0


def written(rows: list[list[str]], separator: str) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator).writerows(rows)
    return stream.getvalue()


def test_the_table_serves_json(shared_data):
    table = read_ratings(shared_data / "agreement" / "krippendorff4x12.csv", grades=(1, 2, 3, 4, 5))
    assert (table.n_items, table.n_readers, table.n_readings, table.n_empty) == (12, 4, 41, 7)
    json.dumps([tuple(row) for row in table.rows])
