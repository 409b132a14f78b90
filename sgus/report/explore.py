"""All sections of the runs page from two tables: predictions and images."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sgus.report.calibration_rows import calibration_rows
from sgus.report.evidence import FEW_PATIENTS, gather
from sgus.report.figures import check_resamples
from sgus.report.patients import patient_level
from sgus.report.prediction_sets import conformal
from sgus.report.predictions import check_predictions
from sgus.report.reliability_diagrams import reliability
from sgus.report.stage_curves import stage_curves
from sgus.report.subgroups import subgroups
from sgus.report.temperatures import temperatures
from sgus.stats.bootstrap import LEVEL, MIN_PATIENTS, MIN_USABLE


def explore(
    predictions: pd.DataFrame,
    images: pd.DataFrame | None,
    *,
    n_resamples: int = 2000,
    seed: int = 0,
    alpha: float = 0.1,
    patient_unit: str = "patient",
) -> dict[str, Any]:
    """Compute what the runs page shows beside `report.json`, on the same resamples.

    Args:
        predictions: As `check_predictions` wants it.
        images: Columns of `images.csv`; None where the cohort is not at hand: then groups and
            patients have a reason instead of figures.
        n_resamples: Resamples of the patient bootstrap, 40 or more.
        seed: Seed of the resamples.
        alpha: Share of prediction sets that may miss.
        patient_unit: What `patient_id` is: `patient`, or `grouping key`.

    Returns:
        Plain JSON values, no NaN: `where`, `n_images`, `n_patients`, `resampling`, and the sections
        `curves`, `temperature`, `reliability`, `conformal`, `patients`, `subgroups`.

    Raises:
        ConfigError: Too few resamples, or `alpha` is not between 0 and 1.
        RunError: The table breaks its contract or holds nothing to judge.
    """
    check_resamples(n_resamples)
    table = check_predictions(predictions)
    evidence = gather(table, images, n_resamples=n_resamples, seed=seed, unit=patient_unit)
    rows = calibration_rows(evidence)
    scaled = temperatures(evidence, rows)
    return {
        "where": evidence.where,
        "n_images": evidence.n_images,
        "n_patients": evidence.draws.n_patients,
        "resampling": {
            "unit": patient_unit,
            "n_resamples": n_resamples,
            "seed": seed,
            "level": LEVEL,
            "least_usable_share": MIN_USABLE,
            "least_patients": MIN_PATIENTS,
            "few_below": FEW_PATIENTS,
        },
        "curves": stage_curves(evidence),
        "temperature": scaled.section,
        "reliability": reliability(evidence, scaled.sample),
        "conformal": conformal(evidence, rows, alpha=alpha),
        "patients": patient_level(evidence),
        "subgroups": subgroups(evidence),
    }
