"""Several runs on the same images: differences, images that changed sides, settings."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd

from sgus.core.errors import RunError
from sgus.core.rng import generator
from sgus.report.changed_sides import changed_counts, changed_images, config_differences
from sgus.report.evidence import FEW_PATIENTS
from sgus.report.figures import Figure, Place, check_resamples, interval_note, too_few
from sgus.report.main_figures import Main, main_figures
from sgus.report.predictions import check_predictions
from sgus.report.scopes import Sample
from sgus.stats.bootstrap import patient_weights, with_observed
from sgus.stats.draws import PatientDraws
from sgus.stats.paired import paired_difference

_SAME: Final = ["image_id", "patient_id", "grade"]
_STEP: Final = "Compare runs on one split of one cohort, or ask for the images they share"


def compare_runs(
    tables: Mapping[str, pd.DataFrame],
    *,
    configs: Mapping[str, Mapping[str, Any]] | None = None,
    intersect: bool = False,
    n_resamples: int = 2000,
    seed: int = 0,
    patient_unit: str = "patient",
) -> dict[str, Any]:
    """Compare the test images of two runs or more, each pair on the same resamples of patients.

    Args:
        tables: Prediction tables by name of the run, in the order wanted.
        configs: Settings by name of the run.
        intersect: Compare the images that all runs tested with one and the same patient and
            grade, and say how many that leaves; without it, any difference is refused.
        n_resamples: Resamples of the paired patient bootstrap.
        seed: Seed of the resamples.
        patient_unit: What `patient_id` is: `patient` or `grouping key`.

    Returns:
        `runs`, `images` (n_images, n_patients, intersected, and by run what was left out),
        `differences` (a figure a pair: `first, second` name the runs, `first_value,
        second_value`, `value` is first minus second), `changed`, `changed_counts`, `settings`,
        `caution`.

    Raises:
        ConfigError: Too few resamples.
        RunError: Fewer than two runs, a broken table, no test rows, or other images, patients or
            grades than the first run's without `intersect`.
    """
    check_resamples(n_resamples)
    if len(tables) < 2:
        raise RunError("comparison", "it needs two runs", "Choose another run as well")
    rows = {run: _test_rows(run, table) for run, table in tables.items()}
    shared, said = _shared(rows, intersect=intersect)
    one = next(iter(shared.values()))
    patients = one["patient_id"].to_numpy()
    rng = generator(seed, "patient bootstrap", "test")
    weights = with_observed(patient_weights(patients, n_resamples=n_resamples, rng=rng))
    draws = PatientDraws.of(patients, weights)
    samples = {run: Sample.of(table, weights) for run, table in shared.items()}
    differences = _differences(samples, draws, seed=seed, unit=patient_unit)
    changed = changed_images(samples, one["image_id"].to_numpy(), patients)
    return {
        "runs": list(tables),
        "images": said | {"n_patients": draws.n_patients},
        "differences": differences,
        "changed": changed,
        "changed_counts": changed_counts(changed, list(tables)),
        "settings": config_differences(configs or {}),
        "caution": _caution(differences),
    }


def _test_rows(run: str, table: pd.DataFrame) -> pd.DataFrame:
    checked = check_predictions(table)
    rows = checked[checked["split"] == "test"].sort_values("image_id", ignore_index=True)
    if rows.empty:
        raise RunError(f"run {run}", "it has no test rows", "Predict the test images first")
    return rows


def _shared(
    rows: dict[str, pd.DataFrame], *, intersect: bool
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Rows of the images to be compared, in one order, and what is said of them."""
    keys = {run: _keys(table) for run, table in rows.items()}
    names, common = list(rows), set.intersection(*keys.values())
    if not intersect:
        for run in names[1:]:
            _refuse_other(names[0], run, keys)
    if not common:
        raise RunError("comparison", "the runs share no test image with one grade", _STEP)
    said = {
        "n_images": len(common),
        "intersected": intersect,
        "runs": [_left_out(run, keys, common) for run in names],
    }
    kept = sorted(key[0] for key in common)
    shared = {
        run: table.set_index("image_id", drop=False).loc[kept].reset_index(drop=True)
        for run, table in rows.items()
    }
    return shared, said


