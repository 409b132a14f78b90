"""Two prediction tables on the same images, compared figure by figure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from sgus.core.errors import RunError
from sgus.core.grades import STAGES
from sgus.core.rng import generator
from sgus.report import scopes
from sgus.report.figures import Estimate, FloatArray, Place, check_resamples, interval_note, too_few
from sgus.report.predictions import check_predictions
from sgus.stats.bootstrap import patient_weights, with_observed
from sgus.stats.paired import paired_difference

_OF_GRADES = ("accuracy", "balanced_accuracy", "quadratic_kappa", "ranked_probability_score")
_SAME = ["image_id", "patient_id", "grade"]


def compare_predictions(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    n_resamples: int = 2000,
    seed: int = 0,
    patient_unit: str = "patient",
) -> list[dict[str, Any]]:
    """Difference (first minus second) of the main figures on the test images of two tables.

    Args:
        first: Prediction table of the first model.
        second: Prediction table of the second, of the same images; folds may differ.
        n_resamples: Resamples of the paired patient bootstrap.
        seed: Seed of the resamples.
        patient_unit: What `patient_id` is: `patient` or `grouping key`.

    Returns:
        An object a figure: `figure, scope, where, subset, first, second, difference, low, high,
        n_images, n_patients, interval, reason`.

    Raises:
        ConfigError: Too few resamples.
        RunError: The test images, their patients or their grades are not the same in both.
    """
    check_resamples(n_resamples)
    rows = [_test_rows(table) for table in (first, second)]
    if not rows[0][_SAME].equals(rows[1][_SAME]):
        own = [set(table[_SAME].itertuples(index=False, name=None)) for table in rows]
        differ = sorted(str(row[0]) for row in own[0] ^ own[1])
        cause = f"image, patient or grade differ between the tables ({', '.join(differ[:5])} …)"
        raise RunError("comparison", cause, "Compare models on one split of one cohort")
    patients = rows[0]["patient_id"].to_numpy()
    rng = generator(seed, "patient bootstrap", "test")
    weights = with_observed(patient_weights(patients, n_resamples=n_resamples, rng=rng))
    pairs = zip(*(_estimates(scopes.Sample.of(table, weights)) for table in rows), strict=True)
    return [
        _object(a, b, Place(scope, "test", subset, mine, seed, patient_unit))
        for (scope, subset, mine, a), (*_, b) in pairs
    ]


def _test_rows(table: pd.DataFrame) -> pd.DataFrame:
    checked = check_predictions(table)
    rows = checked[checked["split"] == "test"].sort_values("image_id", ignore_index=True)
    if rows.empty:
        raise RunError("comparison", "a table has no test rows", "Predict the test images first")
    return rows


def _estimates(sample: scopes.Sample) -> Iterator[tuple[str, str | None, Any, Estimate]]:
    for estimate in scopes.four_grades(sample):
        if estimate.figure in _OF_GRADES:
            yield "four_grades", None, sample.patients, estimate
    first, *second = STAGES
    yield first.name, None, sample.patients, _accuracy(scopes.stage_on_truth(sample, first))
    for stage in second:
        true = sample.only(scopes.belongs(sample, stage))
        yield stage.name, "truth", true.patients, _accuracy(scopes.stage_on_truth(true, stage))
        yield (
            stage.name,
            "routed",
            sample.patients,
            _accuracy(scopes.stage_as_routed(sample, stage)),
        )


def _accuracy(estimates: list[Estimate]) -> Estimate:
    return next(e for e in estimates if e.figure == "accuracy")


def _object(first: Estimate, second: Estimate, place: Place) -> dict[str, Any]:
    found = paired_difference(_values(first), _values(second))
    used = first.used | second.used
    few = too_few(first, place) or too_few(second, place)
    why = few or found.interval.reason
    return {
        "figure": first.figure,
        "scope": place.scope,
        "where": place.where,
        "subset": place.subset,
        "first": found.first,
        "second": found.second,
        "difference": found.difference,
        "low": None if why else found.interval.low,
        "high": None if why else found.interval.high,
        "n_images": int(used.sum()),
        "n_patients": place.n_patients(used),
        "interval": interval_note(place, found.interval, n_resamples=len(_values(first)) - 1)
        | {"paired": True},
        "reason": f"no interval: {why}" if why else None,
    }


def _values(estimate: Estimate) -> FloatArray:
    return np.full(1, np.nan) if estimate.values is None else estimate.values
