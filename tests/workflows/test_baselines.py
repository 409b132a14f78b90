from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sgus.core.errors import CohortError, RunError
from sgus.report.compare import compare_runs
from sgus.report.evaluation import evaluate_predictions
from sgus.workflows.baselines import read_baselines, run_baselines
from sgus.workflows.evaluating import read_predictions
from tests.finished_run import save_cohort, save_run


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_cohort(tmp_path_factory.mktemp("data") / "made-up", n_patients=8, pictures=True)


@pytest.fixture(autouse=True)
def installed(cohort: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SGUS_DATA", str(cohort.parent))


@pytest.fixture(scope="module")
def holdout(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    run = save_run(tmp_path_factory.mktemp("runs") / "one", cohort, evaluated=False)
    return run, run_baselines(run, cohort=cohort, n_resamples=60, say=lambda line: None)


def test_each_baseline_is_judged_as_a_run_is(holdout: tuple[Path, dict]) -> None:
    run, report = holdout
    assert json.loads((run / "baselines.json").read_text()) == report
    table = read_predictions(run / "baselines.csv")
    for name in ("majority", "texture"):
        own = table[table["baseline"] == name]
        oracle = evaluate_predictions(own, n_resamples=60)
        found = [row for row in report["figures"] if row["baseline"] == name]
        assert [{k: v for k, v in row.items() if k != "baseline"} for row in found] == oracle[
            "figures"
        ]
    assert [part["where"] for part in report["parts"]] == ["test", "validation"]


def test_the_majority_is_that_of_the_training_part_only(holdout: tuple[Path, dict]) -> None:
    run, _ = holdout
    own = read_predictions(run / "predictions.csv")
    shares = (
        own.loc[own["split"] == "train", "grade"].value_counts(normalize=True).reindex(list("0123"))
    )
    table = read_predictions(run / "baselines.csv")
    answers = table.loc[table["baseline"] == "majority", ["p0", "p1", "p2", "p3"]].astype(float)
    np.testing.assert_allclose(answers, [shares.fillna(0.0)] * len(answers), atol=1e-6)
    asked = own[own["split"] != "train"]
    for name in ("majority", "texture"):
        mine = table[table["baseline"] == name]
        assert set(zip(mine["image_id"], mine["split"], mine["grade"], strict=True)) == set(
            zip(asked["image_id"], asked["split"], asked["grade"], strict=True)
        )


def test_the_differences_are_those_of_two_runs_on_the_same_resamples(
    holdout: tuple[Path, dict],
) -> None:
    run, report = holdout
    table = read_predictions(run / "baselines.csv")
    own = read_predictions(run / "predictions.csv")
    texture = table[table["baseline"] == "texture"]
    oracle = compare_runs({"model": own, "texture": texture}, n_resamples=60)["differences"]
    assert [row for row in report["differences"] if row["second"] == "texture"] == oracle
    assert {row["first"] for row in report["differences"]} == {"model"}
    assert oracle[0]["value"] == pytest.approx(
        oracle[0]["first_value"] - oracle[0]["second_value"], abs=1e-12
    )


def test_several_folds_learn_each_from_their_own_training_part(
    cohort: Path, tmp_path: Path
) -> None:
    run = save_run(tmp_path / "folds", cohort, folds=4, evaluated=False)
    report = run_baselines(run, n_resamples=60, say=lambda line: None)
    table = read_predictions(run / "baselines.csv")
    majority = table[table["baseline"] == "majority"]
    assert sorted(majority["image_id"]) == sorted(
        read_predictions(run / "predictions.csv")["image_id"]
    )
    for name, rows in majority.groupby("fold"):
        fold = read_predictions(run / "folds" / str(name) / "predictions.csv")
        train = fold[fold["split"] == "train"]
        share = (train["grade"] == "0").mean()
        assert set(rows["p0"].astype(float)) == {round(share, 6)}
    assert report["parts"][0]["where"] == "test"


def test_a_second_time_gives_the_same_bytes(holdout: tuple[Path, dict], cohort: Path) -> None:
    run, _ = holdout
    first = [(run / name).read_bytes() for name in ("baselines.json", "baselines.csv")]
    run_baselines(run, n_resamples=60, say=lambda line: None)
    assert first == [(run / name).read_bytes() for name in ("baselines.json", "baselines.csv")]


def test_baselines_of_other_predictions_are_not_shown(cohort: Path, tmp_path: Path) -> None:
    run = save_run(tmp_path / "run", cohort, evaluated=False)
    assert read_baselines(run) is None
    (run / "baselines.json").write_text('{"kind": "baselines", "predictions_sha256": "other"}')
    assert read_baselines(run) is None
    (run / "baselines.json").write_text("[]")
    with pytest.raises(RunError, match="does not describe baselines"):
        read_baselines(run)


def test_what_cannot_be_done_is_one_sentence(cohort: Path, tmp_path: Path) -> None:
    run = save_run(tmp_path / "run", cohort, evaluated=False)
    other = save_cohort(tmp_path / "other", n_patients=4)
    with pytest.raises(RunError, match="another manifest"):
        run_baselines(run, cohort=other, say=print)
    strange = save_run(tmp_path / "strange", cohort, evaluated=False, manifest_hash="ff")
    with pytest.raises(RunError, match="Name the cohort's directory with --cohort"):
        run_baselines(strange, say=print)
    table = pd.read_csv(run / "predictions.csv")
    table[table["split"] == "test"].to_csv(run / "predictions.csv", index=False)
    with pytest.raises(RunError, match="no training image"):
        run_baselines(run, say=print)
    with pytest.raises((RunError, CohortError)):
        run_baselines(tmp_path / "nothing", say=print)


def test_a_run_without_test_images_has_figures_and_no_differences(
    cohort: Path, tmp_path: Path
) -> None:
    run = save_run(tmp_path / "run", cohort, evaluated=False)
    table = pd.read_csv(run / "predictions.csv")
    table[table["split"] != "test"].to_csv(run / "predictions.csv", index=False)
    report = run_baselines(run, n_resamples=60, say=lambda line: None)
    assert report["differences"] == []
    assert report["reason"] == "the run has no test images"
    assert {row["where"] for row in report["figures"]} == {"validation"}
