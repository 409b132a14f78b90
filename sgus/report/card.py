"""The model card: what a model is, how well it grades, and what it must not be used for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sgus.nn.model_files import ModelInfo

_SHOWN = (
    ("four_grades", None, "accuracy", "Accuracy, four grades"),
    ("four_grades", None, "balanced_accuracy", "Balanced accuracy, four grades"),
    ("four_grades", None, "quadratic_kappa", "Quadratic-weighted kappa"),
    ("four_grades", None, "ranked_probability_score", "Ranked probability score"),
    ("stage1", None, "accuracy", "Stage 1 (0/1 v 2/3), accuracy"),
    ("stage1", None, "auc", "Stage 1 (0/1 v 2/3), AUC"),
    ("stage2a", "truth", "accuracy", "Stage 2a (0 v 1) on true 0 and 1, accuracy"),
    ("stage2a", "truth", "balanced_accuracy", "Stage 2a (0 v 1) on true 0 and 1, balanced"),
    ("stage2a", "truth", "auc", "Stage 2a (0 v 1) on true 0 and 1, AUC"),
    ("stage2b", "truth", "accuracy", "Stage 2b (2 v 3) on true 2 and 3, accuracy"),
    ("stage2b", "truth", "auc", "Stage 2b (2 v 3) on true 2 and 3, AUC"),
)

_USE = """\
## What it is for

Research on ultrasound grading: comparing readers, studying why neighbouring grades are confused.

## What it must not be used for

- Diagnosis, treatment or follow-up of any person. It is not a medical device.
- Screening, or ranking patients.
- Images unlike those it learnt from (other organs, colour Doppler, other score) without first
  measuring it there: figures on centres left out are the better guide to a new machine.
- Reporting its grades as those of a reader.
"""


def model_card(info: ModelInfo) -> str:
    """Markdown of a card; figures only from `info.figures`, each with interval and n."""
    return "\n".join(_lines(info))


def _lines(info: ModelInfo) -> Iterator[str]:
    cohort = info.training["cohort"]
    network = info.training["config"]["network"]
    yield f"# {info.name}\n"
    if info.synthetic:
        yield "**Trained on SYNTHETIC PHANTOMS: its figures say nothing about patients.**\n"
    yield (
        f"Grades B-mode salivary gland ultrasound by OMERACT 0-3 through three stages. "
        f"{network['backbone']}, {network['head']} head, sharing: {network['sharing']}, input "
        f"{network['width']} x {network['height']} pixels, one channel. Research use only.\n"
    )
    yield _USE
    yield "## Data and terms\n"
    yield f"- Trained on {info.training['n_images']} images of {cohort['name']}: {cohort['source']}"
    yield f"- Terms: {info.licence_notes or 'not stated'}"
    yield f"- Manifest {info.manifest_hash}, seed {info.seed}, sgus {info.sgus_version}\n"
    yield from _figure_lines(info)


def _figure_lines(info: ModelInfo) -> Iterator[str]:
    groups = info.training.get("patient_unit") != "patient"
    unit = "groups" if groups else "patients"
    yield "## Figures\n"
    split = info.training.get("split")
    own = (
        "the model here learnt from all images, so it has no test images of its own"
        if split == "everything"
        else f"the model here learnt from the training part of the split {split}"
    )
    yield (
        f"Of the same recipe, on images its training did not see; {own}. "
        f"Intervals: 95 %, bootstrap over {unit}."
    )
    if chosen := info.training.get("chose_epoch"):
        yield (
            f"A validation part chose the epoch of the models judged by {' and '.join(chosen)}; "
            "a model that learnt from all images was trained to the last epoch."
        )
    if groups:
        yield (
            "The data name no patients: images are grouped by a key that may merge patients, so "
            "the number of groups is not a number of patients."
        )
    for scheme in dict.fromkeys(figure["where"] for figure in info.figures):
        yield f"\n### {scheme[:1].upper()}{scheme[1:]}\n"
        yield f"| figure | value (95 % interval) | images | {unit} |\n|---|---|---|---|"
        for scope, subset, name, title in _SHOWN:
            yield from (
                _row(title, figure)
                for figure in info.figures
                if figure["where"] == scheme and _is(figure, scope, subset, name)
            )
        for label in ("precision", "recall", "f1"):
            yield from (
                _row(f"{label.capitalize()}, grade {figure['grade']}", figure)
                for figure in info.figures
                if figure["where"] == scheme
                and _is(figure, "four_grades", None, label)
                and figure["grade"] is not None
            )
    yield ""


def _is(figure: dict[str, Any], scope: str, subset: str | None, name: str) -> bool:
    return (figure["scope"], figure["subset"], figure["figure"]) == (scope, subset, name)


def _row(title: str, figure: dict[str, Any]) -> str:
    value = "not computed" if figure["value"] is None else f"{figure['value']:.2f}"
    if figure["low"] is not None:
        value += f" ({figure['low']:.2f} to {figure['high']:.2f})"
    elif figure.get("reason"):
        value += f" ({figure['reason']})"
    return f"| {title} | {value} | {figure['n_images']} | {figure['n_patients']} |"
