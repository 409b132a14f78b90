from __future__ import annotations

import openpyxl
import pytest

from sgus.cohort.harmonicss import COLUMNS, read_harmonicss
from sgus.core.errors import CohortError

ROWS = [
    # centre, id, gland, machine, De Vita, OMERACT, sex, age, duration, classification
    ("Udine (Italy)", 1, "parotid", "samsung", 2, 3, "F", 72, 18, 1),
    ("Udine (Italy)", 2, "submandibular", "samsung", 3, 3, "F", 72, 18, 1),
    ("Udine (Italy)", 3, "parotid", "samsung", 0, 0, "F", 65, 8, 0),
    ("Udine (Italy)", 4, "parotid", "samsung", 0, 0, "F", 72, 18, 1),
    ("Leiden", 5, "parotid", "other", 1, 1, "F", 72.9, 18, 1),
]


@pytest.fixture
def benchmark(tmp_path):
    root = tmp_path / "benchmark"
    (root / "Anonymized images").mkdir(parents=True)
    for row in ROWS:
        (root / "Anonymized images" / f"{row[1]:03d}.jpg").write_bytes(b"x")
    write(root, ROWS)
    return root


HEADER = tuple(COLUMNS.values())


def write(root, rows, header=HEADER):
    book = openpyxl.Workbook()
    for row in [[f"{header[0]} ", *header[1:]], *rows]:  # the published header ends in a space
        book.active.append(row)
    book.save(root / "Anonymized images - Info.xlsx")


def test_read_harmonicss__rows_in_the_words_of_the_manifest(benchmark):
    source = read_harmonicss(benchmark)
    assert source.problems == ()
    assert source.records[0] == {
        "image_id": "001", "patient_id": "Udine-001", "gland": "parotid", "centre": "Udine",
        "device": "samsung", "grade": "3", "de_vita": "2", "sex": "F", "age_years": "72",
        "disease_duration_years": "18", "acr_eular_2016": "1",
    }  # fmt: skip
    assert source.records[4]["age_years"] == "72"  # an age to the day would tell the birthday
    assert [file.name for file in source.files if file] == [f"00{n}.jpg" for n in range(1, 6)]
    assert source.info.patient_unit == "grouping key"


def test_read_harmonicss__one_description_is_one_group_also_where_rows_are_apart(benchmark):
    patients = [record["patient_id"] for record in read_harmonicss(benchmark).records]
    assert patients == ["Udine-001", "Udine-001", "Udine-002", "Udine-001", "Leiden-001"]


def test_read_harmonicss__rows_without_a_file_and_files_without_a_row(benchmark):
    (benchmark / "Anonymized images" / "002.jpg").rename(
        benchmark / "Anonymized images" / "099.jpg"
    )
    said = [problem.text() for problem in read_harmonicss(benchmark).problems]
    assert said[0].startswith("row 3 (image 2): no file 2 in Anonymized images.")
    assert said[1].startswith("cohort: Anonymized images/099.jpg has no row.")
    assert len(said) == 2


def test_read_harmonicss__another_layout_is_refused(benchmark, tmp_path):
    with pytest.raises(CohortError, match="no folder 'Anonymized images'"):
        read_harmonicss(benchmark / "Anonymized images")
    with pytest.raises(CohortError, match="no such folder"):
        read_harmonicss(tmp_path / "none")
    (benchmark / "~$Anonymized images - Info.xlsx").write_bytes(b"open in Excel")
    read_harmonicss(benchmark)
    (benchmark / "second.xlsx").write_bytes(b"x")
    with pytest.raises(CohortError, match=r"found 2 \(Anonymized images - Info.xlsx, second.xlsx"):
        read_harmonicss(benchmark)


def test_read_harmonicss__a_missing_column_is_named(benchmark):
    write(benchmark, ROWS, header=[name.replace("Sex", "Gender") for name in COLUMNS.values()])
    with pytest.raises(CohortError, match=r"no column 'Sex'; there are Center, .*Gender"):
        read_harmonicss(benchmark)


@pytest.mark.real
def test_read_harmonicss__the_published_images(harmonicss):
    source = read_harmonicss(harmonicss)
    assert source.problems == ()
    n = len(source.records)
    assert n == len(list((harmonicss / "Anonymized images").iterdir()))
    patient = {record["image_id"]: record["patient_id"] for record in source.records}
    # Age 74.88219 years in rows 83, 85, 89 and 93: one person, four glands, not in one run.
    assert len({patient[image_id] for image_id in ("082", "084", "088", "092")}) == 1
    assert {record["grade"] for record in source.records} == {"0", "1", "2", "3"}
