from __future__ import annotations

import json
from pathlib import Path

import pytest

from sgus.core.errors import ModelError
from sgus.workflows.models import default_model, models_folder


def add(folder: Path, name: str, **facts: object) -> Path:
    (folder / name).mkdir()
    (folder / name / "model.json").write_text(json.dumps({"name": name, **facts}))
    return folder / name


def test_default_model__is_the_one_that_is_there(model_dir: Path) -> None:
    assert default_model(model_dir.parent) == model_dir


def test_default_model__is_never_one_of_phantoms(tmp_path: Path) -> None:
    add(tmp_path, "a-phantoms", synthetic=True)
    real = add(tmp_path, "b-real", synthetic=False)
    add(tmp_path, "c-phantoms", synthetic=True)
    assert default_model(tmp_path) == real


def test_default_model__asks_when_all_learnt_from_phantoms(tmp_path: Path) -> None:
    add(tmp_path, "phantoms", synthetic=True)
    with pytest.raises(ModelError, match=r"from simulated images only\. .*one of: phantoms"):
        default_model(tmp_path)


def test_default_model__asks_when_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"it holds no model.*with --model"):
        default_model(tmp_path)


def test_default_model__lists_the_real_ones_when_there_are_two(tmp_path: Path) -> None:
    for name in ("b", "a"):
        add(tmp_path, name)
    add(tmp_path, "phantoms", synthetic=True)
    with pytest.raises(ModelError, match=r"it holds 2 models.*one of: a, b\."):
        default_model(tmp_path)


def test_default_model__a_broken_description_is_a_sentence(tmp_path: Path) -> None:
    (add(tmp_path, "broken") / "model.json").write_text("{")
    with pytest.raises(ModelError, match=r"not valid JSON.*or name another with --model"):
        default_model(tmp_path)


def test_models_folder__can_be_named_by_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SGUS_MODELS", str(tmp_path))
    assert models_folder() == tmp_path
    monkeypatch.delenv("SGUS_MODELS")
    assert models_folder().name == "models"
