"""The models that come with the program."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from sgus.core.errors import ModelError
from sgus.core.files import read_json

_MODELS: Final = Path(__file__).resolve().parents[2] / "models"


def models_folder() -> Path:
    """Folder of the model directories: `SGUS_MODELS`, else `models/` of this installation."""
    return Path(os.environ.get("SGUS_MODELS") or _MODELS)


def default_model(folder: Path) -> Path:
    """The model directory to use when none is named: the only one that learnt from real images.

    A model trained on simulated images alone is never chosen for anybody.

    Raises:
        ModelError: There is no such model, or a choice has to be made.
    """
    found = sorted(path.parent for path in folder.glob("*/model.json"))
    real = [directory for directory in found if not _is_synthetic(directory)]
    if len(real) == 1:
        return real[0]
    if real:
        cause = f"it holds {len(real)} models that learnt from real images"
    elif found:
        cause = "all its models learnt from simulated images only"
    else:
        cause = "it holds no model"
    names = ", ".join(path.name for path in real or found)
    choice = f", one of: {names}" if names else ""
    raise ModelError(folder, cause, f"Name a model directory with --model{choice}")


def _is_synthetic(directory: Path) -> bool:
    step = "Copy the whole model directory again, or name another with --model"
    info = read_json(directory / "model.json", ModelError, next_step=step)
    return isinstance(info, dict) and info.get("synthetic") is True