def _keys(table: pd.DataFrame) -> set[tuple[str, str, int]]:
    return set(table[_SAME].itertuples(index=False, name=None))


def _left_out(run: str, keys: Mapping[str, set[Any]], common: set[Any]) -> dict[str, Any]:
    """Images of a run that others did not test, or that others grade otherwise."""
    own = {key[0] for key in keys[run] - common}
    everywhere = set.intersection(*({key[0] for key in mine} for mine in keys.values()))
    return {
        "run": run,
        "n_images": len(keys[run]),
        "not_in_all_runs": len(own - everywhere),
        "other_grade_or_patient": len(own & everywhere),
    }


def _refuse_other(first: str, run: str, keys: Mapping[str, set[Any]]) -> None:
    if keys[first] == keys[run]:
        return
    ids = {name: {key[0] for key in keys[name]} for name in (first, run)}
    only = [len(ids[a] - ids[b]) for a, b in ((first, run), (run, first))]
    apart = keys[first] ^ keys[run]
    both = {key[0] for key in apart if key[0] in ids[first] & ids[run]}
    cause = (
        f"{run} and {first} were not tested on the same: {only[0]} images only in {first}, "
        f"{only[1]} only in {run}, {len(both)} with another grade or patient"
    )
    raise RunError("comparison", cause, _STEP)


def _differences(
    samples: Mapping[str, Sample], draws: PatientDraws, *, seed: int, unit: str
) -> list[Figure]:
    everything = np.ones(len(draws.patient), dtype=bool)
    figures = {run: main_figures(s, draws, [everything])[0] for run, s in samples.items()}
    return [
        difference_of(a, b, draws, seed=seed, unit=unit) | {"first": first, "second": second}
        for first, second in combinations(samples, 2)
        for a, b in zip(figures[first], figures[second], strict=True)
    ]


def difference_of(a: Main, b: Main, draws: PatientDraws, *, seed: int, unit: str) -> Figure:
    """A main figure less another one, from the same resamples of patients.

    Args:
        a: The first.
        b: The same figure of another run, or against other labels.
        draws: The resamples of both.
        seed: Of the resamples.
        unit: What a patient is.

    Returns:
        The object: `value` is first minus second; None with a reason where either is undefined.
        n is of the images that either is made from.

    Raises:
        ValueError: A figure has no meaning in its scope.
    """
    place = Place(a.scope, "test", a.subset, draws.patient, seed, unit)
    first, second = a.estimate.values, b.estimate.values
    if first is None or second is None:
        raise ValueError(f"{a.estimate.figure} has no values")
    found = paired_difference(first, second)
    used = a.estimate.used | b.estimate.used  # other labels: other images truly of the branch
    why = too_few(a.estimate, place) or too_few(b.estimate, place) or found.interval.reason
    reason = f"no interval: {why}" if why else None
    if found.difference is None:
        reason = a.estimate.undefined if found.first is None else b.estimate.undefined
    n_patients = place.n_patients(used)
    return {
        "figure": a.estimate.figure,
        "scope": a.scope,
        "grade": None,
        "where": "test",
        "subset": a.subset,
        "first_value": found.first,
        "second_value": found.second,
        "value": found.difference,
        "low": None if why else found.interval.low,
        "high": None if why else found.interval.high,
        "n_images": int(used.sum()),
        "n_patients": n_patients,
        "interval": interval_note(place, found.interval, n_resamples=len(first) - 1)
        | {"paired": True},
        "reason": reason,
        "few": n_patients < FEW_PATIENTS,
    }


def _caution(differences: list[Figure]) -> str:
    n = len(differences)
    return (
        f"{n} differences are looked at. An interval without zero is evidence of a difference on "
        f"such patients, not a p value; of {n} true zeros about {max(1, round(0.05 * n))} would "
        "show one by chance. Chance of training (another seed) is not in the intervals."
    )
