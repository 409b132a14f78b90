from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from sgus.core.errors import ModelError, RunError
from sgus.core.files import read_json
from sgus.images.geometry import PREPARE_VERSION
from sgus.train.config import PRESETS, TrainConfig, make_config
from sgus.workflows.publish_plan import can_publish, final_training, publish_run
from tests.finished_run import save_cohort, save_run


def _with_model(run: Path, place: Path, make_network, make_model) -> None:
    facts = json.loads((run / "run.json").read_text())
    network = make_network()
    config = {**facts["config"], "network": network.spec.model_dump()}
    training = {
        "cohort": facts["cohort"], "config": config, "n_images": 60,
        "patient_unit": "patient", "split": facts["split"],
    }  # fmt: skip
    make_model(place, network, training=training, synthetic=True, prepare_version=PREPARE_VERSION)


@pytest.fixture
def runs(tmp_path: Path, make_network, make_model) -> Path:
    """`runs/one` (holdout, with its model) and `runs/folds`, evaluated."""
    cohort = save_cohort(tmp_path / "data" / "made-up")
    one = save_run(tmp_path / "runs" / "one", cohort)
    _with_model(one, one / "model", make_network, make_model)
    folds = save_run(tmp_path / "runs" / "folds", cohort, folds=2)
    for fold in ("1", "2"):
        _with_model(folds, folds / "folds" / fold / "model", make_network, make_model)
    return tmp_path / "runs"


def _everything(runs: Path, make_network, make_model, **facts: object) -> Path:
    run = runs / "final"
    run.mkdir()
    said = json.loads((runs / "folds" / "run.json").read_text())
    said |= {"scheme": "everything", "split": "everything", "folds": ["everything"], **facts}
    (run / "run.json").write_text(json.dumps(said))
    (run / "status.json").write_text('{"state": "done"}')
    _with_model(run, run / "model", make_network, make_model)
    return run


def test_a_holdout_run_is_judged_by_itself(runs: Path, tmp_path: Path) -> None:
    plan = can_publish(runs / "one")
    assert (plan.possible, plan.model_run, plan.judged_by) == (True, runs / "one", (runs / "one",))
    info = publish_run(plan, name="first", models=tmp_path / "models")
    report = read_json(runs / "one" / "report.json", RunError, next_step="")
    of_test = [figure for figure in report["figures"] if figure["where"] == "test"]
    assert [one["value"] for one in info.figures] == [one["value"] for one in of_test]
    card = (tmp_path / "models" / "first" / "README.md").read_text()
    assert "SYNTHETIC PHANTOM" in card
    assert "learnt from the training part of the split holdout" in card
    accuracy = next(one for one in of_test if one["figure"] == "accuracy")
    assert f"| Accuracy, four grades | {accuracy['value']:.2f} (" in card
    with pytest.raises(RunError, match="not empty"):
        publish_run(plan, name="first", models=tmp_path / "models")


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".x"])
def test_a_name_that_is_no_directory_is_refused(runs: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match="cannot be a model's name"):
        publish_run(can_publish(runs / "one"), name=name, models=tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_what_stands_in_the_way_is_never_replaced(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "taken").write_text("mine")
    with pytest.raises(RunError, match="Choose another name"):
        publish_run(can_publish(runs / "one"), name="taken", models=tmp_path / "models")
    assert (tmp_path / "models" / "taken").read_text() == "mine"


def test_a_run_in_folds_needs_one_on_everything_and_says_how(runs: Path) -> None:
    plan = can_publish(runs / "folds")
    assert not plan.possible
    assert "made 2 models, one a fold" in plan.reasons[0]
    assert plan.training is not None
    command = plan.training.command("data/made-up")
    assert command == "python -m sgus train data/made-up --split everything --preset quick"
    with pytest.raises(RunError, match="made 2 models"):
        publish_run(plan, name="first")


def test_a_run_in_folds_judges_the_one_on_everything(
    runs: Path, tmp_path: Path, make_network, make_model
) -> None:
    final = _everything(runs, make_network, make_model)
    plan = can_publish(runs / "folds")
    assert (plan.model_run, plan.judged_by) == (final, (runs / "folds",))
    info = publish_run(plan, name="whole", models=tmp_path / "models")
    assert {one["where"] for one in info.figures} == {"patient-grouped 2-fold"}
    plan = can_publish(final)
    assert plan.judged_by == (runs / "folds", runs / "one")


@pytest.mark.parametrize(
    "facts", [{"manifest_hash": "ff"}, {"config": {"epochs": 1}}], ids=["cohort", "config"]
)
def test_another_recipe_or_cohort_is_not_taken(
    runs: Path, make_network, make_model, facts: dict[str, object]
) -> None:
    final = _everything(runs, make_network, make_model, **facts)
    assert can_publish(runs / "folds").model_run is None
    plan = can_publish(final)
    assert not plan.possible
    assert "none left to be judged by" in plan.reasons[0]


def test_reasons(runs: Path, tmp_path: Path) -> None:
    assert "not a finished run" in can_publish(tmp_path / "nothing").reasons[0]
    (runs / "one" / "status.json").write_text('{"state": "running"}')
    assert "not a finished run" in can_publish(runs / "one").reasons[0]
    (runs / "one" / "status.json").write_text('{"state": "done"}')
    shutil.rmtree(runs / "one" / "model")
    assert "not there any more" in can_publish(runs / "one").reasons[0]
    (runs / "one" / "report.json").unlink()
    assert "no figures of test images" in can_publish(runs / "one").reasons[0]


@pytest.mark.parametrize("preset", list(PRESETS))
def test_the_training_named_is_that_of_the_config(preset: str) -> None:
    changed = make_config(preset, settings=["epochs=7", "seed=3", "network.dropout=0.2"])
    said = final_training(changed.model_dump(mode="json"))
    settings = [f"{key}={json.dumps(value)}" for key, value in said.settings.items()]
    again = make_config(said.preset, settings=settings)
    assert again == changed
    assert len(settings) <= 3
    words = said.command("data/x").split(" --set ")[1:]
    assert make_config(said.preset, settings=words) == changed
    assert isinstance(again, TrainConfig)
