from __future__ import annotations

import json
from pathlib import Path

import pytest

from sgus.train.config import TrainConfig, make_config
from sgus.train.speed import Speeds
from sgus.workflows import duration
from sgus.workflows.duration import CALIBRATION, FoldSize, calibrated, conditions, estimate_seconds

SPEEDS = Speeds(
    preparing=1.0, features=0.25, training=0.5, validating=0.125, predicting=2.0, fold=10.0
)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[TrainConfig]:
    """Configs that a measurement was made for."""
    made: list[TrainConfig] = []

    def measure(config: TrainConfig) -> Speeds:
        made.append(config)
        return SPEEDS

    monkeypatch.setattr(duration, "measure_speeds", measure)
    monkeypatch.setattr(duration.os, "cpu_count", lambda: 2)
    return made


def test_an_estimate_adds_up_what_every_fold_does(
    measured: list[TrainConfig], tmp_path: Path
) -> None:
    config = make_config("short", settings=["epochs=10", "patience=4"])
    folds = [FoldSize(train=100, validation=20, test=30), FoldSize(train=80, validation=0, test=40)]
    found = estimate_seconds(config, folds, runs=tmp_path, n_to_prepare=150)
    first, second = 100 * 0.5 + 20 * 0.125, 80 * 0.5
    assert found.parts == {
        "preparing": 150 * 1.0 / 2,
        "features": 20 + (2 * 100 + 20 + 2 * 80) * 0.25,
        "training": 10 * (first + second),
        "predicting": 20 + (150 + 120) * 2.0,
    }
    assert found.seconds == pytest.approx(sum(found.parts.values()))
    # Only the fold with a validation part can stop early: after the first epoch and four more.
    assert found.seconds - found.shortest == pytest.approx(5 * first)


def test_mirror_images_double_the_features_of_the_training_part(
    measured: list[TrainConfig], tmp_path: Path
) -> None:
    folds = [FoldSize(train=100, validation=20, test=0)]
    seconds = [
        estimate_seconds(
            make_config("quick", settings=[f"augment.flip={flip}"]), folds, runs=tmp_path
        ).parts["features"]
        for flip in (0, 0.5)
    ]
    assert seconds[1] - seconds[0] == 100 * 0.25


def test_a_machine_is_measured_once_for_each_kind_of_config(
    measured: list[TrainConfig], tmp_path: Path
) -> None:
    quick = make_config("quick", settings=[])
    assert calibrated(quick, runs=tmp_path) == SPEEDS
    same = make_config("quick", settings=["epochs=7", "learning_rate=0.1", "seed=3"])
    assert calibrated(same, runs=tmp_path) == SPEEDS
    assert len(measured) == 1
    calibrated(make_config("short", settings=[]), runs=tmp_path)
    calibrated(quick.model_copy(update={"threads": 3}), runs=tmp_path)
    calibrated(quick.model_copy(update={"batch_size": 8}), runs=tmp_path)
    assert len(measured) == 4
    kept = json.loads((tmp_path / CALIBRATION).read_text())
    assert len(kept) == 4
    assert all(entry["seconds"] == SPEEDS.model_dump() for entry in kept.values())
    assert {entry["conditions"]["trains"] for entry in kept.values()} == {"head", "last_block"}


@pytest.mark.parametrize("content", ["", "[]", "{", '{"KEY": {"seconds": {"training": "x"}}}'])
def test_a_damaged_calibration_is_made_anew(
    content: str, measured: list[TrainConfig], tmp_path: Path
) -> None:
    config = make_config("quick", settings=[])
    calibrated(config, runs=tmp_path)
    path = tmp_path / CALIBRATION
    key = next(iter(json.loads(path.read_text())))
    path.write_text(content.replace("KEY", key))
    assert calibrated(config, runs=tmp_path) == SPEEDS
    assert len(measured) == 2
    assert json.loads(path.read_text())[key]["seconds"] == SPEEDS.model_dump()


def test_the_conditions_name_processor_threads_torch_and_network() -> None:
    found = conditions(make_config("laptop", settings=["threads=3", "precision=float32"]))
    assert found["threads"] == 3
    assert found["precision"] == "float32"
    assert found["network"]["backbone"] == "tiny"
    assert found["processor"]
    assert found["torch"]
