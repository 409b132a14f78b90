"""Readings of tables and cohorts as panels, with patients, groups and counts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.cohort.rating_tables import read_ratings
from sgus.core.errors import CohortError, ConfigError
from sgus.workflows.observer_groups import attributes_to_group_by, groups, reader_groups
from sgus.workflows.observers import cohort_readings, observe, observed_table, readings_of

LONG = """image_id,rater_id,reading,grade,patient_id,gland,experience
i1,anna,1,0,P1,parotid,expert
i1,bert,1,1,P1,parotid,beginner
i1,anna,2,1,P1,parotid,expert
i2,anna,2,3,P1,submandibular,expert
i2,bert,1,NA,P1,submandibular,beginner
i3,bert,1,2,P2,,beginner
i4,cleo,1,,P2,parotid,
"""


def table(text: str, **wishes):
    return read_ratings(text.encode(), **wishes)


def make_cohort(root: Path, *, images: str, ratings: str | None, **facts: object) -> Path:
    root.mkdir()
    (root / "images.csv").write_text(images)
    if ratings is not None:
        (root / "ratings.csv").write_text(ratings)
    said = {"name": "ours", "n_images": images.count("\n") - 1, **facts}
    (root / "cohort.json").write_text(json.dumps(said))
    return root


IMAGES = """image_id,path,sha256,patient_id,gland,device,grade,excluded,exclusion_reason,sex
i1,images/i1.png,,P1,parotid,D1,0,false,,F
i2,images/i2.png,,P1,submandibular,D1,3,false,,F
i3,images/i3.png,,P2,parotid,D2,2,false,,M
i4,images/i4.png,,P2,parotid,D2,2,true,blurred,M
i5,images/i5.png,,,parotid,D2,2,false,,
"""
RATINGS = """image_id,rater_id,reading,grade,experience
i3,b,1,2,new
i1,a,1,0,old
i1,b,1,1,new
i1,a,2,0,old
i4,a,1,3,old
"""


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    return make_cohort(tmp_path / "cohort", images=IMAGES, ratings=RATINGS, synthetic=True)


def test_readings_of__codes_patients_and_the_earliest_reading():
    readings = readings_of(table(LONG))
    panel = readings.first
    assert panel.items == ("i1", "i2", "i3")  # nobody read i4
    assert panel.readers == ("anna", "bert", "cleo")
    assert panel.patients == ("P1", "P1", "P2")
    assert (panel.unit, panel.scale) == ("patient", (0, 1, 2, 3))
    assert panel.codes.tolist() == [[0, 1, -1], [3, -1, -1], [-1, 2, -1]]
    assert readings.codes[:, 0].tolist() == [[0, 1], [-1, 3], [-1, -1]]


def test_readings_of__a_code_is_the_place_on_the_scale():
    panel = readings_of(table("a,b\n2,5\n4,\n", grades=(2, 4, 5))).first
    assert panel.codes.tolist() == [[0, 2], [1, -1]]
    assert (panel.patients, panel.unit) == (None, "item")


def test_observed_table__counts_and_notes():
    observed = observed_table(table(LONG))
    assert (observed.n_rows_read, observed.n_readings, observed.n_empty) == (7, 5, 2)
    assert (observed.n_never_rated, observed.n_excluded, observed.n_units) == (1, 0, 2)
    assert observed.item_attributes == {"gland": ("parotid", "submandibular", "")}
    assert observed.synthetic is None
    assert observed.notes == (
        "without any grade: reader cleo",
        "1 times reading 1 is missing: the next one by the same reader stands for it where "
        "readers are compared",
    )
    assert "patients are not known" in observed_table(table("a,b\n1,2\n")).notes[-1]


def test_groups__of_images_and_readers():
    observed = observed_table(table(LONG))
    masks = groups(observed, "gland")
    assert list(masks) == ["parotid", "submandibular", "not stated"]
    assert [mask.tolist() for mask in masks.values()] == np.eye(3, dtype=bool).tolist()
    assert sum(masks.values()).tolist() == [1, 1, 1]
    assert attributes_to_group_by(observed) == ("gland",)
    assert reader_groups(observed) == {
        "beginner": ("bert",), "expert": ("anna",), "not stated": ("cleo",)
    }  # fmt: skip
    assert reader_groups(observed_table(table("a,b\n1,2\n"))) == {}
    with pytest.raises(ConfigError, match=r"device: the images have no such attribute\. Use one "
                       "of: gland"):  # fmt: skip
        groups(observed, "device")


def test_cohort_readings__patients_attributes_and_excluded_images(cohort):
    observed = cohort_readings(cohort)
    assert observed.name == "ours"
    assert observed.panel.items == ("i1", "i3")  # in the order of images.csv
    assert observed.panel.patients == ("P1", "P2")
    assert observed.panel.unit == "patient"
    assert observed.panel.codes.tolist() == [[1, 0], [2, -1]]
    assert observed.panel.readers == ("b", "a")
    assert observed.readings.codes[0].tolist() == [[1, -1], [0, 0]]
    assert observed.item_attributes["device"] == ("D1", "D2")
    assert observed.item_attributes["sex"] == ("F", "M")
    assert "sha256" not in observed.item_attributes
    assert reader_groups(observed) == {"new": ("b",), "old": ("a",)}
    assert (observed.n_readings, observed.n_excluded, observed.n_never_rated) == (4, 1, 2)
    assert observed.synthetic is True
    assert len(observed.manifest_hash) == 64
    assert observed.notes == ("1 excluded images were left out with their readings",)


def test_cohort_readings__a_grouping_key_is_no_patient(tmp_path):
    root = make_cohort(tmp_path / "c", images=IMAGES, ratings=RATINGS, patient_unit="grouping key")
    assert cohort_readings(root).panel.unit == "grouping key"


def test_cohort_readings__without_any_patient_images_are_resampled(tmp_path):
    images = IMAGES.replace(",P1,", ",,").replace(",P2,", ",,")
    root = make_cohort(tmp_path / "c", images=images, ratings=RATINGS)
    observed = cohort_readings(root)
    assert (observed.panel.patients, observed.panel.unit) == (None, "item")
    assert any("patients are not known" in note for note in observed.notes)


@pytest.mark.parametrize(
    ("images", "ratings", "message"),
    [
        (IMAGES, None, "the cohort has no ratings.csv. Add it: image_id, rater_id"),
        (IMAGES, RATINGS + "i5,a,1,2,old\n", "1 images that were read have no patient: i5"),
        (IMAGES, "image_id,rater_id,reading,grade\ni4,a,1,2\n", "it rates none of the images"),
        (IMAGES, "image_id,rater_id,reading,grade\ni9,a,1,2\n", "not in the cohort: i9"),
        (IMAGES, "image_id,rater_id,reading,grade\ni1,a,1,4\n", "grade '4' is outside 0-3"),
    ],
)
def test_cohort_readings__refuses(tmp_path, images, ratings, message):
    root = make_cohort(tmp_path / "c", images=images, ratings=ratings)
    with pytest.raises(CohortError, match=message):
        cohort_readings(root)


def test_observe__a_table_or_a_cohort(cohort, tmp_path):
    path = tmp_path / "ours.csv"
    path.write_text(LONG)
    assert observe(path).panel.readers == ("anna", "bert", "cleo")
    assert observe(path, ignore=["patient_id"]).panel.unit == "item"
    assert observe(cohort, grades=(0, 1, 2, 3)).name == "ours"
    with pytest.raises(ConfigError, match="the grades of a cohort are 0, 1, 2, 3"):
        observe(cohort, grades=(1, 2))
    with pytest.raises(ConfigError, match="a cohort names its columns itself"):
        observe(cohort, patient_column="x")


def test_observe__the_file_of_a_cohort_says_what_it_is(cohort):
    observed = observe(cohort / "ratings.csv")
    assert observed.synthetic is True
    assert "give its directory to have its patients known" in observed.notes[-1]
    assert observed.panel.unit == "item"


CELLS = st.lists(
    st.lists(st.sampled_from(["", "0", "1", "2", "3"]), min_size=3, max_size=3),
    min_size=1,
    max_size=6,
).filter(lambda rows: any(any(row) for row in rows))


@given(cells=CELLS, order=st.randoms())
def test_wide_and_long_give_the_same_panel(cells, order):
    names = [f"i{at}" for at in range(len(cells))]
    wide = ["image_id,a,b,c"] + [",".join([n, *row]) for n, row in zip(names, cells, strict=True)]
    rows = [f"{n},{r},{g}" for n, row in zip(names, cells, strict=True)
            for r, g in zip("abc", row, strict=True)]  # fmt: skip
    order.shuffle(rows)
    first = readings_of(table("\n".join(wide))).first
    second = readings_of(table("\n".join(["image_id,rater_id,grade", *rows]))).first
    assert set(first.items) == set(second.items)
    rows_of = [second.items.index(item) for item in first.items]
    assert (second.of_readers(first.readers).codes[rows_of] == first.codes).all()
    assert (first.given.any(axis=1)).all()
