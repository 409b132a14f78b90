from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from sgus.core.errors import ModelError, RunError
from sgus.images.geometry import PREPARE_VERSION
from sgus.nn.model_files import load_model
from sgus.workflows.publishing import publish_model

MANIFEST = "ab" * 32


def figure(name: str, value: float | None, **more: object) -> dict[str, object]:
    return {
        "figure": name, "scope": "four_grades", "grade": None, "where": "test", "subset": None,
        "value": value, "low": None if value is None else value - 0.1,
        "high": None if value is None else value + 0.1, "n_images": 172, "n_patients": 81,
        "interval": None, "reason": None if value is not None else "no image of grade 1",
        **more,
    }  # fmt: skip


def make_run(directory: Path, *, scheme: str, folds: int, **facts: object) -> Path:
    directory.mkdir()
    run = {
        "scheme": scheme, "split": scheme, "folds": [str(n) for n in range(folds)],
        "config": {"network": {"backbone": "tiny"}, "epochs": 2, "patience": 5},
        "manifest_hash": MANIFEST,
        **facts,
    }  # fmt: skip
    (directory / "run.json").write_text(json.dumps(run))
    return directory


@pytest.fixture
def judge(make_network, make_model) -> Callable[..., Path]:
    """Writes an evaluated run with one of its models."""

    def write(
        directory: Path, figures: list[dict[str, object]], prepared: int = PREPARE_VERSION,
        **facts: object,
    ) -> Path:  # fmt: skip
        make_run(directory, **{"scheme": "kfold", "folds": 5, **facts})
        left_out = [{"where": "train", "rows": 9}]
        if facts.get("scheme") == "holdout":
            left_out.append({"where": "validation", "rows": 4})
        report = {"figures": figures, "parts": [{"where": "test"}], "left_out": left_out}
        (directory / "report.json").write_text(json.dumps(report))
        make_model(directory / "folds" / "1" / "model", make_network(), prepare_version=prepared)
        return directory

    return write


@pytest.fixture
def trained(tmp_path: Path, make_network, make_model) -> Path:
    run = make_run(tmp_path / "final", scheme="everything", folds=1)
    network = make_network()
    training = {
        "cohort": {"name": "Study", "source": "two clinics", "terms": "research"},
        "config": {"network": network.spec.model_dump()}, "n_images": 172,
        "patient_unit": "grouping key", "split": "everything",
    }  # fmt: skip
    make_model(run / "model", network, training=training, licence_notes="research")
    return run


def test_the_card_carries_the_figures_of_the_judging_runs(
    trained: Path, judge, tmp_path: Path
) -> None:
    folds = judge(
        tmp_path / "cv",
        [figure("accuracy", 0.612), figure("accuracy", 0.9, where="test fold 1"),
         figure("recall", None, grade=1)],
    )  # fmt: skip
    centres = judge(
        tmp_path / "loco", [figure("accuracy", 0.437)], scheme="leave-one-centre-out",
        folds=3,
    )  # fmt: skip
    out = tmp_path / "models" / "first"
    info = publish_model(trained, [folds, centres], name="first", out=out)
    assert [(f["where"], f["value"]) for f in info.figures] == [
        ("patient-grouped 5-fold", 0.612),
        ("patient-grouped 5-fold", None),
        ("each of 3 centres left out", 0.437),
    ]
    card = (out / "README.md").read_text()
    assert "### Patient-grouped 5-fold" in card
    assert "| Accuracy, four grades | 0.61 (0.51 to 0.71) | 172 | 81 |" in card
    assert "| Accuracy, four grades | 0.44 (0.34 to 0.54) | 172 | 81 |" in card
    assert "| Recall, grade 1 | not computed (no image of grade 1) | 172 | 81 |" in card
    assert "bootstrap over groups" in card
    assert "patients |" not in card
    assert "Diagnosis, treatment or follow-up" in card
    assert "learnt from all images, so it has no test images of its own" in card
    assert "chose the epoch" not in card


def test_the_card_says_how_the_judges_differ_from_the_model(
    trained: Path, judge, tmp_path: Path
) -> None:
    folds = judge(tmp_path / "cv", [figure("accuracy", 0.6)])
    held = judge(tmp_path / "held", [figure("accuracy", 0.5)], scheme="holdout", folds=1)
    publish_model(trained, [folds, held], name="first", out=tmp_path / "new")
    card = (tmp_path / "new" / "README.md").read_text()
    assert "chose the epoch of the models judged by test part of a holdout;" in card


