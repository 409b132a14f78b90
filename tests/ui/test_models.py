from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sgus.core.errors import ModelError
from sgus.ui.models import figure_text, key_figures, list_models, read_facts

FIGURE = {
    "figure": "quadratic_kappa", "scope": "four_grades", "grade": None, "where": "kfold",
    "subset": "test", "value": 0.714, "low": 0.62, "high": 0.79, "n_images": 172,
    "n_patients": 80, "interval": "patient bootstrap",
}  # fmt: skip


def model(root: Path, name: str, **info: Any) -> Path:
    directory = root / name
    directory.mkdir(parents=True)
    (directory / "model.json").write_text(json.dumps({"name": name, **info}))
    (directory / "model.safetensors").write_bytes(b"weights")
    return directory


def test_list_models__reads_each_and_names_the_broken(tmp_path: Path) -> None:
    model(tmp_path, "b")
    model(tmp_path, "a")
    (model(tmp_path, "half") / "model.safetensors").unlink()
    (model(tmp_path, "garbled") / "model.json").write_text("{")
    (tmp_path / "notes").mkdir()
    models, problems = list_models(tmp_path)
    assert [facts.name for facts in models] == ["a", "b"]
    garbled, half = problems
    assert "not valid JSON" in garbled
    assert "half: the model is not complete" in half


def test_list_models__none_is_none(tmp_path: Path) -> None:
    assert list_models(tmp_path / "nowhere") == ([], [])


def test_fingerprint__changes_with_weights_and_description(tmp_path: Path) -> None:
    directory = model(tmp_path, "a")
    before = read_facts(directory).fingerprint
    assert read_facts(directory).fingerprint == before
    (directory / "model.safetensors").write_bytes(b"others!!")
    weights = read_facts(directory).fingerprint
    (directory / "model.json").write_text('{"name": "b"}')
    assert len({before, weights, read_facts(directory).fingerprint}) == 3


def test_read_facts__a_list_is_no_description(tmp_path: Path) -> None:
    directory = model(tmp_path, "a")
    (directory / "model.json").write_text("[]")
    with pytest.raises(ModelError, match="not complete"):
        read_facts(directory)


def test_figure_text__has_interval_and_n() -> None:
    text = figure_text(FIGURE)
    assert text == "quadratic kappa 0.71 [0.62, 0.79], kfold, 172 images, 80 patients"


def test_figure_text__gives_the_reason_for_none() -> None:
    text = figure_text({**FIGURE, "value": None, "reason": "one class only"})
    assert text == "quadratic kappa: one class only"


def test_key_figures__leaves_grades_and_other_scopes_out(tmp_path: Path) -> None:
    figures = [
        FIGURE,
        {**FIGURE, "grade": 1},
        {**FIGURE, "scope": "stage2a"},
        {**FIGURE, "figure": "accuracy", "scope": "stage1"},
    ]
    facts = read_facts(model(tmp_path, "a", figures=figures))
    assert [line.split(":")[0] for line in key_figures(facts)] == [
        "Four grades",
        "Stage 1, 0/1 v 2/3",
    ]
