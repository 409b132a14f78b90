from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from sgus.ui.cohort.grid import IMAGE
from sgus.ui.cohort.source import COHORT
from sgus.ui.frame import RUN
from sgus.ui.runs.cell import COLUMN, KIND, PART, ROW
from sgus.ui.runs.tabs import TAB
from sgus.workflows.baselines import run_baselines
from tests.finished_run import save_cohort, save_run
from tests.pages.conftest import ROOT, open_page
from tests.pages.test_cohort import text_of


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SGUS_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def demo(data: Path, models: Path, runs: Path) -> Path:
    """The folder of runs, with one that is done."""
    st.cache_resource.clear()
    save_run(runs / "mine", save_cohort(data / "made-up"))
    return runs


def opened(name: str = "mine", tab: str = "Result") -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    test.session_state[RUN] = name
    test.session_state[f"{TAB}_kept"] = tab
    test = test.switch_page("pages/runs.py").run()
    assert not test.exception
    return test


def title_of(chart) -> str:
    return json.loads(chart.proto.spec)["layout"]["title"]


def test_runs__without_one_says_how_to_make_one(runs: Path) -> None:
    test = open_page("runs")
    assert not test.exception
    assert "There is no run yet" in text_of(test)
    assert "python -m sgus train" in text_of(test)


def test_runs__the_list_opens_one_and_leads_back(demo: Path) -> None:
    test = open_page("runs")
    assert "1 runs" not in text_of(test)
    assert "made up · holdout" in text_of(test)
    assert "SYNTHETIC PHANTOM" in text_of(test)
    test = test.button(key="sgus-gallery-open-mine").click().run()
    assert not test.exception
    assert "it never trained on, the model gave the readers’ grade in" in text_of(test)
    assert test.query_params["run"] == "mine"
    test = test.button(key="sgus-runs-back").click().run()
    assert "made up · holdout" in text_of(test)
    assert "run" not in test.query_params


def test_runs__an_address_opens_a_run_and_no_other_folder(demo: Path) -> None:
    for name, shown in (("mine", True), ("../mine", False), ("nobody", False)):
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        test.query_params["run"] = name
        test = test.run().switch_page("pages/runs.py")
        test.query_params["run"] = name
        test = test.run()
        assert not test.exception
        assert ("the model gave" in text_of(test)) is shown


def test_runs__result_with_its_matrices(demo: Path) -> None:
    test = opened()
    charts = test.get("plotly_chart")
    title = title_of(charts[0])
    assert title["text"] == "Readers’ grade by the model’s (test, mine)"
    assert title["subtitle"]["text"] == "<b>SYNTHETIC PHANTOM</b>"
    said = text_of(test)
    assert "Ranked probability score" in said
    assert "Precision" in said
    assert "what answers without a network" in said
    assert "There is no ceiling" in said
    assert "There are no single readings" in said


def test_runs__a_cell_opens_its_images_and_all_of_them(demo: Path) -> None:
    test = opened()
    test = test.selectbox(key=ROW).set_value("2").run()
    assert "Four grades: readers 2, model any" in text_of(test)
    test = test.button(key="sgus-runs-all-images").click().run()
    assert not test.exception
    assert test.session_state[f"{TAB}_kept"] == "Images"
    assert "Four grades: readers 2, model any" in text_of(test)
    assert "Images 1 to" in text_of(test)
    test = test.selectbox(key=KIND).set_value("stage1").run()
    assert not test.exception
    assert "Stage 1: 0/1 v 2/3: readers any, model any" in text_of(test)  # it has no grade 2


def test_runs__the_most_frequent_mistake_is_a_click_away(demo: Path) -> None:
    test = opened()
    test = test.button(key="sgus-runs-mistake").click().run()
    assert not test.exception
    row, column = test.session_state[ROW], test.session_state[COLUMN]
    assert row != column
    assert f"Four grades: readers {row}, model {column}: " in text_of(test)


