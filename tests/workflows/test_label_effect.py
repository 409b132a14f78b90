"""Finished runs judged by every version of their labels: warnings, versions at hand, the verb."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from sgus.cli.main import main
from sgus.core.errors import RunError
from sgus.core.files import sha256_file
from sgus.workflows import adjudication
from sgus.workflows.label_effect import label_effect, labels_today, learnt_labels, ledger_state
from tests.finished_run import save_cohort, save_run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reference run, and one that learnt a consensus which calls eight test images lower."""
    folder = tmp_path_factory.mktemp("made")
    root = save_cohort(folder / "data" / "demo")
    images = pd.read_csv(root / "images.csv", dtype=str)
    images["true_grade"] = images["grade"]
    images.to_csv(root / "images.csv", index=False)
    save_run(folder / "runs" / "plain", root, evaluated=False)
    run = save_run(folder / "runs" / "other", root, evaluated=False)
    table = pd.read_csv(run / "predictions.csv")
    table["label"], table["label_from"] = table["grade"], "consensus"
    moved = table.index[(table["split"] == "test") & (table["grade"] >= 2)][:8]
    table.loc[moved, "label"] = table.loc[moved, "grade"] - 1
    table.to_csv(run / "predictions.csv", index=False)
    facts = json.loads((run / "run.json").read_text())
    facts["config"]["labels"] = "consensus"
    facts["labels"] = {"source": "consensus", "soft_from": "", "parts": []}
    (run / "run.json").write_text(json.dumps(facts))
    status = {"state": "done", "predictions_sha256": sha256_file(run / "predictions.csv")}
    (run / "status.json").write_text(json.dumps(status))
    return folder


def effect_of_both(made: Path, **more) -> dict:
    runs = [made / "runs" / "plain", made / "runs" / "other"]
    return label_effect(runs, data=made / "data", n_resamples=60, **more)


def test_changed_test_labels_are_warned_of_and_counted(made: Path) -> None:
    effect = effect_of_both(made)
    assert effect["learnt"] == {"plain": "reference", "other": "consensus"}
    assert [version["name"] for version in effect["versions"]] == ["reference", "consensus, other"]
    first, second = effect["warnings"]
    assert first.startswith("TEST LABELS CHANGED: by the consensus labels as other has them, 8 of ")
    assert "have another label than the reference" in first
    assert second.startswith("other learnt consensus labels. Judged by labels of the same people")
    assert effect["notes"][0].startswith("No consensus labels: the cohort has no ratings.csv")
    assert effect["synthetic"] is True
    json.dumps(effect, allow_nan=False)


def test_todays_adjudications_and_the_truth_are_versions(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adjudication, "adjudicated_grades", lambda root: {"P06-parotid-left": 0})
    assert labels_today(made / "data" / "demo", "adjudicated")["P06-parotid-left"] == 0
    effect = effect_of_both(made)
    names = [version["name"] for version in effect["versions"]]
    assert names == ["reference", "consensus, other", "adjudicated"]
    assert len(effect["notes"]) == 1
    # Learnt and decided labels differ from the reference: one warning names both.
    (changed,) = (one for one in effect["warnings"] if "TEST LABELS CHANGED" in one)
    assert "by the consensus labels as other has them, 8 of " in changed
    assert "; by the adjudicated labels, today, 1 of " in changed


def test_the_readers_median_beside_the_reference_is_a_note(tmp_path: Path) -> None:
    root = save_cohort(tmp_path / "data" / "demo")
    images = pd.read_csv(root / "images.csv")
    lowered = set(images.loc[images["grade"] >= 2, "image_id"][::2])
    lines = [
        f"{image},r{k},1,{grade - (image in lowered)}"
        for image, grade in zip(images["image_id"], images["grade"], strict=True)
        for k in range(3)
    ]  # fmt: skip
    text = "\n".join(["image_id,rater_id,reading,grade", *lines, ""])
    (root / "ratings.csv").write_text(text)
    run = save_run(tmp_path / "runs" / "plain", root, evaluated=False)
    tested = pd.read_csv(run / "predictions.csv").query("split == 'test'")
    other = tested[tested["image_id"].isin(lowered)]
    assert len(other)
    effect = label_effect([run], data=tmp_path / "data", n_resamples=60)
    assert [version["name"] for version in effect["versions"]] == ["reference", "consensus"]
    assert effect["warnings"] == []
    patients = other["patient_id"].nunique()
    noun = "patient" if patients == 1 else "patients"
    assert (
        f"The readers' median gives {len(other)} of {len(tested)} test images "
        f"({patients} {noun}) another grade than the reference does; "
        "no run learnt it, and the test labels are as they were."
    ) in effect["notes"]


def test_a_run_alone_has_no_differences(made: Path) -> None:
    effect = label_effect([made / "runs" / "other"], data=made / "none", n_resamples=60)
    assert effect["caution"] is None
    assert effect["versions"][1]["differences"] == []
    assert len(effect["versions"][1]["relabelled"]) == 5
    assert effect["notes"] == [
        "The cohort of these runs is not at hand: its labels of today are not shown."
    ]


def test_runs_that_differ_in_more_are_said(made: Path, tmp_path: Path) -> None:
    root = made / "data" / "demo"
    save_run(tmp_path / "folds", root, folds=3, evaluated=False)
    facts = json.loads((tmp_path / "folds" / "run.json").read_text())
    facts["config"]["epochs"] = 3
    (tmp_path / "folds" / "run.json").write_text(json.dumps(facts))
    runs = [made / "runs" / "plain", tmp_path / "folds"]
    effect = label_effect(runs, data=made / "data", n_resamples=60)
    assert "plain and folds differ in more than their labels: epochs." in effect["warnings"]
    assert any("are not of the same folds" in warning for warning in effect["warnings"])
    assert effect["images"]["left_out"]["folds"] > 0
    with pytest.raises(RunError, match="two of the runs have one name"):
        label_effect([runs[0], runs[0]], data=made / "data", n_resamples=60)


def test_the_verb_prints_warnings_and_json(
    made: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SGUS_DATA", str(made / "data"))
    runs = [str(made / "runs" / name) for name in ("plain", "other")]
    assert main(["label-effect", *runs, "--resamples", "60"]) == 0
    said = capsys.readouterr().out
    assert "WARNING: TEST LABELS CHANGED" in said
    assert "Balanced accuracy, 0 v 1: plain - other" in said
    assert "(SYNTHETIC PHANTOM)" in said
    assert main(["label-effect", *runs, "--resamples", "60", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"] == ["plain", "other"]
    assert main(["label-effect", str(made / "nowhere")]) == 2


def test_what_was_learnt_and_when_the_ledger_changed(tmp_path: Path) -> None:
    assert learnt_labels({}) == "reference"
    said = {"labels": {"source": "soft", "soft_from": "dawid_skene"}}
    assert learnt_labels(said) == "soft (dawid_skene)"
    assert ledger_state(None) == ledger_state(tmp_path) == ()
    (tmp_path / "adjudication.sqlite").write_bytes(b"one")
    before = ledger_state(tmp_path)
    (tmp_path / "adjudication.sqlite-wal").write_bytes(b"two")
    assert ledger_state(tmp_path) != before
