"""The models of this installation, read from their files without loading a network."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sgus.core.errors import ModelError
from sgus.core.files import read_json

SHOWN = (
    ("four_grades", "quadratic_kappa", "Quadratic-weighted kappa"),
    ("four_grades", "accuracy", "Accuracy, four grades"),
    ("stage1", "accuracy", "Accuracy, 0/1 v 2/3"),
)
"""The figures of a model worth seeing beside every prediction; the card has all."""


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
    def synthetic(self) -> bool:
        """Whether it learnt from simulated images alone."""
        return self.info.get("synthetic") is True

    @property
    def label(self) -> str:
        """Its name where models are chosen: a model of phantoms is never offered without that."""
        return f"{'Phantoms' if self.synthetic else 'Real'}: {self.name}"

    @property
    def origin(self) -> str:
        """What it learnt from, after its name."""
        return "learnt from phantoms only" if self.synthetic else "learnt from real images"

    @property
    def figures(self) -> Sequence[Mapping[str, Any]]:
        """Figure objects of the model card."""
        return list(self.info.get("figures", []))


def list_models(root: Path) -> tuple[list[ModelFacts], list[str]]:
    """Read every model directory below `root`.

    Returns:
        The models by name, those that learnt from real images first, and a sentence for each
        directory that cannot be read.
    """
    found, problems = [], []
    for description in sorted(root.glob("*/model.json")):
        try:
            found.append(read_facts(description.parent))
        except ModelError as error:
            problems.append(str(error))
    return sorted(found, key=lambda facts: facts.synthetic), problems


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


@dataclass(frozen=True)
class Judged:
    """Figures of one way of judging a model: cross-validation, centres left out.

    Attributes:
        how: The way, with numbers of images and of patients (or of groups, where the data name
            no patients).
        lines: Each a figure with its interval.
    """

    how: str
    lines: tuple[str, ...]


def judged(facts: ModelFacts) -> list[Judged]:
    """The figures that a reader needs first, by the way they were come by."""
    ways = dict.fromkeys(str(figure.get("where", "")) for figure in facts.figures)
    found = [_judged(facts, way) for way in ways]
    return [way for way in found if way.lines]


def _judged(facts: ModelFacts, way: str) -> Judged:
    picked = [
        (title, figure)
        for scope, name, title in SHOWN
        for figure in facts.figures
        if (figure.get("where", ""), figure.get("scope"), figure.get("figure"))
        == (way, scope, name)
        and figure.get("grade") is None
        and figure.get("subset") is None
    ]
    training = facts.info.get("training") or {}
    noun = "patients" if training.get("patient_unit") == "patient" else "groups"
    counts = ""
    if picked:
        first = picked[0][1]
        counts = f": {first.get('n_images', '?')} images, {first.get('n_patients', '?')} {noun}"
    lines = tuple(f"{title} {value_text(figure)}" for title, figure in picked)
    return Judged(f"{way[:1].upper()}{way[1:]}{counts}", lines)


def value_text(figure: Mapping[str, Any]) -> str:
    """A value with its interval, `0.61 [0.52, 0.69]`, or the reason why there is none."""
    value, low, high = (figure.get(key) for key in ("value", "low", "high"))
    if value is None:
        return str(figure.get("reason") or "not computed")
    interval = "" if low is None or high is None else f" [{low:.2f}, {high:.2f}]"
    return f"{value:.2f}{interval}"
