"""The tabs of the runs page that explore a run: what stands on them, and what moves."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from sgus.core.files import sha256_file
from sgus.ui.frame import RUN
from sgus.ui.runs.tabs import TAB, tabs
from tests.finished_run import save_cohort, save_run
from tests.pages.conftest import ROOT

OWN = ("Thresholds", "Calibration", "Doubt", "Groups", "Patients", "Compare")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A holdout run, one in folds on the same cohort, and one of hardly any patients."""
    folder = tmp_path_factory.mktemp("made")
    save_cohort(folder / "data" / "demo")
    save_cohort(folder / "data" / "few", n_patients=8)
    save_run(folder / "runs" / "holdout", folder / "data" / "demo")
    save_run(folder / "runs" / "folds", folder / "data" / "demo", folds=3, seed=4)
    save_run(folder / "runs" / "few", folder / "data" / "few")
    return folder


@pytest.fixture(autouse=True)
def installed(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    st.cache_resource.clear()
    monkeypatch.setenv("SGUS_DATA", str(made / "data"))
    monkeypatch.setenv("SGUS_RUNS", str(made / "runs"))


def look(run: str, tab: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    test.session_state[RUN] = run
    test.session_state[f"{TAB}_kept"] = tab
    test = test.switch_page("pages/runs.py").run()
    assert not test.exception, test.exception
    return test


def text_of(test: AppTest) -> str:
    parts = [block.proto.body for block in test.get("html")]
    parts += [
        element.value
        for kind in (test.markdown, test.caption, test.info, test.warning, test.subheader)
        for element in kind
    ]
    return " ".join(parts).replace("\u00a0", " ")


def table(test: AppTest, column: str) -> pd.DataFrame:
    return next(one.value for one in test.dataframe if column in one.value.columns)


def choose(test: AppTest, key: str, value: object) -> AppTest:
    test = test.button_group(key=key).set_value(value).run()
    assert not test.exception, test.exception
    return test


def test_tabs__all_are_there() -> None:
    assert set(OWN) <= set(tabs())


@pytest.mark.parametrize("run", ["holdout", "folds", "few"])
@pytest.mark.parametrize("tab", OWN)
def test_every_tab__draws_every_run(run: str, tab: str) -> None:
    assert len(text_of(look(run, tab))) > 200


def test_thresholds__the_slider_moves_the_decision() -> None:
    test = look("holdout", "Thresholds")
    assert "of grade 2/3" in text_of(test)
    before = table(test, "at the slider")
    test = test.slider(key="sgus_runs_threshold_stage1").set_value(0.0).run()
    assert not test.exception
    after = table(test, "at the slider").set_index("statistic")["at the slider"]
    assert after["sensitivity"] == "100\u00a0%"
    assert after["specificity"] == "0\u00a0%"
    assert not before.equals(table(test, "at the slider"))
    assert "figures that are too good" in text_of(test)


def test_thresholds__one_is_chosen_on_the_other_folds() -> None:
    test = look("folds", "Thresholds")
    assert "one for each of 3 folds" in text_of(test)
    shown = table(test, "chosen on other folds")
    assert len(shown) == 6
    test = choose(test, "sgus_runs_aim", "specificity")
    assert "for a specificity of at least 90 %" in text_of(test)


def test_thresholds__a_stage_is_kept_over_a_look_at_another_tab() -> None:
    test = choose(look("holdout", "Thresholds"), "sgus_runs_stage", "0 v 1")
    assert "truly of grade 0 or 1" in text_of(test)
    test = choose(choose(test, TAB, "Groups"), TAB, "Thresholds")
    assert "truly of grade 0 or 1" in text_of(test)


def test_few_patients__reasons_instead_of_figures() -> None:
    said = text_of(look("few", "Thresholds"))
    assert "No threshold can be chosen without the test images: only" in said
    assert "No band: only" in said
    assert "There is no diagram after temperature scaling" in text_of(look("few", "Calibration"))
    said = text_of(look("few", "Doubt"))
    assert "There are no prediction sets: too few patients to calibrate on" in said
    said = text_of(look("few", "Patients"))
    assert "No examination" in said or "3 examinations of 3 patients" in said


def test_doubt__a_stricter_promise_makes_larger_sets() -> None:
    test = look("folds", "Doubt")
    sizes = []
    for alpha in (0.3, 0.1):
        test = choose(test, "sgus_runs_alpha", alpha)
        rows = table(test, "set")
        sizes.append(rows["set"].str.len().mean())
    assert sizes[0] < sizes[1]
    test = choose(test, "sgus_runs_set", "sets that miss")
    assert not table(test, "set")["holds the true grade"].any()


def test_groups__warn_of_many_comparisons() -> None:
    test = look("folds", "Groups")
    assert "groups are compared by" in text_of(test)
    test = choose(test, "sgus_runs_group_measure", "quadratic kappa")
    assert "Not shown: device class (all images are of one: high_end)" in text_of(test)


def test_compare__refuses_other_images_and_offers_the_shared_ones(made: Path) -> None:
    test = look("holdout", "Compare")
    test = test.multiselect(key="sgus_runs_compared").set_value(["folds"]).run()
    assert "were not tested on the same" in text_of(test)
    assert not test.dataframe
    test = test.toggle(key="sgus_runs_intersect").set_value(True).run()
    assert not test.exception
    said = text_of(test)
    tables = [pd.read_csv(made / "runs" / run / "predictions.csv") for run in ("holdout", "folds")]
    own, other = (set(table[table["split"] == "test"]["image_id"]) for table in tables)
    lost = f"holdout loses 0 of {len(own)}, folds loses {len(other - own)} of {len(other)}."
    assert f"that all runs were tested on; {lost}" in said
    assert len(table(test, "difference")) == 7
    assert "seed" in set(table(test, "setting")["setting"])


def test_compare__of_one_run_alone_says_what_is_missing(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(made / "runs" / "few", tmp_path / "alone" / "few")
    monkeypatch.setenv("SGUS_RUNS", str(tmp_path / "alone"))
    assert "no other finished run" in text_of(look("few", "Compare"))


def test_without_its_cohort__groups_and_patients_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SGUS_DATA", str(tmp_path))
    for tab in ("Groups", "Patients"):
        assert "is not on this machine as it was" in text_of(look("holdout", tab))
    assert "of grade 2/3" in text_of(look("holdout", "Thresholds"))


@pytest.mark.parametrize("tab", OWN[:3])
def test_a_run_without_anything_to_judge__is_a_sentence(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tab: str
) -> None:
    run = tmp_path / "runs" / "untested"
    shutil.copytree(made / "runs" / "holdout", run)
    (run / "report.json").unlink()
    rows = pd.read_csv(run / "predictions.csv", dtype=str)
    rows[rows["split"] == "train"].to_csv(run / "predictions.csv", index=False)
    status = {"state": "done", "predictions_sha256": sha256_file(run / "predictions.csv")}
    (run / "status.json").write_text(json.dumps(status))
    monkeypatch.setenv("SGUS_RUNS", str(tmp_path / "runs"))
    assert "there is neither a test row nor a validation part" in text_of(look("untested", tab))
