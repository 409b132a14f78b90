"""The confusion matrices of the report: rows are the truth, columns the prediction."""

from __future__ import annotations

from typing import Any

import numpy as np

from sgus.core.grades import GRADES, STAGES, Stage
from sgus.report.scopes import Sample, belongs, routed, side_labels
from sgus.stats.confusion import IntArray, confusion_matrix

Matrix = dict[str, Any]


def matrices_of(sample: Sample, where: str) -> list[Matrix]:
    """Matrices of four grades and each stage; as routed, the rows are all four grades."""
    first, *second = STAGES
    grades = [str(grade) for grade in GRADES]
    matrices = [
        _matrix(sample, sample.grade, sample.predicted, rows=grades, columns=grades)
        | {"scope": "four_grades", "where": where, "subset": None},
        _by_side(sample, first) | {"scope": first.name, "where": where, "subset": None},
    ]
    for stage in second:
        true = sample.only(belongs(sample, stage))
        here = sample.only(routed(sample, stage))
        columns = _side_names(stage)
        through = _matrix(here, here.grade, here.side_of(stage), rows=grades, columns=columns)
        place = {"scope": stage.name, "where": where}
        matrices.append(_by_side(true, stage) | place | {"subset": "truth"})
        matrices.append(through | place | {"subset": "routed"})
    return matrices


def _by_side(sample: Sample, stage: Stage) -> Matrix:
    names = _side_names(stage)
    truth = np.isin(sample.grade, stage.higher).astype(np.int64)
    return _matrix(sample, truth, sample.side_of(stage), rows=names, columns=names)


def _side_names(stage: Stage) -> list[str]:
    return [label.name.rpartition(" ")[2] for label in side_labels(stage)]


def _matrix(
    sample: Sample, truth: IntArray, predicted: IntArray, *, rows: list[str], columns: list[str]
) -> Matrix:
    once = np.ones(len(truth))
    counts = confusion_matrix(truth, predicted, shape=(len(rows), len(columns)), weights=once)
    return {
        "rows": rows,
        "columns": columns,
        "counts": counts.astype(int).tolist(),
        "n_images": len(truth),
        "n_patients": len(np.unique(sample.patients)),
    }
