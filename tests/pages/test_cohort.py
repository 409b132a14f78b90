from __future__ import annotations

import json
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from sgus.cohort.manifest import load_cohort
from sgus.ui.cohort.grid import IMAGE
from sgus.ui.cohort.tabs import TAB, tabs
from sgus.ui.filters import FILTERS
from tests.fakes import FakeEngine
from tests.made_up import save_small_cohort
from tests.pages.conftest import open_page

HEADER = "image_id,patient_id,split,fold,grade,p0,p1,p2,p3,predicted"


def text_of(test: AppTest) -> str:
    parts = [block.proto.body for block in test.get("html")]
    parts += [
        element.value
        for kind in (test.markdown, test.caption, test.info, test.success, test.subheader)
        for element in kind
    ]
    return " ".join(parts).replace("\u00a0", " ")


def view(test: AppTest, name: str) -> AppTest:
    return test.button_group(key=TAB).set_value(name).run()


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SGUS_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def demo(data: Path, models: Path, runs: Path) -> Path:
    st.cache_resource.clear()
    save_small_cohort(data / "demo")
    return data / "demo"


def save_run(runs: Path, root: Path, rows: str) -> None:
    (runs / "first").mkdir(parents=True)
    said = {"manifest_hash": load_cohort(root).manifest_hash}
    (runs / "first" / "run.json").write_text(json.dumps(said))
    (runs / "first" / "predictions.csv").write_text(f"{HEADER}\n{rows}\n")


def save_holdout(root: Path) -> None:
    facts = {
        "name": "tiny", "scheme": "holdout", "seed": 0, "fractions": [0.5, 0.0, 0.5],
        "manifest_hash": load_cohort(root).manifest_hash, "n_images": 4, "n_patients": 2,
        "left_out": ["i4", "i5"], "duplicates": [],
        "folds": [{"name": "tiny", "train": ["i0", "i1"], "validation": [],
                   "test": ["i2", "i3"]}],
    }  # fmt: skip
    (root / "splits").mkdir()
    (root / "splits" / "tiny.json").write_text(json.dumps(facts))


def test_cohort__without_one_says_how_to_get_one(data: Path) -> None:
    test = open_page("cohort")
    assert not test.exception
    assert "There is no cohort yet" in text_of(test)
    assert "python -m sgus import" in text_of(test)


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("cohort.json", "{", "not valid JSON"),
        ("images.csv", "image_id,grade\na,9\n", "demo"),
    ],
)
def test_cohort__a_broken_one_is_named(demo: Path, file: str, content: str, said: str) -> None:
    (demo / file).write_text(content)
    test = open_page("cohort")
    assert not test.exception
    assert "sgus-problem" in text_of(test)
    assert "demo" in text_of(test)
    assert said in text_of(test)
    assert not test.get("plotly_chart")


def test_cohort__counts_of_phantoms_say_so(demo: Path) -> None:
    test = open_page("cohort")
    assert not test.exception
    said = text_of(test)
    assert "SYNTHETIC PHANTOM" in said
    assert "Shown: 6 of 6 images (3 of 3 patients)" in said
    (chart,) = test.get("plotly_chart")
    title = json.loads(chart.proto.spec)["layout"]["title"]
    assert title["text"] == "Images by centre and grade (6 images)"
    assert title["subtitle"]["text"] == "<b>SYNTHETIC PHANTOM</b>"


def test_cohort__every_view_opens(demo: Path) -> None:
    save_holdout(demo)
    test = open_page("cohort")
    for name in tabs():
        test = view(test, name)
        assert not test.exception, name
    assert "Fewer than 10 patients of a grade" in text_of(test)
    assert "test: grade 0 in no patient" in text_of(test)


def test_cohort__filters_hold_on_every_view_and_page_and_can_be_reset(demo: Path) -> None:
    test = open_page("cohort")
    test = test.multiselect(key="sgus_filter_grade").set_value(["3"]).run()
    assert "Shown: 2 of 6 images (2 of 3 patients)" in text_of(test)
    test = test.multiselect(key="sgus_filter_gland").set_value(["parotid"]).run()
    assert "No image has all of these: Grade 3, Gland parotid." in text_of(test)
    assert "without Grade there are 3" in text_of(test)
    for name in tabs():
        test = view(test, name)
        assert not test.exception, name
    test = test.switch_page("pages/overview.py").run()
    test = test.switch_page("pages/cohort.py").run()
    assert "Shown: 0 of 6 images" in text_of(test)
    test = test.button(key="sgus-filters-reset").click().run()
    assert "Shown: 6 of 6 images" in text_of(test)
    assert not test.exception


