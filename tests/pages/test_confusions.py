"""The confusions page in this process: states, words, an image with its sections, a queue."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from sgus.ui.cohort.source import COHORT
from sgus.ui.confusions.choose import BOUNDARY, CELL, ORDER
from sgus.ui.confusions.one_image import BESIDE, IMAGE
from sgus.ui.confusions.sections import EXAMPLES, SECTION, TEXTURE, WHAT_IF, WHO
from sgus.ui.confusions.tabs import TAB
from sgus.ui.frame import RUN
from sgus.ui.train.user import USER
from sgus.workflows import adjudication
from sgus.workflows.confusions import open_boundary
from sgus.workflows.run_view import open_run
from tests.finished_run import save_cohort, save_run
from tests.pages.conftest import ROOT, open_page
from tests.pages.test_cohort import text_of
from tests.workflows.looked_at import looked_at


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SGUS_RUNS", str(tmp_path / "runs"))
    st.cache_resource.clear()
    return tmp_path / "runs"


@pytest.fixture
def looked(tmp_path: Path, models: Path, runs: Path) -> Path:
    """A run of three folds with its networks, and three readers of every image."""
    return looked_at(tmp_path, ratings=ratings(tmp_path / "grades")).directory


def ratings(folder: Path) -> str:
    """Three readers: of one mind on every third image, else one of them a grade apart."""
    images = pd.read_csv(save_cohort(folder, n_patients=12) / "images.csv")
    lines = ["image_id,rater_id,reading,grade"]
    for at, (name, grade) in enumerate(zip(images["image_id"], images["grade"], strict=True)):
        other = grade if at % 3 == 0 else min(grade + 1, 3)
        lines += [f"{name},r{k},1,{said}" for k, said in enumerate((grade, grade, other))]
    return "\n".join(lines) + "\n"


def opened(run: str = "kfold", **state: object) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    test.session_state[RUN] = run
    for key, value in state.items():
        test.session_state[key] = value
    test = test.switch_page("pages/confusions.py").run()
    assert not test.exception
    return test


def listed(test: AppTest) -> list[str]:
    keys = [button.key or "" for button in test.button]
    start = "sgus-gallery-confusions-"
    return [key.removeprefix(start) for key in keys if key.startswith(start)]


def problems(test: AppTest) -> str:
    return " ".join(block.proto.body for block in test.get("html") if "sgus-problem" in
                    block.proto.body) + " ".join(error.value for error in test.error)  # fmt: skip


def test_confusions__without_a_run_says_how_to_make_one(runs: Path) -> None:
    test = open_page("confusions")
    assert not test.exception
    assert "There is no run yet" in text_of(test)
    assert "Choose a run" in text_of(test)


def test_confusions__a_damaged_run_is_a_sentence(tmp_path: Path, data: Path, models: Path,
                                                 runs: Path) -> None:  # fmt: skip
    run = save_run(runs / "broken", save_cohort(data / "made-up"))
    (run / "report.json").write_text("{")
    assert "the file is not valid JSON" in problems(opened("broken"))


def test_confusions__a_run_that_learnt_from_everything(
    data: Path, models: Path, runs: Path
) -> None:
    run = save_run(runs / "all", save_cohort(data / "made-up"), evaluated=False)
    table = run / "predictions.csv"
    table.write_text(re.sub(",(validation|test),", ",train,", table.read_text()))
    (run / "status.json").write_text('{"state": "done"}')
    test = opened("all")
    assert "learnt from every image" in text_of(test)


def test_confusions__what_was_found_how_sure_and_what_next(looked: Path) -> None:
    test = opened()
    said = text_of(test)
    seen = open_boundary(open_run(looked), "0/1")
    n = int(seen.cell("crossed").sum())
    assert f"({n} of 36 images, 12 patients; 95 % interval" in said
    for title in ("What was found", "How sure that is", "What to do next", "SYNTHETIC PHANTOM"):
        assert title in said
    assert "simulated: nothing of this holds for patients" in said
    test = test.button_group(key=BOUNDARY).set_value("1/2").run()
    assert "different sides of 1/2" in text_of(test)


def test_confusions__cells_and_orders(looked: Path) -> None:
    seen = open_boundary(open_run(looked), "0/1")
    test = opened()
    for cell in ("crossed", "all"):
        test = test.button_group(key=CELL).set_value(cell).run()
        for order in ("margin", "readers", "suspect"):
            test = test.selectbox(key=ORDER).set_value(order).run()
            assert not test.exception
            assert listed(test) == seen.images(cell, order)["image_id"].tolist()[:20]
    assert "Not to be had here" in text_of(test)  # three folds without validation parts


def test_confusions__an_image_with_its_sections(looked: Path) -> None:
    test = opened()
    image_id = listed(test)[0]
    test = test.button(key=f"sgus-gallery-confusions-{image_id}").click().run()
    assert not test.exception
    said = text_of(test)
    assert test.session_state[IMAGE] == image_id
    assert "The cohort’s grade is" in said
    assert "1 of " in said
    assert test.get("bidi_component")
    assert "Readings, the first at the left" in said  # who said what
    test = test.button_group(key=SECTION).set_value(TEXTURE).run()
    if button := [one for one in test.button if one.key == "sgus-confusions-texture"]:
        test = button[0].click().run()
    assert not test.exception
    assert "Inhomogeneity" in text_of(test)
    test = test.button_group(key=SECTION).set_value(WHAT_IF).run()
    assert "variations" in text_of(test)
    test = test.button_group(key=SECTION).set_value(EXAMPLES).run()
    assert test.button(key="sgus-confusions-examples").label.startswith("Find examples: the model")
    test = test.button(key="sgus-confusions-examples").click().run()
    assert not test.exception
    assert "Surely graded" in text_of(test)
    test = test.button(key="sgus-confusions-next").click().run()
    assert test.session_state[IMAGE] != image_id
    test = test.button(key="sgus-confusions-back").click().run()
    assert listed(test)[0] == image_id


def test_confusions__the_heading_is_folded_while_an_image_is_open(looked: Path) -> None:
    test = opened()
    assert [one.value for one in test.title] == ["Confusions: grades mixed up"]
    test = test.button(key=f"sgus-gallery-confusions-{listed(test)[0]}").click().run()
    assert not test.title
    assert '<h1 class="sgus-folded">' in text_of(test)
    test = test.button_group(key=BOUNDARY).set_value("2/3").run()  # still at hand
    assert not test.exception
    test = test.button_group(key=TAB).set_value("Labels").run()
    assert test.title
    test.session_state[IMAGE] = "of another run"
    test = test.button_group(key=TAB).set_value("Images").run()
    assert not test.exception
    assert test.title
    assert test.session_state[IMAGE] == ""


def test_confusions__beside_another_and_its_maps(looked: Path) -> None:
    seen = open_boundary(open_run(looked), "0/1")
    first, other = seen.images("crossed", "margin")["image_id"].tolist()[:2]
    test = opened(**{IMAGE: first, BESIDE: other, f"{SECTION}_kept": WHO})
    test = test.button(key="sgus-confusions-maps").click().run()
    assert not test.exception
    assert "what spoke for" in text_of(test).lower() or "nothing spoke for" in text_of(test).lower()
    assert "A map shows where, not why" in text_of(test)
    test = test.button(key="sgus-confusions-alone").click().run()
    assert test.session_state[BESIDE] == ""


def test_confusions__ticked_images_become_a_queue(looked: Path) -> None:
    test = opened(**{f"{USER}_kept": "Anna"})
    images = listed(test)
    test = test.checkbox(key=f"sgus-tick-{images[0]}").check().run()
    test = test.checkbox(key=f"sgus-tick-{images[1]}").check().run()
    assert "An adjudication queue of 2 images" in text_of(test)
    test = test.checkbox(key=f"sgus-tick-{images[1]}").uncheck().run()
    test = test.button(key="sgus-confusions-tick").click().run()
    n = len(images)
    assert f"An adjudication queue of {n} images" in text_of(test)
    test = test.button(key="sgus-confusions-queue").click().run()
    assert not test.exception
    cohort = open_run(looked).cohort
    assert cohort is not None
    (queue,) = adjudication.queues(cohort)
    assert (queue.name, queue.n, queue.boundary, queue.made_by) == ("Queue 1", n, "0/1", "Anna")
    assert test.session_state[f"{COHORT}_kept"].endswith(f"({cohort.name})")
    assert not test.session_state["sgus_confusions_ticked"]["kfold 0/1"]


def test_confusions__without_a_cohort_figures_stand(looked: Path) -> None:
    view = open_run(looked)
    assert view.cohort is not None
    (view.cohort / "cohort.json").rename(view.cohort / "gone.json")
    test = opened()
    assert "different sides of 0/1" in text_of(test) or "same side of 0/1" in text_of(test)
    assert any("exactly as it was" in one.value for one in test.warning)