def test_runs__other_part_kept_across_tabs(demo: Path) -> None:
    test = opened()
    test = test.selectbox(key=PART).set_value("validation").run()
    assert title_of(test.get("plotly_chart")[0])["text"].startswith("Readers’ grade by the model’s")
    test = test.button_group(key=TAB).set_value("Images").run()
    assert test.selectbox(key=PART).value == "validation"
    test = test.selectbox(key=PART).set_value("train").run()
    assert not test.exception
    table = pd.read_csv(demo / "mine" / "predictions.csv")
    learnt = table[table["split"] == "train"]
    n = f"{len(learnt)} images of {learnt['patient_id'].nunique()} patients"
    assert n in text_of(test)


def test_runs__an_image_leads_to_its_story(demo: Path) -> None:
    test = opened(tab="Images")
    button = next(one for one in test.button if one.key and one.key.startswith("sgus-gallery-run-"))
    test = button.click().run()
    assert not test.exception
    assert test.session_state[f"{COHORT}_kept"] == "made up (made-up)"
    assert test.session_state[IMAGE] == button.label
    assert "Grade of the cohort" in text_of(test)


def test_runs__baselines_beside_the_model(data: Path, models: Path, runs: Path) -> None:
    st.cache_resource.clear()
    cohort = save_cohort(data / "made-up", pictures=True)
    run = save_run(runs / "mine", cohort)
    test = opened()
    assert "Of the ranked probability score, less is better" not in text_of(test)
    test = test.button(key="sgus-runs-baselines").click().run()
    said = text_of(test)
    assert "Of the ranked probability score, less is better" in said
    assert "Not worked out yet" not in said
    report = json.loads((run / "baselines.json").read_text())
    again = run_baselines(run, say=lambda line: None)
    assert report["figures"] == again["figures"]
    (run / "baselines.json").write_text("{")
    assert "baselines.json: the file is not valid JSON" in text_of(opened())


def test_runs__not_evaluated_says_how(data: Path, models: Path, runs: Path) -> None:
    st.cache_resource.clear()
    save_run(runs / "mine", save_cohort(data / "made-up"), evaluated=False)
    test = opened()
    assert "python -m sgus evaluate runs/mine" in text_of(test)
    assert len(test.get("plotly_chart")) == 1


def test_runs__folds_are_parts(data: Path, models: Path, runs: Path) -> None:
    st.cache_resource.clear()
    save_run(runs / "mine", save_cohort(data / "made-up"), folds=3)
    test = opened()
    assert "one of 3 models that had not seen the patient" in text_of(test)
    test = test.selectbox(key=PART).set_value("test fold 2").run()
    assert not test.exception
    assert "(test fold 2, mine)" in title_of(test.get("plotly_chart")[0])["text"]


def _cut(run: Path) -> None:
    (run / "predictions.csv").write_bytes((run / "predictions.csv").read_bytes()[:2000])


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_cut, "the table is not the one the run wrote"),
        (lambda run: (run / "report.json").write_text("{"), "not valid JSON"),
        (lambda run: (run / "status.json").write_text('{"state": "running"}'), "not finished"),
    ],
)
def test_runs__what_is_damaged_is_a_sentence(
    demo: Path, damage: Callable[[Path], None], said: str
) -> None:
    damage(demo / "mine")
    test = opened()
    assert said in text_of(test)
    assert not test.get("plotly_chart")
    test = test.button(key="sgus-runs-back").click().run()
    assert "made up · holdout" in text_of(test)


def test_runs__without_its_cohort_figures_stand(demo: Path, data: Path) -> None:
    (data / "made-up" / "images.csv").unlink()
    test = opened()
    assert "is not among those of this installation" in " ".join(w.value for w in test.warning)
    assert len(test.get("plotly_chart")) == 2
    test = test.button_group(key=TAB).set_value("Images").run()
    assert not test.exception
    (table,) = test.dataframe
    assert {"image", "readers", "model", "margin"} <= set(table.value.columns)


def test_runs__one_that_learnt_from_everything(demo: Path) -> None:
    path = demo / "mine" / "predictions.csv"
    lines = path.read_text().splitlines()
    kept = [line for line in lines if ",test," not in line and ",validation," not in line]
    path.write_text("\n".join(kept) + "\n")
    (demo / "mine" / "report.json").unlink()
    (demo / "mine" / "status.json").write_text('{"state": "done"}')
    assert "learnt from every image" in text_of(opened())
