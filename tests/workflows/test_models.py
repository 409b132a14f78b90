from __future__ import annotations

from pathlib import Path

import pytest

from sgus.core.errors import ModelError
from sgus.workflows.models import models_folder, only_model


def test_only_model__is_the_one_that_is_there(model_dir: Path) -> None:
    assert only_model(model_dir.parent) == model_dir


def test_only_model__asks_when_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"it holds no model.*with --model"):
        only_model(tmp_path)


def test_only_model__lists_them_when_there_are_two(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.json").write_text("{}")
    with pytest.raises(ModelError, match=r"it holds 2 models.*one of: a, b"):
        only_model(tmp_path)


def test_models_folder__can_be_named_by_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SGUS_MODELS", str(tmp_path))
    assert models_folder() == tmp_path
    monkeypatch.delenv("SGUS_MODELS")
    assert models_folder().name == "models"
