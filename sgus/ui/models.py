"""The models of this installation, read from their files without loading a network."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sgus.core.errors import ModelError
from sgus.core.files import read_json

ROOT = Path(__file__).resolve().parents[2]
CARD_FIGURES = ("quadratic_kappa", "accuracy", "auc")
"""Figures of a model card worth showing beside every prediction."""


@dataclass(frozen=True)
class ModelFacts:
    """What a model directory says of itself.

    Attributes:
        directory: Where it is.
        name: Its name.
        info: Its `model.json`.
        card: Its model card, Markdown, or "".
        fingerprint: Changes whenever the description or the weights change.
    """

    directory: Path
    name: str
    info: Mapping[str, Any]
    card: str
    fingerprint: str

    @property
    def figures(self) -> Sequence[Mapping[str, Any]]:
        """Figure objects of the model card."""
        return list(self.info.get("figures", []))


def models_root() -> Path:
    """Folder of the model directories: `SGUS_MODELS`, else `models/` of this installation."""
    return Path(os.environ.get("SGUS_MODELS") or ROOT / "models")


def list_models(root: Path) -> tuple[list[ModelFacts], list[str]]:
    """Read every model directory below `root`.

    Returns:
        The models by name, and a sentence for each directory that cannot be read.
    """
    found, problems = [], []
    for description in sorted(root.glob("*/model.json")):
        try:
            found.append(read_facts(description.parent))
        except ModelError as error:
            problems.append(str(error))
    return found, problems


def read_facts(directory: Path) -> ModelFacts:
    """Read one model's description.

    Raises:
        ModelError: `model.json` is broken or the weights are missing.
    """
    path = directory / "model.json"
    info = read_json(path, ModelError, next_step="Copy the whole model directory again")
    weights = directory / "model.safetensors"
    if not isinstance(info, dict) or not weights.is_file():
        cause = "the model is not complete (model.json and model.safetensors belong together)"
        raise ModelError(directory.name, cause, "Copy the whole model directory again")
    card = directory / "README.md"
    state = weights.stat()
    identity = f"{path.read_text(encoding='utf-8')}{state.st_size} {state.st_mtime_ns}"
    return ModelFacts(
        directory=directory,
        name=str(info.get("name") or directory.name),
        info=info,
        card=card.read_text(encoding="utf-8") if card.is_file() else "",
        fingerprint=hashlib.sha256(identity.encode()).hexdigest(),
    )


def figure_text(figure: Mapping[str, Any]) -> str:
    """One figure with its interval and n: `accuracy 0.61 [0.52, 0.69], 172 images, 80 patients`."""
    name = str(figure.get("figure", "")).replace("_", " ")
    value = figure.get("value")
    if value is None:
        return f"{name}: {figure.get('reason', 'not computed')}"
    low, high = figure.get("low"), figure.get("high")
    interval = f" [{low:.2f}, {high:.2f}]" if low is not None and high is not None else ""
    place = str(figure.get("where") or figure.get("subset") or "")
    counts = ", ".join(
        f"{figure[key]} {word}"
        for key, word in (("n_images", "images"), ("n_patients", "patients"))
        if figure.get(key) is not None
    )
    return ", ".join(part for part in (f"{name} {value:.2f}{interval}", place, counts) if part)


def key_figures(facts: ModelFacts) -> list[str]:
    """The figures of the four grades and of stage 1 that a reader needs first."""
    wanted = [
        figure
        for figure in facts.figures
        if figure.get("figure") in CARD_FIGURES
        and figure.get("scope") in ("four_grades", "stage1")
        and figure.get("grade") is None
    ]
    labels = {"four_grades": "Four grades", "stage1": "Stage 1, 0/1 v 2/3"}
    return [f"{labels[str(figure['scope'])]}: {figure_text(figure)}" for figure in wanted]
