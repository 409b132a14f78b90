"""Temperature scaling of a run: fitted on validation, applied to the images that are judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.core.grades import STAGES, Stage, grades_from_stages, most_probable_grade
from sgus.core.rng import generator
from sgus.report.calibration_rows import VALIDATION, CalibrationRows, Lot
from sgus.report.evidence import FEW_PATIENTS, Evidence
from sgus.report.figures import Estimate, Figure, FloatArray, Mask, Place, figure_object, too_few
from sgus.report.predictions import STAGE_COLUMNS
from sgus.report.scopes import Sample
from sgus.stats.bootstrap import patient_weights
from sgus.stats.temperature import (
    Temperature,
    fit_temperature,
    scaled,
    temperature_resamples,
)

_RULE: Final = (
    "One temperature for each stage, the likeliest one (maximum likelihood, each image once); the "
    "grades are multiplied out again, so that P(grade) = P(branch) x P(leaf) stays true, and the "
    "three together are the likeliest for the four grades as well. No stage changes its side at "
    "0.5 and none its AUC within a fold; the most probable of four grades may change. Intervals of "
    "figures after scaling take the temperatures as given."
)
_NO_INTERVAL: Final = "one temperature a fold, and the folds share most of what they are fitted on"


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
            known = _Known.of(lot, stage)
            found = known.fit()
            figures.append(_figure(found, known, evidence, rows) | {"fold": lot.fold})
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


@dataclass(frozen=True, eq=False)
class _Known:
    """The rows that one temperature is fitted on."""

    stage: Stage
    used: Mask
    p: FloatArray
    higher: Mask
    patients: NDArray[np.int64]

    @classmethod
    def of(cls, lot: Lot, stage: Stage) -> _Known:
        """All rows of a lot; those used are truly of the stage."""
        known = lot.known
        return cls(
            stage=stage,
            used=known["grade"].isin(stage.grades).to_numpy(dtype=bool),
            p=known[STAGE_COLUMNS[STAGES.index(stage)]].to_numpy(dtype=np.float64),
            higher=known["grade"].isin(stage.higher).to_numpy(dtype=bool),
            patients=np.asarray(pd.factorize(known["patient_id"])[0], dtype=np.int64),
        )

    def fit(self) -> Temperature:
        """The temperature of the rows used."""
        return fit_temperature(self.p[self.used], self.higher[self.used], self.patients[self.used])


def _figure(found: Temperature, known: _Known, evidence: Evidence, rows: CalibrationRows) -> Figure:
    """A temperature as a figure: of the rows it was fitted on, not of those it is applied to."""
    stage, used = known.stage, known.used
    subset = None if stage is STAGES[0] else "truth"
    place = Place(
        stage.name, str(rows.source), subset, known.patients, evidence.seed, evidence.unit
    )
    values = np.full(1, np.nan if found.value is None else found.value)
    one_fit = rows.source == VALIDATION and len(rows.lots) == 1
    if found.value is not None and one_fit:
        values = _resampled(known, evidence, found.value)
    sides = (("on the lower side", used & ~known.higher), ("on the higher side", known.higher))
    fewest = Estimate("temperature", None, used, "", groups=sides)
    why = too_few(fewest, place) or found.reason or ""
    estimate = Estimate("temperature", values, used, why, groups=sides)
    made = figure_object(estimate, place)
    if found.value is not None and not one_fit:
        made |= {"interval": None, "reason": f"no interval: {_NO_INTERVAL}"}
    return made | {"few": found.n_patients < FEW_PATIENTS}


def _resampled(known: _Known, evidence: Evidence, value: float) -> FloatArray:
    rng = generator(evidence.seed, "patient bootstrap", VALIDATION)
    n_resamples = len(evidence.draws.counts) - 1
    weights = patient_weights(known.patients, n_resamples=n_resamples, rng=rng)[:, known.used]
    p, higher = known.p[known.used], known.higher[known.used]
    found = temperature_resamples(p, higher, weights, start=value)
    return np.concatenate([[value], found])


def _after(sample: Sample, stages: Any) -> Sample:
    p = grades_from_stages(stages)
    return replace(sample, stages=stages, p=p, predicted=most_probable_grade(p))
