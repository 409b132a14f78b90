"""The same test images judged by several versions of their labels, side by side.

A model is not better because its test images were given other labels: what each version gives is
shown for every run, what lies between two runs is shown within one version, and what the other
labels alone did to one and the same run is shown apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd

from sgus.core.errors import RunError
from sgus.core.grades import GRADES, N_GRADES
from sgus.core.rng import generator
from sgus.report.compare import difference_of
from sgus.report.evidence import FEW_PATIENTS
from sgus.report.figures import Figure, Place, check_resamples, figure_object
from sgus.report.labels import IntArray
from sgus.report.main_figures import Main, main_figures
from sgus.report.predictions import check_predictions
from sgus.report.scopes import Sample
from sgus.stats.bootstrap import patient_weights, with_observed
from sgus.stats.draws import PatientDraws

REFERENCE: Final = "reference"
SHOWN: Final = (
    ("four_grades", "accuracy"),
    ("four_grades", "quadratic_kappa"),
    ("stage1", "accuracy"),
    ("stage2a", "balanced_accuracy"),
    ("stage2b", "balanced_accuracy"),
)
"""Scope and name of the figures of every version."""


@dataclass(frozen=True)
class LabelVersion:
    """What images are said to be.

    Attributes:
        name: Names it among all, such as `adjudicated`.
        title: For people.
        grades: Image to grade; an image that is not there has its reference grade.
    """

    name: str
    title: str
    grades: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class _Tested:
    """The images that all runs tested, in one order, with their resamples."""

    images: list[str]
    reference: IntArray
    samples: dict[str, Sample]
    draws: PatientDraws
    seed: int
    unit: str


def compare_label_versions(
    tables: Mapping[str, pd.DataFrame],
    versions: Sequence[LabelVersion],
    *,
    n_resamples: int = 2000,
    seed: int = 0,
    patient_unit: str = "patient",
) -> dict[str, Any]:
    """Figures of runs against each version of the labels of the images that all of them tested.

    Args:
        tables: Prediction tables by name of the run, one or more; the reference grades are those
            of the first.
        versions: Beside the reference, which always comes first.
        n_resamples: Resamples of the patient bootstrap, the same for everything here.
        seed: Seed of the resamples.
        patient_unit: What `patient_id` is: `patient` or `grouping key`.

    Returns:
        `runs`; `images` (`n_images`, `n_patients`, `left_out` by run, `reference_differs`: images
        that another run has another reference grade of); `versions`, each with `name, title,
        n_differ, n_patients_differ, moved` (4 x 4 images: reference by version), `figures` (each
        with its `run`), `differences` (first minus second run, paired) and `relabelled` (of each
        run, against this version minus against the reference, paired).

    Raises:
        ConfigError: Too few resamples.
        RunError: A broken table, or no image that all runs tested.
    """
    check_resamples(n_resamples)
    rows = {run: _test_rows(run, table) for run, table in tables.items()}
    shared = sorted(set.intersection(*({*_keys(table)} for table in rows.values())))
    if not shared:
        raise RunError("label versions", "the runs share no test image", "Choose runs on one split")
    ids = [image for image, _ in shared]
    chosen = {run: table.set_index("image_id").loc[ids] for run, table in rows.items()}
    tested = _tested(ids, chosen, n_resamples=n_resamples, seed=seed, unit=patient_unit)
    whole = [LabelVersion(REFERENCE, "reference labels", {}), *versions]
    own = {v.name: _figures(tested, _grades(tested, v)) for v in whole}
    patients = np.array([patient for _, patient in shared])
    return {
        "runs": list(tables),
        "images": {
            "n_images": len(ids),
            "n_patients": tested.draws.n_patients,
            "left_out": {run: len(table) - len(ids) for run, table in rows.items()},
            "reference_differs": {
                run: int((table["grade"].to_numpy() != tested.reference).sum())
                for run, table in chosen.items()
            },
        },
        "versions": [_version(tested, v, own, patients) for v in whole],
    }


def _test_rows(run: str, table: pd.DataFrame) -> pd.DataFrame:
    checked = check_predictions(table)
    rows = checked[checked["split"] == "test"]
    if rows.empty:
        raise RunError(f"run {run}", "it has no test rows", "Choose a run on a split")
    return rows


def _keys(table: pd.DataFrame) -> list[tuple[str, str]]:
    return list(table[["image_id", "patient_id"]].itertuples(index=False, name=None))


def _tested(
    ids: list[str], chosen: Mapping[str, pd.DataFrame], *, n_resamples: int, seed: int, unit: str
) -> _Tested:
    one = next(iter(chosen.values()))
    patients = one["patient_id"].to_numpy()
    rng = generator(seed, "patient bootstrap", "test")  # those of report.json
    weights = with_observed(patient_weights(patients, n_resamples=n_resamples, rng=rng))
    samples = {run: Sample.of(table, weights) for run, table in chosen.items()}
    reference = one["grade"].to_numpy(dtype=np.int64)
    return _Tested(ids, reference, samples, PatientDraws.of(patients, weights), seed, unit)


def _grades(tested: _Tested, version: LabelVersion) -> IntArray:
    pairs = zip(tested.images, tested.reference.tolist(), strict=True)
    return np.array([version.grades.get(image, own) for image, own in pairs], dtype=np.int64)


def _figures(tested: _Tested, grades: IntArray) -> dict[str, list[Main]]:
    everything = np.ones(len(grades), dtype=bool)
    return {
        run: [
            main
            for main in main_figures(replace(sample, grade=grades), tested.draws, [everything])[0]
            if (main.scope, main.estimate.figure) in SHOWN
        ]
        for run, sample in tested.samples.items()
    }


def _version(
    tested: _Tested,
    version: LabelVersion,
    figures: Mapping[str, Mapping[str, list[Main]]],
    patients: Any,
) -> dict[str, Any]:
    grades = _grades(tested, version)
    moved = np.zeros((N_GRADES, N_GRADES), dtype=np.int64)
    np.add.at(moved, (tested.reference, grades), 1)
    differ = grades != tested.reference
    mine = figures[version.name]
    return {
        "name": version.name,
        "title": version.title,
        "n_differ": int(differ.sum()),
        "n_patients_differ": len(np.unique(patients[differ])),
        "moved": moved.tolist(),
        "figures": [
            _figure(tested, main) | {"run": run} for run, mains in mine.items() for main in mains
        ],
        "differences": [
            _less(tested, a, b) | {"first": first, "second": second}
            for first, second in combinations(tested.samples, 2)
            for a, b in zip(mine[first], mine[second], strict=True)
        ],
        "relabelled": []
        if version.name == REFERENCE
        else [
            _less(tested, a, b) | {"run": run, "first": version.name, "second": REFERENCE}
            for run in tested.samples
            for a, b in zip(mine[run], figures[REFERENCE][run], strict=True)
        ],
    }


def _figure(tested: _Tested, main: Main) -> Figure:
    figure = figure_object(main.estimate, _place(tested, main))
    return figure | {"few": figure["n_patients"] < FEW_PATIENTS}


def _place(tested: _Tested, main: Main) -> Place:
    return Place(main.scope, "test", main.subset, tested.draws.patient, tested.seed, tested.unit)


def _less(tested: _Tested, a: Main, b: Main) -> Figure:
    return difference_of(a, b, tested.draws, seed=tested.seed, unit=tested.unit)


def moved_words(moved: Sequence[Sequence[int]]) -> str:
    """Which grades became which: `0 to 1: 12 images; 1 to 0: 3 images`; "" where none did."""
    said = [
        f"{one} to {other}: {moved[one][other]} image{'' if moved[one][other] == 1 else 's'}"
        for one in GRADES
        for other in GRADES
        if one != other and moved[one][other]
    ]
    return "; ".join(said)
