"""The view of labels on the confusions page."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from sgus.core.files import sha256_file
from sgus.ui.confusions.tabs import TAB
from sgus.ui.frame import RUN
from tests.finished_run import save_cohort, save_run
from tests.pages.conftest import ROOT


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reference run, and one that learnt soft labels which call some test images higher."""
    folder = tmp_path_factory.mktemp("labels")
    root = save_cohort(folder / "data" / "demo")
    save_run(folder / "runs" / "plain", root, folds=3)
    run = save_run(folder / "runs" / "soft", root, folds=3, evaluated=False)
    table = pd.read_csv(run / "predictions.csv")
    table["label"], table["label_from"] = table["grade"], "soft"
    table.loc[table.index[table["grade"] == 0][:5], "label"] = 1
    table.to_csv(run / "predictions.csv", index=False)
    facts = json.loads((run / "run.json").read_text())
    part = {"fold": None, "part": "test", "n_images": 120, "n_patients": 40, "n_fallback": 7,
            "n_differ": 5, "n_patients_differ": 3}  # fmt: skip
    facts["labels"] = {"source": "soft", "soft_from": "readers", "parts": [part]}
    (run / "run.json").write_text(json.dumps(facts))
    status = {"state": "done", "predictions_sha256": sha256_file(run / "predictions.csv")}
    (run / "status.json").write_text(json.dumps(status))
    return folder


@pytest.fixture(autouse=True)
def installed(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    st.cache_resource.clear()
    monkeypatch.setenv("SGUS_DATA", str(made / "data"))
    monkeypatch.setenv("SGUS_RUNS", str(made / "runs"))


def look(run: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    test.session_state[RUN] = run
    test.session_state[f"{TAB}_kept"] = "Labels"
    test = test.switch_page("pages/confusions.py").run()
    assert not test.exception, test.exception
    return test


def text_of(test: AppTest) -> str:
    parts = [block.proto.body for block in test.get("html")]
    kinds = (test.markdown, test.caption, test.info, test.warning, test.subheader)
    parts += [element.value for kind in kinds for element in kind]
    return " ".join(parts).replace("\u00a0", " ")


def test_a_run_alone__says_what_it_learnt_and_what_is_not_at_hand() -> None:
    said = text_of(look("plain"))
    assert "plain learnt the reference labels." in said
    assert "No other version of the labels is at hand." in said
    assert "nothing was adjudicated" in said


def test_two_runs__warn_of_changed_test_labels_and_are_compared() -> None:
    test = look("plain")
    test = test.selectbox(key="sgus_confusions_other_run").select("soft").run()
    assert not test.exception, test.exception
    said = text_of(test)
    assert "plain learnt the reference labels; soft learnt soft (readers) labels." in said
    assert "TEST LABELS CHANGED" in said
    assert "5 of 120 test images" in said
    assert "<th>Over 0/1</th>" in said
    assert "<td>5 up, 0 down</td>" in said
    assert "n: images/patients." in said
    between = next(one.value for one in test.dataframe if "judged by" in one.value.columns)
    assert len(between) == 10
    parts = next(one.value for one in test.dataframe if "part" in one.value.columns)
    assert parts["without a label of the source"].tolist() == ["7"]
