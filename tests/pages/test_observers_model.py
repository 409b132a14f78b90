"""The boundary, the model and the consensus in this process, with a stand-in for the network."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.fakes import FakeEngine
from tests.rated_cohort import GRADES_READ, save_rated_cohort

N = len(GRADES_READ)
SCRIPT = """
from importlib import import_module
from pathlib import Path
from sgus.workflows.observers import observe
observed = observe(Path({source!r}))
import_module("sgus.ui.observers.{tab}").show(observed)
"""


@pytest.fixture(autouse=True)
def no_caches() -> None:
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def cohort(data: Path) -> Path:
    return save_rated_cohort(data / "rated")


def open_tab(tab: str, source: Path) -> AppTest:
    test = AppTest.from_string(SCRIPT.format(source=str(source), tab=tab), default_timeout=60)
    test.run()
    assert not test.exception
    return test


def text_of(test: AppTest) -> str:
    blocks = [block.proto.body for block in test.get("html")]
    said = [element.value for element in (*test.markdown, *test.caption, *test.info)]
    return " ".join([*blocks, *said]).replace("\u00a0", " ")


def button(test: AppTest, label: str) -> Any:
    return next(found for found in test.button if found.label.startswith(label))


def charts(test: AppTest) -> int:
    return len(test.get("plotly_chart"))


def predictions(**more: str) -> bytes:
    rows = [f"i{at},{sorted(row)[1]}" for at, row in enumerate(GRADES_READ)]
    return ("image_id,predicted\n" + "\n".join(rows) + "\n" + more.get("rest", "")).encode()


def test_boundary__sentences_charts_and_the_contested_images(cohort: Path) -> None:
    test = open_tab("boundary", cohort)
    text = text_of(test)
    assert "are between grades 0 and 1; they never change whether a gland is called" in text
    assert "one says 0 and the other 1 in" in text
    assert charts(test) == 3
    assert test.dataframe[0].value.iloc[0]["image"] == "i7"


def test_boundary__another_boundary_is_kept(cohort: Path) -> None:
    test = open_tab("boundary", cohort)
    choice = next(group for group in test.button_group if group.label == "Boundary")
    test = choice.set_value("2 v 3").run()
    assert not test.exception
    assert "one says 2 and the other 3 in" in text_of(test)
    assert test.session_state["sgus_boundary_which_kept"] == "2 v 3"


@pytest.mark.parametrize("tab", ["boundary", "consensus", "model"])
@pytest.mark.parametrize(
    "table",
    [
        "image_id,a,b\ni1,0,\ni2,,1\n",
        "image_id,a,b\ni1,1,1\ni2,1,1\n",
        "image_id,a,b,c\ni1,0,0,0\n",
        "image_id,a,b,c\ni1,0,3,2\n",
    ],
    ids=["no-overlap", "one-grade", "one-image", "one-image-all-differ"],
)
def test_degenerate_tables_are_said_and_break_nothing(tab: str, table: str, data: Path) -> None:
    path = data / "t.csv"
    path.write_text(table)
    test = open_tab(tab, path)
    if tab == "model":
        test.file_uploader[0].set_value(("p.csv", b"image_id,predicted\ni1,1\ni2,0\n", "text/csv"))
        test = test.run()
        assert not test.exception
        assert "No worse than a reader?" in [block.value for block in test.subheader]


def test_consensus__three_ways_and_the_ceiling(cohort: Path) -> None:
    before = (cohort / "ratings.csv").read_bytes()
    test = open_tab("consensus", cohort)
    text = text_of(test)
    assert "Median, majority and Dawid-Skene give the same grade to" in text
    assert "the readings stay as they are" in text
    assert "Log-likelihood" in text
    assert charts(test) == 2
    assert (cohort / "ratings.csv").read_bytes() == before


def test_model__grades_the_images_and_stands_among_the_readers(
    cohort: Path, fake: FakeEngine, add_model: Callable[..., Path]
) -> None:
    add_model("net", synthetic=True)
    test = open_tab("model", cohort)
    assert "Images and model are both simulated" in text_of(test)
    assert charts(test) == 0
    assert not fake.calls
    test = button(test, f"Grade {N} images").click().run()
    assert not test.exception
    assert len(fake.calls) == N
    text = text_of(test)
    assert f"{N} of {N} images that were read have its grade" in text
    assert "the consensus of the readers" in text
    assert charts(test) == 4
    assert "Without it nothing is said of non-inferiority" in text
    test = test.number_input(key="sgus_model_margin").set_value(0.1).run()
    assert not test.exception
    assert len(fake.calls) == N
    assert "The margin, in units of quadratic kappa" in text_of(test)


def test_model__what_it_learnt_from_is_left_out_or_refused(
    cohort: Path, fake: FakeEngine, add_model: Callable[..., Path]
) -> None:
    digests = [sha256((cohort / f"images/i{at}.png").read_bytes()).hexdigest() for at in range(N)]
    add_model("some", training_sha256=digests[:3])
    add_model("all", training_sha256=digests)
    test = open_tab("model", cohort)
    test = test.selectbox(key="sgus_observer_model_which").set_value("Real: some").run()
    assert f"3 of {N} images are left out: this model learnt" in text_of(test)
    assert "the model learnt from real ones" in text_of(test)
    test = button(test, f"Grade {N - 3} images").click().run()
    assert not test.exception
    assert len(fake.calls) == N - 3
    assert "3 images were left out: the model learnt from them" in text_of(test)
    test = test.selectbox(key="sgus_observer_model_which").set_value("Real: all").run()
    assert f"the model learnt from all of the {N} images" in text_of(test)
    assert charts(test) == 0


def test_model__without_an_installed_model(cohort: Path, models: Path) -> None:
    test = open_tab("model", cohort)
    assert "No model is installed yet" in text_of(test)


def test_model__a_table_of_predictions(cohort: Path, models: Path) -> None:
    table = cohort / "ratings.csv"  # a table alone has no images to grade
    test = open_tab("model", table)
    assert "Upload the grades that a model gave" in text_of(test)
    test.file_uploader[0].set_value(("predictions.csv", predictions(), "text/csv"))
    test = test.run()
    assert not test.exception
    assert f"{N} of {N} images that were read have its grade" in text_of(test)
    assert "on those it looks better than it is" in text_of(test)
    assert charts(test) == 4


def test_model__a_bad_table_is_one_sentence(cohort: Path, models: Path) -> None:
    test = open_tab("model", cohort / "ratings.csv")
    test.file_uploader[0].set_value(("p.csv", b"image_id,predicted\nnone,1\n", "text/csv"))
    test = test.run()
    assert not test.exception
    assert "p.csv: it grades none of the images that were read" in text_of(test)
