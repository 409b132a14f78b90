from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sgus.core.errors import ModelError
from sgus.ui.models import judged, list_models, read_facts, value_text

FIGURE = {
    "figure": "quadratic_kappa", "scope": "four_grades", "grade": None, "subset": None,
    "where": "patient-grouped 5-fold", "value": 0.714, "low": 0.62, "high": 0.79,
    "n_images": 172, "n_patients": 80, "interval": "patient bootstrap",
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


def test_value_text__has_the_interval_or_the_reason() -> None:
    assert value_text(FIGURE) == "0.71 [0.62, 0.79]"
    assert value_text({**FIGURE, "low": None}) == "0.71"
    assert value_text({**FIGURE, "value": None, "reason": "one class only"}) == "one class only"


def test_judged__groups_the_first_figures_by_how_they_were_come_by(tmp_path: Path) -> None:
    figures = [
        {**FIGURE, "figure": "accuracy", "scope": "stage1", "value": 0.8},
        {**FIGURE, "figure": "accuracy", "grade": 1},
        {**FIGURE, "figure": "accuracy", "scope": "stage2a", "subset": "truth"},
        FIGURE,
        {**FIGURE, "where": "each of 3 centres left out", "value": None, "reason": "no"},
    ]
    facts = read_facts(model(tmp_path, "a", figures=figures, training={"patient_unit": "patient"}))
    first, second = judged(facts)
    assert first.how == "Patient-grouped 5-fold: 172 images, 80 patients"
    assert first.lines == (
        "Quadratic-weighted kappa 0.71 [0.62, 0.79]",
        "Accuracy, 0/1 v 2/3 0.80 [0.62, 0.79]",
    )
    assert second.lines == ("Quadratic-weighted kappa no",)


def test_judged__groups_are_never_called_patients(tmp_path: Path) -> None:
    training = {"patient_unit": "grouping key"}
    facts = read_facts(model(tmp_path, "a", figures=[FIGURE], training=training))
    assert judged(facts)[0].how.endswith("172 images, 80 groups")


def test_judged__nothing_without_figures(tmp_path: Path) -> None:
    assert judged(read_facts(model(tmp_path, "a"))) == []
