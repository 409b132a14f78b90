"""The tab that publishes a run: what it offers, what it makes, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import streamlit as st
import torch
from streamlit.testing.v1 import AppTest

from sgus.images.geometry import PREPARE_VERSION
from sgus.nn.model_files import ModelInfo, save_model
from sgus.nn.network import GradingNetwork, NetworkSpec
from sgus.ui.frame import RUN
from sgus.ui.runs.tabs import TAB
from sgus.ui.train.user import USER
from tests.finished_run import save_cohort, save_run
from tests.pages.conftest import ROOT


def save_run_model(run: Path, place: Path) -> None:
    """An untrained model that says it was made by a run."""
    torch.manual_seed(0)
    facts = json.loads((run / "run.json").read_text())
    spec = NetworkSpec(backbone="tiny", height=96, width=128)
    training = {
        "cohort": facts["cohort"], "n_images": 60, "patient_unit": "patient",
        "config": {**facts["config"], "network": spec.model_dump()}, "split": facts["split"],
    }  # fmt: skip
    info = ModelInfo(
        name="own", network=spec, prepare_version=PREPARE_VERSION, synthetic=True, training=training
    )
    save_model(place, GradingNetwork(spec), info, card="# own")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("publish")
    save_cohort(folder / "data" / "demo")
    run = save_run(folder / "runs" / "holdout", folder / "data" / "demo")
    save_run_model(run, run / "model")
    save_run(folder / "runs" / "folds", folder / "data" / "demo", folds=2)
    save_run(folder / "runs" / "bare", folder / "data" / "demo", evaluated=False)
    return folder


@pytest.fixture(autouse=True)
def installed(made: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    st.cache_resource.clear()
    st.cache_data.clear()
    monkeypatch.setenv("SGUS_DATA", str(made / "data"))
    monkeypatch.setenv("SGUS_RUNS", str(made / "runs"))


def look(run: str, **state: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    test.session_state[RUN] = run
    test.session_state[f"{TAB}_kept"] = "Publish"
    for key, value in state.items():
        test.session_state[key] = value
    test = test.switch_page("pages/runs.py").run()
    assert not test.exception, test.exception
    return test


def button(test: AppTest, label: str) -> AppTest:
    found = next(one for one in test.button if one.label == label)
    test = found.click().run()
    assert not test.exception, test.exception
    return test


def problems(test: AppTest) -> str:
    return " ".join(one.value for one in (*test.error, *test.info, *test.warning))


def test_a_holdout_run_becomes_a_model_with_its_card(models: Path) -> None:
    test = look("holdout")
    assert "SYNTHETIC PHANTOM" in problems(test)
    assert test.text_input[0].value == "holdout"
    test.text_input[0].set_value("../up")
    test = button(test, "Publish")
    assert "this cannot be a model&#x27;s name" in " ".join(
        [problems(test), *(block.proto.body for block in test.get("html"))]
    )
    assert list(models.iterdir()) == []
    test.text_input[0].set_value("first")
    test = button(test, "Publish")
    assert "models/first/README.md" in test.success[0].value
    card = (models / "first" / "README.md").read_text()
    assert "### Test part of a holdout" in card
    assert any("Test part of a holdout" in one.value for one in test.markdown)


def test_a_name_that_is_taken_is_refused(models: Path) -> None:
    (models / "holdout").mkdir()
    (models / "holdout" / "mine.txt").write_text("mine")
    test = button(look("holdout"), "Publish")
    said = " ".join([problems(test), *(block.proto.body for block in test.get("html"))])
    assert "not empty" in said
    assert [path.name for path in (models / "holdout").iterdir()] == ["mine.txt"]


def test_a_run_in_folds_says_what_is_missing_and_queues_it(made: Path) -> None:
    test = look("folds")
    assert "made 2 models, one a fold" in problems(test)
    assert test.code[0].value.startswith("python -m sgus train data/demo --split everything")
    (queue,) = [one for one in test.button if one.label == "Queue this training"]
    assert queue.disabled
    test = look("folds", **{f"{USER}_kept": "Ada"})
    test = button(test, "Queue this training")
    assert "Queued as" in test.success[0].value
    from sgus.workflows.jobs import list_jobs

    (view,) = list_jobs(made / "runs")
    assert "everything" in view.job.spec.command
    assert view.job.spec.user == "Ada"


def test_the_report_is_made_when_it_is_asked_for() -> None:
    test = look("holdout")
    assert not test.get("download_button")
    test = button(test, "Make the report")
    (download,) = test.get("download_button")
    assert download.proto.label.startswith("Download holdout.html")


def test_a_run_that_was_not_evaluated_says_how() -> None:
    test = look("bare")
    said = " ".join([problems(test), *(block.proto.body for block in test.get("html"))])
    assert "python -m sgus evaluate runs/bare" in said
    assert "no figures of test images" in said
    assert not [one for one in test.button if one.label in ("Publish", "Make the report")]