def test_cohort__a_filter_of_another_cohort_is_said(demo: Path) -> None:
    test = open_page("cohort")
    test.session_state[FILTERS] = {"centre": ("Oslo",), "grade": ("3",)}
    test = test.run()
    assert "no such images: Centre: Oslo." in text_of(test)
    assert "Shown: 2 of 6 images" in text_of(test)


def test_cohort__an_image_is_opened_and_closed(demo: Path, runs: Path) -> None:
    save_run(runs, demo, "i1,P0,train,tiny,1,0.1,0.7,0.1,0.1,1\ni2,P1,test,tiny,2,0,0.1,0.2,0.7,3")
    test = view(open_page("cohort"), "Gallery")
    assert text_of(test).count("data:image/webp;base64,") == 6
    test = test.button(key="sgus-gallery-i2").click().run()
    assert not test.exception
    said = text_of(test)
    assert "Grade of the cohort" in said
    assert "r1" in said
    assert "1 grade above" in said
    assert "test: the model never saw it" in said
    assert "P1" not in " ".join(test.query_params)
    test = test.button(key="sgus-story-previous").click().run()
    assert test.session_state[IMAGE] == "i1"
    assert "training: it learnt from it" in text_of(test)
    test = test.button(key="sgus-story-back").click().run()
    assert text_of(test).count("data:image/webp;base64,") == 6


def test_cohort__an_opened_image_of_another_cohort_is_forgotten(demo: Path) -> None:
    test = open_page("cohort")
    test.session_state[IMAGE] = "nobody"
    test = view(test, "Gallery")
    assert not test.exception
    assert "data:image/webp" in text_of(test)


def test_cohort__maps_on_request(demo: Path, fake: FakeEngine, add_model) -> None:
    add_model("made-up")
    test = open_page("cohort")
    test.session_state[IMAGE] = "i0"
    test = view(test, "Gallery")
    assert not fake.calls
    test = test.button(key="sgus-story-maps").click().run()
    assert not test.exception
    assert "This model says" in text_of(test)
    assert len(fake.calls) == 1
    test = test.run()
    assert "This model says" in text_of(test)  # kept
    assert len(fake.calls) == 1


def test_cohort__excluded_and_without_a_region(demo: Path) -> None:
    test = open_page("cohort")
    test.session_state[IMAGE] = "i5"
    said = text_of(view(test, "Gallery"))
    assert "Excluded from training and figures: no reason is given." in said
    assert "names no ultrasound region" in said


def test_cohort__a_missing_file_is_a_sentence(demo: Path) -> None:
    (demo / "images" / "i3.png").unlink()
    test = view(open_page("cohort"), "Gallery")
    assert not test.exception
    assert text_of(test).count("cannot be read") == 1
    test = test.button(key="sgus-gallery-i3").click().run()
    assert not test.exception
    assert "cannot be read" in text_of(test)


def test_cohort__files_are_looked_at_on_request_and_kept(demo: Path) -> None:
    (demo / "images" / "i1.png").unlink()
    test = view(open_page("cohort"), "Image checks")
    assert "So far only the table was looked at" in text_of(test)
    test = test.button(key="sgus-check-files").click().run()
    assert not test.exception
    assert "All 6 files were looked at" in text_of(test)
    test = test.button_group(key="sgus_cohort_flag").set_value("file is missing").run()
    (listed,) = test.dataframe
    assert list(listed.value["image"]) == ["i1"]
    assert "images/i1.png" in listed.value["what"][0]
    test = test.button(key="sgus-flag-gallery").click().run()
    assert test.session_state[TAB] == "Gallery"
    assert test.session_state[FILTERS] == {"flag": ("file is missing",)}
    assert "Shown: 1 of 6 images" in text_of(test)


def test_cohort__a_split_that_does_not_hold_is_said(demo: Path) -> None:
    save_holdout(demo)
    table = demo / "images.csv"
    table.write_text(table.read_text().replace("P0,parotid,0", "P0,parotid,1"))
    test = view(open_page("cohort"), "Splits")
    assert not test.exception
    assert "Split tiny: the cohort has changed since it was made" in text_of(test)
    assert "no other split that can be shown" in text_of(test)
