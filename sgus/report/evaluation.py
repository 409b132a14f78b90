"""The evaluation report: every figure of a prediction table, with n, interval and reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sgus.core.config import Config
from sgus.core.errors import ConfigError, RunError
from sgus.core.grades import GRADES, STAGES
from sgus.core.rng import generator
from sgus.report import scopes
from sgus.report.figures import Estimate, Figure, Place, figure_object
from sgus.report.matrices import Matrix, matrices_of
from sgus.report.predictions import check_predictions
from sgus.stats.bootstrap import LEVEL, MIN_PATIENTS, MIN_USABLE, patient_weights, with_observed

FOUR_GRADES = "four_grades"
LEAST_RESAMPLES = 40
"""Below this, no resample lies in a tail of 2.5 %."""
_SPREAD = ("accuracy", "balanced_accuracy", "quadratic_kappa")


class Origin(Config):
    """What the figures were made from, kept in the report."""

    manifest_hash: str | None = None
    """Hash of the cohort's manifest; None when the run does not say."""
    patient_unit: str = "patient"
    """What `patient_id` is: `patient`, or `grouping key` where it may merge patients."""
    synthetic: bool | None = None
    """Whether the images are simulated; None when the run does not say."""


def evaluate_predictions(
    table: pd.DataFrame, *, n_resamples: int = 2000, seed: int = 0, origin: Origin | None = None
) -> dict[str, Any]:
    """Compute every figure of a prediction table.

    Test rows of several folds are out-of-fold predictions: they are pooled as `test`, and a few
    figures of each fold show the spread. Validation rows are reported where there is one fold;
    training rows are counted and left out.

    Args:
        table: As `check_predictions` wants it.
        n_resamples: Resamples of the patient bootstrap, 40 or more.
        seed: Seed of the resamples.
        origin: What the table was made from.

    Returns:
        The content of `report.json`: plain JSON values, no NaN.

    Raises:
        ConfigError: Too few resamples.
        RunError: The table breaks its contract, or holds neither test nor validation rows.
    """
    if n_resamples < LEAST_RESAMPLES:
        least = f"Use {LEAST_RESAMPLES} or more, 2000 for a report"
        raise ConfigError(f"{n_resamples} resamples", "an interval needs more", least)
    checked = check_predictions(table)
    parts, left_out = _parts(checked)
    origin = origin or Origin()
    figures: list[Figure] = []
    matrices: list[Matrix] = []
    for where, rows in parts.items():
        part = _Part(where, rows, n_resamples=n_resamples, seed=seed, unit=origin.patient_unit)
        spread = where.startswith("test fold ")
        figures += part.spread() if spread else part.figures()
        matrices += [] if spread else matrices_of(part.sample, where)
    return {
        "resampling": {
            "unit": origin.patient_unit,
            "n_resamples": n_resamples,
            "seed": seed,
            "level": LEVEL,
            "least_usable_share": MIN_USABLE,
            "least_patients": MIN_PATIENTS,
        },
        "origin": origin.model_dump(),
        "parts": [_part_summary(where, rows) for where, rows in parts.items()],
        "left_out": left_out,
        "scopes": _scopes(),
        "confusion": matrices,
        "figures": figures,
    }


def _parts(table: pd.DataFrame) -> tuple[dict[str, pd.DataFrame], list[dict[str, Any]]]:
    by_split = {str(name): rows for name, rows in table.groupby("split", sort=True)}
    test = by_split.get("test")
    validation = by_split.get("validation")
    parts: dict[str, pd.DataFrame] = {}
    left_out: list[dict[str, Any]] = []
    if test is not None:
        parts["test"] = test
    if validation is not None:
        if table["fold"].nunique() > 1:
            why = "validation parts of several folds chose several models and are not pooled"
            left_out.append({"where": "validation", "rows": len(validation), "reason": why})
        else:
            parts["validation"] = validation
    if "train" in by_split:
        why = "a model is not judged on images it was fitted to"
        left_out.append({"where": "train", "rows": len(by_split["train"]), "reason": why})
    if not parts:
        cause = "there is neither a test row nor a validation part of one fold"
        raise RunError("predictions", cause, "Predict the test images of the split")
    if test is not None and test["fold"].nunique() > 1:
        parts |= {f"test fold {name}": rows for name, rows in test.groupby("fold", sort=True)}
    return parts, left_out


class _Part:
    """One part of the data with its resamples."""

    def __init__(
        self, where: str, rows: pd.DataFrame, *, n_resamples: int, seed: int, unit: str
    ) -> None:
        rng = generator(seed, "patient bootstrap", where)
        patients = rows["patient_id"].to_numpy()
        drawn = patient_weights(patients, n_resamples=n_resamples, rng=rng)
        self.where, self.seed, self.unit = where, seed, unit
        self.sample = scopes.Sample.of(rows, with_observed(drawn))

    def figures(self) -> list[Figure]:
        """Every figure of every scope."""
        sample, (first, *second) = self.sample, STAGES
        found = self._objects(scopes.four_grades(sample), FOUR_GRADES)
        at_first = [*scopes.stage_on_truth(sample, first), scopes.stage_agrees_with_grade(sample)]
        found += self._objects(at_first, first.name)
        for stage in second:
            true = sample.only(scopes.belongs(sample, stage))
            estimates = scopes.stage_on_truth(true, stage)
            found += self._objects(estimates, stage.name, subset="truth", sample=true)
            estimates = scopes.stage_as_routed(sample, stage)
            found += self._objects(estimates, stage.name, subset="routed")
        return found

    def spread(self) -> list[Figure]:
        """The few figures by which folds are compared."""
        wanted = [e for e in scopes.four_grades(self.sample) if e.figure in _SPREAD]
        stage = [e for e in scopes.stage_on_truth(self.sample, STAGES[0]) if e.figure == "accuracy"]
        found = self._objects(wanted, FOUR_GRADES)
        return found + self._objects(stage, STAGES[0].name)

    def _objects(
        self,
        estimates: list[Estimate],
        scope: str,
        *,
        subset: str | None = None,
        sample: scopes.Sample | None = None,
    ) -> list[Figure]:
        patients = (sample or self.sample).patients
        place = Place(scope, self.where, subset, patients, self.seed, self.unit)
        return [figure_object(estimate, place) for estimate in estimates]


def _part_summary(where: str, rows: pd.DataFrame) -> dict[str, Any]:
    counts = np.bincount(rows["grade"], minlength=len(GRADES))
    return {
        "where": where,
        "n_images": len(rows),
        "n_patients": int(rows["patient_id"].nunique()),
        "images_by_grade": {str(grade): int(counts[grade]) for grade in GRADES},
        "folds": sorted(rows["fold"].unique().tolist()),
    }


def _scopes() -> dict[str, Any]:
    known: dict[str, Any] = {FOUR_GRADES: {"title": "Four grades", "grades": list(GRADES)}}
    for stage in STAGES:
        sides = {"lower": list(stage.lower), "higher": list(stage.higher), "cut": scopes.CUT}
        known[stage.name] = {"title": stage.title} | sides
    return known
