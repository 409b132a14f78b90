"""Which images change sides from one run to another, and what the runs' settings differ in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgus.core.grades import GRADES, STAGES
from sgus.report.main_figures import FOUR_GRADES
from sgus.report.scopes import Sample, belongs


def changed_images(
    samples: Mapping[str, Sample], image_ids: NDArray[Any], patient_ids: NDArray[Any]
) -> list[dict[str, Any]]:
    """Images that the runs do not answer alike, in each scope.

    Args:
        samples: Samples of the same images in the same order, by run.
        image_ids: `(n_images,)`.
        patient_ids: `(n_images,)`.

    Returns:
        A row an image and scope: `scope, image_id, patient_id, grade, said` (answer by run: a
        grade, or the grades of a side) and `right` (by run). A second stage is asked only of
        images truly of its branch.
    """
    rows: list[dict[str, Any]] = []
    for scope, (answers, truth, used) in _answers(samples).items():
        stacked = np.stack(list(answers.values()))
        differ = used & (stacked != stacked[0]).any(axis=0)
        for i in np.flatnonzero(differ):
            rows.append(
                {
                    "scope": scope,
                    "image_id": str(image_ids[i]),
                    "patient_id": str(patient_ids[i]),
                    "grade": int(next(iter(samples.values())).grade[i]),
                    "said": {run: _name(scope, int(said[i])) for run, said in answers.items()},
                    "right": {run: bool(said[i] == truth[i]) for run, said in answers.items()},
                }
            )
    return rows


def changed_counts(rows: list[dict[str, Any]], runs: list[str]) -> list[dict[str, Any]]:
    """How many images each run puts right and wrong that the first run had otherwise.

    Args:
        rows: Of `changed_images`.
        runs: Names of the runs, the first being the one that the others are held against.

    Returns:
        A row a run, scope and grade: `run, against, scope, grade, n_images` (answered otherwise),
        `n_patients`, `put_right`, `put_wrong` and `both_wrong`.
    """
    first, *others = runs
    found = []
    for run in others:
        moved = [row for row in rows if row["said"][run] != row["said"][first]]
        for scope, grade in sorted({(row["scope"], row["grade"]) for row in moved}):
            mine = [row for row in moved if (row["scope"], row["grade"]) == (scope, grade)]
            found.append(
                {
                    "run": run,
                    "against": first,
                    "scope": scope,
                    "grade": grade,
                    "n_images": len(mine),
                    "n_patients": len({row["patient_id"] for row in mine}),
                    "put_right": sum(row["right"][run] for row in mine),
                    "put_wrong": sum(row["right"][first] for row in mine),
                    "both_wrong": sum(
                        not any(row["right"][r] for r in (run, first)) for row in mine
                    ),
                }
            )
    return found


def config_differences(configs: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Settings that are not the same in all runs.

    Args:
        configs: Nested settings by run, as in `run.json`.

    Returns:
        A row a setting, in the order of its dotted name: `setting`, `values` by run (None where
        a run has no such setting) and `missing`, the runs that have none.
    """
    flat = {run: _flat(config) for run, config in configs.items()}
    names = sorted({name for settings in flat.values() for name in settings})
    rows = []
    for name in names:
        missing = [run for run, settings in flat.items() if name not in settings]
        values = {run: settings.get(name) for run, settings in flat.items()}
        distinct = {repr(value) for value in values.values()}
        if missing or len(distinct) > 1:
            rows.append({"setting": name, "values": values, "missing": missing})
    return rows


def _flat(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in config.items():
        if isinstance(value, Mapping) and value:
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def _answers(samples: Mapping[str, Sample]) -> dict[str, tuple[dict[str, Any], Any, Any]]:
    one = next(iter(samples.values()))
    everything = np.ones(len(one.grade), dtype=bool)
    graded = {run: sample.predicted for run, sample in samples.items()}
    found: dict[str, tuple[dict[str, Any], Any, Any]] = {
        FOUR_GRADES: (graded, one.grade, everything)
    }
    for stage in STAGES:
        sides = {run: sample.side_of(stage) for run, sample in samples.items()}
        truth = np.isin(one.grade, stage.higher).astype(np.int64)
        found[stage.name] = (sides, truth, belongs(one, stage))
    return found


def _name(scope: str, answer: int) -> str:
    if scope == FOUR_GRADES:
        return str(GRADES[answer])
    stage = next(stage for stage in STAGES if stage.name == scope)
    return "/".join(map(str, stage.higher if answer else stage.lower))
