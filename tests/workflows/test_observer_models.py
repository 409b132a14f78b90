"""Predictions beside readings: matched, counted, and nothing the model learnt from."""

from __future__ import annotations

import dataclasses

import pytest

from sgus.cohort.rating_tables import read_ratings
from sgus.core.errors import CohortError
from sgus.workflows.observer_models import model_readings
from sgus.workflows.observers import observed_table

RUN = """image_id,patient_id,split,fold,grade,p0,p1,p2,p3,predicted
i1,P1,test,0,0,1,0,0,0,1
i2,P1,test,0,0,1,0,0,0,3
i3,P2,train,0,0,1,0,0,0,2
i1,P1,train,1,0,1,0,0,0,0
i4,P2,validation,1,0,1,0,0,0,2
zz,P9,test,1,0,1,0,0,0,2
"""
PREDICT = """image,sha256,kind,grade,p0,p1,p2,p3,stage1,stage2a,stage2b,model,error
some/folder/i1.png,,image,1,1,0,0,0,0,0,0,net@1,
other.png,bb,image,3,1,0,0,0,0,0,0,net@1,
i3,,image,,,,,,,,,,It is a text file.
"""


@pytest.fixture
def observed():
    text = "image_id,a,b,sha256\ni1,1,2,aa\ni2,1,2,bb\ni3,0,0,cc\ni4,0,1,dd\n"
    return observed_table(read_ratings(text.encode()))


def test_a_run__only_images_of_test_parts(observed, tmp_path):
    path = tmp_path / "predictions.csv"
    path.write_text(RUN)
    model = model_readings(path, observed)
    assert model.codes.tolist() == [1, 3, -1, -1]
    assert (model.n_matched, model.n_without, model.n_other) == (2, 2, 1)
    assert (model.n_learnt, model.n_ungraded) == (2, 0)
    assert model.name == "model"
    assert model.notes == (
        "2 of 4 images that were read have its grade",
        "2 images were left out: the model learnt from them or chose its epoch on them",
        "1 rows of other images were left out",
    )
    panel = observed.panel.with_reader(model.name, model.codes)
    assert panel.readers == ("a", "b", "model")


def test_predict__by_file_name_and_by_hash(observed):
    model = model_readings(PREDICT.encode(), observed, name="x/graded.csv")
    assert model.codes.tolist() == [1, 3, -1, -1]
    assert model.name == "net@1"
    assert (model.n_ungraded, model.n_other, model.n_learnt) == (1, 0, 0)
    assert "does not say which images the model learnt from" in model.notes[1]


def test_the_name_of_a_model_is_no_readers(observed):
    panel = dataclasses.replace(observed.panel, readers=("net@1", "b"))
    readings = dataclasses.replace(observed.readings, first=panel)
    renamed = dataclasses.replace(observed, readings=readings)
    assert model_readings(PREDICT.encode(), renamed).name == "net@1 (model)"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("image_id,grade\ni1,2\n", "no table of predictions: it has no column predicted"),
        ("image_id,predicted\nj1,2\n", "it grades none of the images that were read. Predict the "
         "images of the ratings, such as i1, i2, i3"),
        ("image_id,split,predicted\ni1,train,2\n", "learnt from all of the 1 images"),
        ("image_id,predicted\ni1,\n", "it holds no grade of the images"),
        ("image_id,predicted\ni1,5\n", "row 2: '5' is none of the grades 0, 1, 2, 3"),
        ("image_id,predicted\ni1,x\n", "row 2: 'x' is none of the grades"),
        ("image_id,predicted\ni1,1\ni1,2\n", "row 3: image 'i1' has another grade above"),
        ("", "the table has no rows"),
    ],
)  # fmt: skip
def test_refused(observed, text, message):
    with pytest.raises(CohortError, match=message):
        model_readings(text.encode(), observed)