def test_the_card_of_a_model_of_one_part_does_not_claim_all_images(
    trained: Path, judge, tmp_path: Path
) -> None:
    path = trained / "model" / "model.json"
    facts = json.loads(path.read_text())
    facts["training"]["split"] = "holdout"
    path.write_text(json.dumps(facts))
    folds = judge(tmp_path / "cv", [figure("accuracy", 0.6)])
    publish_model(trained, [folds], name="first", out=tmp_path / "new")
    card = (tmp_path / "new" / "README.md").read_text()
    assert "learnt from the training part of the split holdout." in card
    assert "all images" not in card


def test_the_published_network_is_the_trained_one(trained: Path, judge, tmp_path: Path) -> None:
    folds = judge(tmp_path / "cv", [figure("accuracy", 0.6)])
    out = tmp_path / "models" / "first"
    publish_model(trained, [folds], name="first", out=out)
    x = torch.randn(2, 1, 48, 64)
    with torch.inference_mode():
        p = [
            model.probabilities(model(x)).numpy()
            for model in (load_model(out).network, load_model(trained / "model").network)
        ]
    np.testing.assert_allclose(*p, atol=2e-3)
    assert (out / "model.safetensors").stat().st_size < 0.6 * (
        trained / "model" / "model.safetensors"
    ).stat().st_size


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"config": {"epochs": 3}}, r"made with another config \(epochs, network, patience\)"),
        ({"manifest_hash": "cd" * 32}, "made with another cohort"),
        ({"prepared": PREPARE_VERSION - 1}, "prepared by another version"),
    ],
)
def test_a_run_of_another_recipe_is_no_judge(
    trained: Path, judge, tmp_path: Path, facts: dict[str, object], text: str
) -> None:
    other = judge(tmp_path / "cv", [figure("accuracy", 0.6)], **facts)
    with pytest.raises(RunError, match=text):
        publish_model(trained, [other], name="first", out=tmp_path / "models" / "first")
    assert not (tmp_path / "models").exists()


def test_nothing_is_published_without_figures_or_over_another_model(
    trained: Path, judge, tmp_path: Path
) -> None:
    with pytest.raises(RunError, match="no run judges this model"):
        publish_model(trained, [], name="first", out=tmp_path / "new")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "model.json").write_text("{}")
    folds = judge(tmp_path / "cv", [figure("accuracy", 0.6)])
    with pytest.raises(RunError, match="not empty"):
        publish_model(trained, [folds], name="first", out=tmp_path / "taken")


def test_a_report_without_test_images_and_a_scheme_told_twice_are_refused(
    trained: Path, judge, tmp_path: Path
) -> None:
    one, other = (judge(tmp_path / name, [figure("accuracy", 0.6)]) for name in ("a", "b"))
    with pytest.raises(RunError, match=r"the same scheme \(patient-grouped 5-fold\)"):
        publish_model(trained, [one, other], name="first", out=tmp_path / "new")
    bare = judge(tmp_path / "c", [figure("accuracy", 0.6, where="validation")])
    with pytest.raises(RunError, match="no figure of test images"):
        publish_model(trained, [bare], name="first", out=tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["../elsewhere", "a/b", "", ".hidden"])
def test_a_name_that_is_no_directory_is_refused(trained: Path, judge, tmp_path: Path, name) -> None:
    folds = judge(tmp_path / "cv", [figure("accuracy", 0.6)])
    with pytest.raises(ModelError, match="cannot be a model's name"):
        publish_model(trained, [folds], name=name, out=tmp_path / "new")


@pytest.mark.parametrize("content", ["[]", "{}", '{"config": 1}'])
def test_a_damaged_description_of_a_run_is_refused(
    trained: Path, judge, tmp_path: Path, content: str
) -> None:
    folds = judge(tmp_path / "cv", [figure("accuracy", 0.6)])
    (folds / "run.json").write_text(content)
    with pytest.raises(RunError, match=r"run\.json: this does not describe a run"):
        publish_model(trained, [folds], name="first", out=tmp_path / "new")


def test_settings_that_change_no_figure_may_differ(trained: Path, judge, tmp_path: Path) -> None:
    own = json.loads((trained / "run.json").read_text())["config"]
    config = {**own, "checkpoint_every_s": 0.0}
    folds = judge(tmp_path / "cv", [figure("accuracy", 0.6)], config=config)
    assert publish_model(trained, [folds], name="first", out=tmp_path / "new").figures
