"""The models that come with the program."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from sgus.core.errors import ModelError

_MODELS: Final = Path(__file__).resolve().parents[2] / "models"


def models_folder() -> Path:
    """Folder of the model directories: `SGUS_MODELS`, else `models/` of this installation."""
    return Path(os.environ.get("SGUS_MODELS") or _MODELS)


def only_model(folder: Path) -> Path:
    """The model directory in `folder`, when there is exactly one.

    Raises:
        ModelError: There is none, or a choice has to be made.
    """
    found = sorted(path.parent for path in folder.glob("*/model.json"))
    if len(found) == 1:
        return found[0]
    cause = "it holds no model" if not found else f"it holds {len(found)} models"
    names = f", one of: {', '.join(path.name for path in found)}" if found else ""
    raise ModelError(folder, cause, f"Name a model directory with --model{names}")
