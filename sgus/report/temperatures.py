"""Temperature scaling of a run: fitted on validation, applied to the images that are judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from sgus.core.grades import STAGES, Stage, grades_from_stages, most_probable_grade
from sgus.report.calibration_rows import CalibrationRows, Lot
from sgus.report.evidence import FEW_PATIENTS, Evidence
from sgus.report.figures import Figure
from sgus.report.predictions import STAGE_COLUMNS
from sgus.report.scopes import Sample
from sgus.stats.temperature import Temperature, fit_temperature, scaled

_RULE: Final = (
    "One temperature for each stage, the likeliest one (maximum likelihood, each image once); the "
    "grades are multiplied out again, so that P(grade) = P(branch) x P(leaf) stays true, and the "
    "three together are the likeliest for the four grades as well. No stage changes its side at "
    "0.5 and no AUC changes; the most probable of four grades may."
)
_NO_INTERVAL: Final = "fitted once: its own uncertainty is not in the intervals of what it changes"


@dataclass(frozen=True, eq=False)
class Scaled:
    """A run before and after scaling.

    Attributes:
        section: What the report says: `rule`, `method`, `source`, `figures`, `grades_changed`,
            `reason`.
        sample: The images with scaled probabilities; None where nothing could be fitted.
    """

    section: dict[str, Any]
    sample: Sample | None


def temperatures(evidence: Evidence, rows: CalibrationRows) -> Scaled:
    """Fit a temperature for each stage and fold, and apply them.

    A stage without a temperature in a fold keeps its probabilities there, and says why.

    Args:
        evidence: The images judged.
        rows: What may be fitted on; leaks are refused where they are made.
    """
    stages = evidence.sample.stages.copy()
    figures: list[Figure] = []
    for lot in rows.lots:
        for column, stage in enumerate(STAGES):
            found = _fit(lot, stage)
            figures.append(_figure(found, stage, lot, evidence.where))
            stages[lot.judged, column] = scaled(stages[lot.judged, column], found.divisor)
    reason = rows.reason
    if rows.lots and all(figure["value"] is None for figure in figures):
        reason = "no stage has a temperature: " + str(figures[0]["reason"])
    after = None if reason else _after(evidence.sample, stages)
    changed = None if after is None else int((after.predicted != evidence.sample.predicted).sum())
    section = {
        "rule": _RULE,
        "method": rows.method,
        "source": rows.source,
        "figures": figures,
        "grades_changed": changed,
        "n_images": evidence.n_images,
        "reason": reason,
    }
    return Scaled(section, after)


def _fit(lot: Lot, stage: Stage) -> Temperature:
    known = lot.known[lot.known["grade"].isin(stage.grades)]
    p = known[STAGE_COLUMNS[STAGES.index(stage)]].to_numpy(dtype=np.float64)
    higher = known["grade"].isin(stage.higher).to_numpy(dtype=bool)
    return fit_temperature(p, higher, pd.factorize(known["patient_id"])[0])


def _figure(found: Temperature, stage: Stage, lot: Lot, where: str) -> Figure:
    return {
        "figure": "temperature",
        "scope": stage.name,
        "grade": None,
        "where": where,
        "subset": None if stage is STAGES[0] else "truth",
        "fold": lot.fold,
        "value": found.value,
        "low": None,
        "high": None,
        "n_images": found.n_images,
        "n_patients": found.n_patients,
        "interval": None,
        "reason": found.reason or f"no interval: {_NO_INTERVAL}",
        "few": found.n_patients < FEW_PATIENTS,
    }


def _after(sample: Sample, stages: Any) -> Sample:
    p = grades_from_stages(stages)
    return replace(sample, stages=stages, p=p, predicted=most_probable_grade(p))
