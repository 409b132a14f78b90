from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from sgus.core.errors import CohortError, ConfigError, RunError, SplitError
from sgus.core.files import sha256_file
from sgus.core.region import Region
from sgus.images.decode import read_image
from sgus.images.geometry import prepare
from sgus.nn.model_files import load_model
from sgus.report.predictions import check_predictions
from sgus.train.config import TrainConfig, make_config
from sgus.train.predict import predict_probabilities
from sgus.train.pulse import Cancelled
from sgus.workflows.evaluating import evaluate_run
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
    out: Path = import_study()
    split_cohort(out, "kfold", n_folds=3, validation_fraction=0.0, name="three")
    split_cohort(out, "holdout", fractions=(0.5, 0.25, 0.25))
    return out


def train(cohort_dir: Path, split: str, run_dir: Path, *settings: str) -> pd.DataFrame:
    said: list[str] = []
    result = run_training(
        cohort_dir, split, config=config(*settings), run_dir=run_dir, say=said.append
    )
    assert said
    return result.predictions


def test_every_image_is_tested_once_over_the_folds(cohort_dir: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    table = train(cohort_dir, "three", run)
    arithmetic = json.loads((run / "run.json").read_text())["arithmetic"]
    assert arithmetic == {"precision": "float32", "threads": 1}
    assert sorted(table["image_id"]) == sorted(set(table["image_id"]))
    assert len(table) == 12
    assert set(table["split"]) == {"test"}
    check_predictions(pd.read_csv(run / "predictions.csv", dtype=str, keep_default_na=False))
    assert sorted(entry.name for entry in (run / "folds").iterdir()) == ["1", "2", "3"]
    assert json.loads((run / "status.json").read_text())["state"] == "done"
    report = evaluate_run(run, n_resamples=50)
    assert report["parts"][0]["n_images"] == 12


def test_a_table_cut_after_the_run_is_refused(cohort_dir: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    train(cohort_dir, "three", run)
    path = run / "predictions.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-2]))
    with pytest.raises(RunError, match="not the one the run wrote"):
        evaluate_run(run, n_resamples=50)
    path.unlink()
    assert len(train(cohort_dir, "three", run)) == 12
    assert evaluate_run(run, n_resamples=50)["parts"][0]["n_images"] == 12


def test_the_table_is_what_the_stored_model_says(cohort_dir: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    table = train(cohort_dir, "holdout", run, "half=true").set_index("image_id")
    network = load_model(run / "model").network
    images = pd.read_csv(cohort_dir / "images.csv", dtype={"image_id": str})
    for row in images.itertuples():
        pixels = read_image(cohort_dir / row.path).pixels
        seen = prepare(pixels, Region.parse(row.region), height=48, width=64).pixels
        p, stages = predict_probabilities(network, torch.from_numpy(seen.copy())[None, None])
        expected = table.loc[row.image_id]
        np.testing.assert_allclose(
            p[0], expected[["p0", "p1", "p2", "p3"]].to_numpy(float), atol=1e-5
        )
        assert stages[0, 0] == pytest.approx(expected["p_stage1"], abs=1e-5)
        assert expected["predicted"] == p[0].argmax()


def test_one_seed_gives_the_same_weights_and_another_does_not(
    cohort_dir: Path, tmp_path: Path
) -> None:
    hashes = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        train(cohort_dir, "holdout", tmp_path / name, f"seed={seed}")
        hashes.append(sha256_file(tmp_path / name / "model" / "model.safetensors"))
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_finished_fold_is_not_trained_again(cohort_dir: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    first = train(cohort_dir, "three", run)
    (run / "predictions.csv").unlink()
    stamp = (run / "folds" / "2" / "model" / "model.safetensors").stat().st_mtime_ns
    again = train(cohort_dir, "three", run)
    assert (run / "folds" / "2" / "model" / "model.safetensors").stat().st_mtime_ns == stamp
    pd.testing.assert_frame_equal(first, again, check_dtype=False)


def test_everything_learns_from_all_and_is_not_evaluated(cohort_dir: Path, tmp_path: Path) -> None:
    table = train(cohort_dir, "everything", tmp_path / "run")
    assert set(table["split"]) == {"train"}
    info = load_model(tmp_path / "run" / "model").info
    assert info.training["n_images"] == 12
    assert info.training_sha256 == sorted(pd.read_csv(cohort_dir / "images.csv")["sha256"])
    with pytest.raises(RunError, match="neither a test row"):
        evaluate_run(tmp_path / "run")


def test_another_run_in_the_directory_is_left_alone(cohort_dir: Path, tmp_path: Path) -> None:
    train(cohort_dir, "holdout", tmp_path / "run")
    before = (tmp_path / "run" / "predictions.csv").read_bytes()
    with pytest.raises(RunError, match="another run is in this directory"):
        train(cohort_dir, "holdout", tmp_path / "run", "epochs=3")
    assert (tmp_path / "run" / "predictions.csv").read_bytes() == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(RunError, match="the directory is not empty"):
        train(cohort_dir, "holdout", tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_a_failure_is_written_down(cohort_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="neither our own nor timm"):
        train(cohort_dir, "holdout", tmp_path / "run", "network.backbone=resnet17")
    status = json.loads((tmp_path / "run" / "status.json").read_text())
    assert status["state"] == "failed"
    assert "resnet17" in status["reason"]
    train(cohort_dir, "holdout", tmp_path / "run")  # nothing was lost, so the place is free
    assert json.loads((tmp_path / "run" / "status.json").read_text())["state"] == "done"


def test_what_was_said_is_in_the_log(cohort_dir: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    said: list[str] = []
    for _ in range(2):  # the second time everything is done already, and that is said
        run_training(cohort_dir, "holdout", config=config(), run_dir=run, say=said.append)
    assert (run / "log.txt").read_text(encoding="utf-8").splitlines() == said
    assert "fold holdout: already done" in said


def test_a_run_at_work_is_not_disturbed(cohort_dir: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    refused: list[str] = []

    def second(line: str) -> None:
        if line.startswith("epoch"):
            before = (run / "status.json").read_bytes()
            with pytest.raises(RunError, match="another process is at work here") as error:
                train(cohort_dir, "holdout", run)
            assert (run / "status.json").read_bytes() == before
            refused.append(str(error.value))

    run_training(cohort_dir, "holdout", config=config(), run_dir=run, say=second)
    assert len(refused) == 2
    assert json.loads((run / "status.json").read_text())["state"] == "done"


def test_images_prepared_in_another_way_are_not_mixed(
    cohort_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    train(cohort_dir, "three", run)
    monkeypatch.setattr("sgus.workflows.training.PREPARE_VERSION", 10**6)
    with pytest.raises(RunError, match="prepared its images in another way"):
        train(cohort_dir, "three", run)


def test_a_bug_is_not_called_an_interruption(cohort_dir: Path, tmp_path: Path) -> None:
    def say(line: str) -> None:
        raise ZeroDivisionError("on purpose")

    with pytest.raises(ZeroDivisionError):
        run_training(cohort_dir, "holdout", config=config(), run_dir=tmp_path / "run", say=say)
    status = json.loads((tmp_path / "run" / "status.json").read_text())
    reason = "ZeroDivisionError: on purpose"
    assert status == {"state": "failed", "reason": reason, "attempt": None}


def test_a_changed_cohort_is_refused(cohort_dir: Path, tmp_path: Path) -> None:
    path = cohort_dir / "images.csv"
    images = pd.read_csv(path, dtype=str, keep_default_na=False)
    images.loc[0, "grade"] = "3"
    images.to_csv(path, index=False)
    with pytest.raises(SplitError, match="the cohort has changed since it was made"):
        train(cohort_dir, "holdout", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_run_on_other_grades_is_another_run(cohort_dir: Path, tmp_path: Path) -> None:
    train(cohort_dir, "everything", tmp_path / "run")
    path = cohort_dir / "images.csv"
    images = pd.read_csv(path, dtype=str, keep_default_na=False)
    images.loc[0, "grade"] = "3"
    images.to_csv(path, index=False)
    with pytest.raises(RunError, match="another run is in this directory"):
        train(cohort_dir, "everything", tmp_path / "run")


def test_two_files_exchanged_after_the_import_are_named(cohort_dir: Path, tmp_path: Path) -> None:
    one, other = (cohort_dir / "images" / name for name in ("1.png", "2.png"))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    with pytest.raises(CohortError, match=r"^1, 2: 2 files are not those that were imported"):
        train(cohort_dir, "holdout", tmp_path / "run")


def test_an_image_without_a_region_is_named(cohort_dir: Path, tmp_path: Path) -> None:
    path = cohort_dir / "images.csv"
    images = pd.read_csv(path, dtype=str, keep_default_na=False)
    images.loc[0, "region"] = ""
    images.to_csv(path, index=False)
    with pytest.raises(CohortError, match=rf"{images.loc[0, 'image_id']}.*no ultrasound region"):
        train(cohort_dir, "everything", tmp_path / "run")


def test_a_run_of_several_folds_stopped_in_each_has_the_curves_of_an_unbroken_one(
    cohort_dir: Path, tmp_path: Path
) -> None:
    whole, run = tmp_path / "whole", tmp_path / "run"
    train(cohort_dir, "three", whole)
    said: list[str] = []
    calls = iter(range(10**6))
    for _ in range(40):
        try:
            run_training(
                cohort_dir, "three", config=config(), run_dir=run, say=said.append,
                asked=lambda: next(calls) % 5 == 4,
            )  # fmt: skip
            break
        except Cancelled:
            assert json.loads((run / "status.json").read_text())["state"] == "interrupted"
    assert said.count("12 images prepared, 64 x 48") >= 3
    assert (run / "predictions.csv").read_bytes() == (whole / "predictions.csv").read_bytes()
    curves = [
        [
            {key: value for key, value in json.loads(line).items() if key != "images_per_s"}
            for line in (where / "metrics.jsonl").read_text().splitlines()
        ]
        for where in (run, whole)
    ]
    assert curves[0] == curves[1]
    assert [(line["fold"], line["epoch"]) for line in curves[0]] == [
        (fold, epoch) for fold in "123" for epoch in (1, 2)
    ]
