from __future__ import annotations

import pytest

from sgus.cohort.info import CohortInfo
from sgus.cohort.table import parse_mapping, read_table
from sgus.core.errors import CohortError

MAPPING = {
    "image_id": "Anonymized ID", "patient_id": "Patient ID", "centre": "Center",
    "device": "machine", "grade": "OMERACT score",
}  # fmt: skip


def read(study, **changes):
    settings = {"images": study.images, "mapping": MAPPING, "info": CohortInfo(name="study")}
    return read_table(study.table, **(settings | changes))


def test_read_table__the_student_projects_labels(study):
    source = read(study)
    assert source.problems == ()
    assert source.notes == ()
    assert source.records[0] == {
        "image_id": "1", "patient_id": "P0", "centre": "A", "device": "maker", "grade": "0",
    }  # fmt: skip
    assert source.files[0] == study.images / "001.png"


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_read_table__as_other_programs_save_it(study, separator, encoding):
    study.write(separator=separator, encoding=encoding)
    assert (
        read(study).records
        == read_table(
            study.table, images=study.images, mapping=MAPPING, info=CohortInfo(name="x")
        ).records
    )
    assert len(read(study).records) == 12


def test_read_table__columns_are_kept_only_when_asked_for(study):
    mapping = {"image_id": "anonymized id"}
    source = read(study, mapping=mapping, keep=["machine"])
    assert source.records[0] == {"image_id": "1", "machine": "maker"}
    assert source.notes[0].startswith("columns left out: Patient ID, Center, OMERACT score")
    assert "cannot be split" in source.notes[1]
    assert "cannot train" in source.notes[2]


def test_read_table__files_without_a_row_are_counted(study):
    del study.rows[3:5]
    study.write()
    assert read(study).notes == ("2 files of pictures have no row and stay out: 004.png, 005.png",)


def test_read_table__a_column_that_is_not_there(study):
    with pytest.raises(CohortError, match=r"no column 'Grade'.*'OMERACT score'"):
        read(study, mapping=MAPPING | {"grade": "Grade"})
    with pytest.raises(CohortError, match="no column 'note'"):
        read(study, keep=["note"])
    with pytest.raises(CohortError, match="no column is named for image_id"):
        read(study, mapping={"grade": "OMERACT score"})


def test_read_table__a_kept_column_may_not_pose_as_ours(study):
    study.write(header=("Anonymized ID", "Patient ID", "Center", "sha256", "OMERACT score"))
    mapping = {"image_id": "Anonymized ID"}
    with pytest.raises(CohortError, match="names of the manifest: sha256"):
        read(study, mapping=mapping, keep=["sha256"])


def test_parse_mapping():
    assert parse_mapping(["grade=OMERACT score", "image_id = a=b"]) == {
        "grade": "OMERACT score", "image_id": "a=b",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "cause"),
    [
        ("grade", "this is not field=column"),
        ("grade=", "this is not field=column"),
        ("score=x", "there is no field 'score'. Use one of: image_id, patient_id"),
        ("sha256=x", "there is no field 'sha256'"),
    ],
)
def test_parse_mapping__refuses(setting, cause):
    with pytest.raises(CohortError, match=cause):
        parse_mapping([setting])


def test_parse_mapping__a_field_twice():
    with pytest.raises(CohortError, match="grade is mapped twice"):
        parse_mapping(["grade=a", "grade=b"])
