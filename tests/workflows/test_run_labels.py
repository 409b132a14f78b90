"""Training with other labels: what is written, what is frozen, what stays as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from sgus.cohort.manifest import load_cohort
from sgus.core.errors import RunError
from sgus.core.files import sha256_file
from sgus.train.config import TrainConfig, make_config
from sgus.train.pulse import Cancelled
from sgus.workflows import adjudication, run_progress
from sgus.workflows.publishing import same_recipe
from sgus.workflows.run_labels import LABELS, labels_of_run, part_counts, part_line, read_labels
from sgus.workflows.run_view import open_run
from sgus.workflows.splitting import split_cohort
from sgus.workflows.training import run_training

FAST = [
    "network.height=48", "network.width=64", "epochs=2", "batch_size=4", "threads=1",
    "precision=float32",
]  # fmt: skip


def config(*settings: str) -> TrainConfig:
    return make_config("laptop", settings=[*FAST, *settings])


@pytest.fixture
def cohort_dir(import_study) -> Path:
    """12 images of 6 patients; three readers, of whom two call every grade one higher."""
    root: Path = import_study()
    images = load_cohort(root).images
    rows = ["image_id,rater_id,reading,grade"]
    for image, grade in zip(images["image_id"], images["grade"], strict=True):
        rows += [f"{image},a,1,{grade}", *(f"{image},{r},1,{min(grade + 1, 3)}" for r in "bc")]
    (root / "ratings.csv").write_text("\n".join(rows) + "\n")
    split_cohort(root, "holdout", fractions=(0.5, 0.25, 0.25))
    split_cohort(root, "kfold", n_folds=3, validation_fraction=0.0, name="three")
    return root


def train(cohort_dir: Path, run: Path, *settings: str, split: str = "holdout") -> list[str]:
    said: list[str] = []
    run_training(cohort_dir, split, config=config(*settings), run_dir=run, say=said.append)
    return said


def facts_of(run: Path) -> dict:
    return json.loads((run / "run.json").read_text())


def test_the_reference_labels_leave_no_trace(cohort_dir: Path, tmp_path: Path) -> None:
    train(cohort_dir, tmp_path / "run", "epochs=1")
    assert not (tmp_path / "run" / LABELS).exists()
    assert "labels" not in facts_of(tmp_path / "run")
    header = (tmp_path / "run" / "predictions.csv").read_text().splitlines()[0]
    assert header.endswith("gland,side,centre,device")


def test_labels_stand_beside_the_reference_in_every_part(cohort_dir: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    said = train(cohort_dir, run, "labels=consensus")
    images = load_cohort(cohort_dir).images.set_index("image_id")["grade"]
    table = open_run(run, data=tmp_path).predictions
    assert set(table["split"]) == {"train", "validation", "test"}
    for row in table.itertuples():
        assert row.grade == images[row.image_id]
        assert int(row.label) == min(row.grade + 1, 3)
        assert row.label_from == "consensus"
    labels = facts_of(run)["labels"]
    assert (labels["source"], labels["soft_from"]) == ("consensus", "")
    assert labels["sha256"] == sha256_file(run / LABELS)
    assert labels["source_sha256"] == sha256_file(cohort_dir / "ratings.csv")
    for part in labels["parts"]:
        own = table[table["split"] == part["part"]]
        assert part["n_images"] == len(own)
        assert part["n_differ"] == (own["grade"] < 3).sum()
        assert part["n_patients"] == own["patient_id"].nunique()
        assert part["n_fallback"] == 0
        assert part_line(part) in said
    assert any("test fold" in line and "another label" in line for line in said)


def test_soft_labels_are_learnt_and_written_down(cohort_dir: Path, tmp_path: Path) -> None:
    for name, extra in (("soft", ["labels=soft"]), ("hard", ["labels=consensus"]), ("plain", [])):
        train(cohort_dir, tmp_path / name, *extra, split="three")
    hashes = {
        sha256_file(tmp_path / name / "folds" / "1" / "model" / "model.safetensors")
        for name in ("soft", "hard", "plain")
    }
    assert len(hashes) == 3
    table = pd.read_csv(tmp_path / "soft" / "predictions.csv")
    p = table[[f"label_p{grade}" for grade in range(4)]]
    assert p.sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-5)
    low = table[table["grade"] == 0]
    assert low["label_p0"].to_numpy() == pytest.approx(1 / 3, abs=1e-6)
    parts = facts_of(tmp_path / "soft")["labels"]["parts"]
    assert [part["fold"] for part in parts if part["part"] == "test"] == ["1", "2", "3", None]
    assert parts[-1]["n_images"] == 12


def test_a_run_goes_on_with_the_labels_it_began_with(
    cohort_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled = {"1": 3, "2": 3, "5": 2}
    monkeypatch.setattr(adjudication, "adjudicated_grades", lambda root: dict(settled))
    monkeypatch.setattr(run_progress, "LOOK_EVERY_S", 0.0)  # an epoch here is shorter than a look
    train(cohort_dir, tmp_path / "whole", "labels=adjudicated")
    run = tmp_path / "killed"

    def kill(line: str) -> None:
        if line.startswith("epoch   1"):
            (run / "cancel").touch()

    with pytest.raises(Cancelled):
        run_training(
            cohort_dir, "holdout", config=config("labels=adjudicated"), run_dir=run, say=kill
        )
    settled["7"] = 0  # somebody adjudicates meanwhile
    train(cohort_dir, run, "labels=adjudicated")
    one, other = (tmp_path / name for name in ("whole", "killed"))
    assert (one / LABELS).read_bytes() == (other / LABELS).read_bytes()
    assert (one / "predictions.csv").read_bytes() == (other / "predictions.csv").read_bytes()
    train(cohort_dir, tmp_path / "later", "labels=adjudicated")
    assert (tmp_path / "later" / LABELS).read_bytes() != (one / LABELS).read_bytes()
    assert same_recipe(facts_of(one), facts_of(other))
    assert not same_recipe(facts_of(one), facts_of(tmp_path / "later"))


def test_other_labels_are_another_run(cohort_dir: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    train(cohort_dir, run, "labels=soft")
    with pytest.raises(RunError, match="other config, cohort, split or labels"):
        train(cohort_dir, run, "labels=consensus")
    (run / LABELS).write_text("fold,split\n")  # damaged: worked out again, and the same
    train(cohort_dir, run, "labels=soft")
    assert sha256_file(run / LABELS) == facts_of(run)["labels"]["sha256"]


def test_a_run_of_before_there_were_labels_is_of_the_same_recipe(
    cohort_dir: Path, tmp_path: Path
) -> None:
    train(cohort_dir, tmp_path / "run", "epochs=1")
    now = facts_of(tmp_path / "run")
    before = facts_of(tmp_path / "run")
    del before["config"]["labels"], before["config"]["soft_from"]
    assert same_recipe(now, before)
    before["config"]["labels"] = "soft"
    assert not same_recipe(now, before)


def test_counts_and_reading_back(tmp_path: Path, cohort_dir: Path) -> None:
    from sgus.cohort.splits import load_split

    cohort = load_cohort(cohort_dir)
    folds = load_split(cohort, "three").folds
    labels = labels_of_run(tmp_path, cohort, folds, config=config("labels=soft"))
    assert labels is not None
    assert labels_of_run(tmp_path, cohort, folds, config=config()) is None
    labels.keep(tmp_path)
    read = read_labels(tmp_path / LABELS)
    pd.testing.assert_frame_equal(read, labels.table, check_dtype=False)
    assert part_counts(read) == part_counts(labels.table)
    with pytest.raises(RunError, match="cannot be read"):
        read_labels(tmp_path / "none.csv")
    (tmp_path / LABELS).write_text("fold,split\n1,test\n")
    with pytest.raises(RunError, match="there is no column"):
        read_labels(tmp_path / LABELS)
