from __future__ import annotations

import json

import pandas as pd
import pytest

from sgus.cohort.info import CohortInfo
from sgus.cohort.manifest import IMAGE_COLUMNS, load_cohort, typed_images
from sgus.cohort.store import write_cohort
from sgus.core.errors import CohortError


@pytest.fixture
def cohort(tmp_path):
    records = [
        {"image_id": "a", "path": "images/a.png", "patient_id": "P", "grade": "2", "note": "x, y"},
        {"image_id": "b", "path": "images/b.png", "patient_id": "Q", "excluded": "true",
         "exclusion_reason": "doppler", "grade": "1"},
        {"image_id": "c", "path": "images/c.png", "patient_id": "Q", "spacing_mm": "0.05"},
    ]  # fmt: skip
    files = {record["path"]: record["image_id"].encode() for record in records}
    info = CohortInfo(name="three", synthetic=True)
    return write_cohort(tmp_path / "cohort", info, typed_images(records), files=files)


def edit(cohort, old, new):
    path = cohort.root / "images.csv"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_load_cohort__reads_what_was_written(cohort):
    loaded = load_cohort(cohort.root)
    assert loaded.info == cohort.info
    assert loaded.info.n_images == 3
    assert loaded.manifest_hash == cohort.manifest_hash
    pd.testing.assert_frame_equal(loaded.images, cohort.images)
    assert tuple(loaded.images.columns) == (*IMAGE_COLUMNS, "note")
    assert loaded.images["grade"].dtype == "Int64"
    assert loaded.images["excluded"].tolist() == [False, True, False]
    assert loaded.images["note"].tolist() == ["x, y", "", ""]
    assert loaded.images["spacing_mm"].iloc[2] == 0.05


def test_cohort__usable_images_are_graded_and_not_excluded(cohort):
    assert cohort.usable()["image_id"].tolist() == ["a"]


def test_cohort__image_path(cohort):
    assert cohort.image_path("a").read_bytes() == b"a"
    with pytest.raises(CohortError, match="image z: it is not in"):
        cohort.image_path("z")


def test_manifest_hash__the_same_after_saving_in_another_spelling(cohort):
    edit(cohort, ",2,", ",2.0,")
    edit(cohort, "true", "TRUE")
    path = cohort.root / "images.csv"
    path.write_bytes(path.read_text().replace("\n", "\r\n").encode("utf-8-sig"))
    assert load_cohort(cohort.root).manifest_hash == cohort.manifest_hash


@pytest.mark.parametrize(("old", "new"), [(",2,", ",3,"), ("doppler", "blurred"), (",P,", ",R,")])
def test_manifest_hash__another_after_any_change(cohort, old, new):
    edit(cohort, old, new)
    assert load_cohort(cohort.root).manifest_hash != cohort.manifest_hash


def test_load_cohort__a_broken_manifest_is_refused_with_all_its_problems(cohort):
    edit(cohort, ",2,", ",7,")
    edit(cohort, "images/c.png", "../c.png")
    with pytest.raises(CohortError, match=r"(?s)2 problems\n  row 2 .*\n  row 4 .*sgus check"):
        load_cohort(cohort.root)


def test_load_cohort__a_cut_manifest_is_refused(cohort):
    path = cohort.root / "images.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]))
    with pytest.raises(CohortError, match=r"it has 2 rows, cohort.json says 3"):
        load_cohort(cohort.root)


def test_load_cohort__what_is_no_cohort(tmp_path, cohort):
    with pytest.raises(CohortError, match="no such directory"):
        load_cohort(tmp_path / "none")
    with pytest.raises(CohortError, match=r"cohort.json: the file is not there"):
        load_cohort(tmp_path)
    (cohort.root / "cohort.json").write_text(json.dumps({"name": "x", "colour": "red"}))
    with pytest.raises(CohortError, match="colour"):
        load_cohort(cohort.root)


def test_load_cohort__ratings_belong_to_the_hash_and_are_checked(cohort):
    path = cohort.root / "ratings.csv"
    path.write_text("image_id,rater_id,reading,grade,sure\na,R1,1,2,yes\na,R1,2,,no\n")
    loaded = load_cohort(cohort.root)
    assert loaded.manifest_hash != cohort.manifest_hash
    assert loaded.ratings is not None
    assert loaded.ratings["grade"].tolist() == [2, pd.NA]
    path.write_text("image_id,rater_id,reading,grade\nz,R1,1,2\n")
    with pytest.raises(CohortError, match="not in the cohort: z"):
        load_cohort(cohort.root)
    path.write_text("image_id,rater_id,reading,grade\na,R1,1,2\na,R1,1,3\n")
    with pytest.raises(CohortError, match=r"a reading is given twice \(row 3\)"):
        load_cohort(cohort.root)
    path.write_text("image_id,rater_id,reading,grade\na,R1,1,1.5\n")
    with pytest.raises(CohortError, match="not a whole number"):
        load_cohort(cohort.root)
    path.write_text("image_id,rater_id,grade\na,R1,1\n")
    with pytest.raises(CohortError, match="no column reading"):
        load_cohort(cohort.root)
