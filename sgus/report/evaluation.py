"""The evaluation report: every figure of a prediction table, with n, interval and reason."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sgus.core.config import Config
from sgus.core.grades import GRADES, STAGES
from sgus.core.rng import generator
from sgus.report import scopes
from sgus.report.figures import Estimate, Figure, Place, check_resamples, figure_object
from sgus.report.matrices import Matrix, matrices_of
from sgus.report.parts import FOLD, divide, summary
from sgus.report.predictions import check_predictions
from sgus.stats.bootstrap import LEVEL, MIN_PATIENTS, MIN_USABLE, patient_weights, with_observed

FOUR_GRADES = "four_grades"
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
    check_resamples(n_resamples)
    parts, left_out = divide(check_predictions(table))
    origin = origin or Origin()
    made = [
        _Part(where, rows, n_resamples=n_resamples, seed=seed, unit=origin.patient_unit)
        for where, rows in parts.items()
    ]
    return {
        "resampling": _resampling(n_resamples=n_resamples, seed=seed, unit=origin.patient_unit),
        "origin": origin.model_dump(),
        "parts": [summary(where, rows) for where, rows in parts.items()],
        "left_out": left_out,
        "scopes": _scopes(),
        "confusion": [matrix for part in made for matrix in part.matrices()],
        "figures": [figure for part in made for figure in part.figures()],
    }


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

    def matrices(self) -> list[Matrix]:
        """The confusion matrices; none of one fold of several."""
        return [] if self.where.startswith(FOLD) else matrices_of(self.sample, self.where)

    def figures(self) -> list[Figure]:
        """Every figure of every scope; of one fold of several, the few that show the spread."""
        if self.where.startswith(FOLD):
            return self._spread()
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

    def _spread(self) -> list[Figure]:
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


def _resampling(*, n_resamples: int, seed: int, unit: str) -> dict[str, Any]:
    return {
        "unit": unit,
        "n_resamples": n_resamples,
        "seed": seed,
        "level": LEVEL,
        "least_usable_share": MIN_USABLE,
        "least_patients": MIN_PATIENTS,
    }


def _scopes() -> dict[str, Any]:
    known: dict[str, Any] = {FOUR_GRADES: {"title": "Four grades", "grades": list(GRADES)}}
    for stage in STAGES:
        sides = {"lower": list(stage.lower), "higher": list(stage.higher), "cut": scopes.CUT}
        known[stage.name] = {"title": stage.title} | sides
    return known
