"""The few figures that models and groups are compared by, from sums over images.

All of them are made of one array of features an image, so that a group or another model costs one
small product for all resamples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sgus.core.grades import N_GRADES, STAGES, Stage
from sgus.report.evidence import masked
from sgus.report.figures import Estimate, FloatArray, Mask
from sgus.report.labels import IntArray
from sgus.report.scopes import Sample, belongs
from sgus.stats import classification as c
from sgus.stats.agreement.quadratic import quadratic_kappa
from sgus.stats.confusion import ratio
from sgus.stats.draws import PatientDraws
from sgus.stats.ordinal import ranked_probability_scores

FOUR_GRADES: Final = "four_grades"
_GRADE_CELLS: Final = N_GRADES * N_GRADES
_SIDE_CELLS: Final = 4
_NO_IMAGE: Final = "there is no such image"
_NO_CHANCE: Final = "all images have one and the same label, true and predicted"


@dataclass(frozen=True, eq=False)
class Main:
    """One of the main figures.

    Attributes:
        scope: `four_grades` or a stage.
        subset: `truth` for the second stages, else None.
        estimate: The figure on the data as observed and on every resample.
    """

    scope: str
    subset: str | None
    estimate: Estimate


def main_features(sample: Sample) -> FloatArray:
    """What the main figures are summed from, `(n_images, 29)`: cells of the matrices, and scores.

    The first 16 columns are the cells of the four grades, then four for each stage (truth by
    predicted side, zero for an image of the other branch), then the ranked probability score.
    """
    columns = [_cells(sample.grade * N_GRADES + sample.predicted, _GRADE_CELLS)]
    for stage in STAGES:
        truth = np.isin(sample.grade, stage.higher).astype(np.int64)
        cells = _cells(truth * 2 + sample.side_of(stage), _SIDE_CELLS)
        columns.append(masked(cells, belongs(sample, stage)))
    columns.append(ranked_probability_scores(sample.grade, sample.p)[:, None])
    return np.concatenate(columns, axis=1)


def main_figures(sample: Sample, draws: PatientDraws, groups: Sequence[Mask]) -> list[list[Main]]:
    """The main figures of groups of images, for all groups and resamples at once.

    They are accuracy, balanced accuracy, quadratic kappa and ranked probability score of the four
    grades, accuracy of stage 1, and balanced accuracy of 0 v 1 and of 2 v 3 (of the images that
    truly belong to the branch).

    Args:
        sample: The images of a part.
        draws: Their resamples.
        groups: Masks `(n_images,)`; a group is resampled as part of the whole.

    Returns:
        The figures of each group.
    """
    features = main_features(sample)
    sums = draws.sums(np.concatenate([masked(features, kept) for kept in groups], axis=1))
    parts = np.split(sums, len(groups), axis=1)
    return [_of_group(sample, part, kept) for part, kept in zip(parts, groups, strict=True)]


def _of_group(sample: Sample, sums: FloatArray, kept: Mask) -> list[Main]:
    grades = sums[:, :_GRADE_CELLS].reshape(-1, N_GRADES, N_GRADES)
    tallied = c.tally(grades, n_labels=N_GRADES)
    of_grade = [(f"with grade {g}", kept & (sample.grade == g)) for g in range(N_GRADES)]
    score = ratio(sums[:, -1], grades.sum(axis=(-2, -1)))
    alike = _NO_CHANCE if kept.any() else _NO_IMAGE
    four = [
        Estimate("accuracy", c.accuracy(tallied), kept, _NO_IMAGE),
        _balanced(tallied, kept, of_grade),
        Estimate("quadratic_kappa", quadratic_kappa(grades), kept, alike),
        Estimate("ranked_probability_score", score, kept, _NO_IMAGE),
    ]
    stages = [_of_stage(sample, sums, stage, kept) for stage in STAGES]
    return [*(Main(FOUR_GRADES, None, estimate) for estimate in four), *stages]


def _of_stage(sample: Sample, sums: FloatArray, stage: Stage, kept: Mask) -> Main:
    start = _GRADE_CELLS + _SIDE_CELLS * STAGES.index(stage)
    tallied = c.tally(sums[:, start : start + _SIDE_CELLS].reshape(-1, 2, 2), n_labels=2)
    if stage is STAGES[0]:
        return Main(stage.name, None, Estimate("accuracy", c.accuracy(tallied), kept, _NO_IMAGE))
    mine = kept & belongs(sample, stage)
    of_side = [(f"with grade {g}", mine & (sample.grade == g)) for g in stage.grades]
    return Main(stage.name, "truth", _balanced(tallied, mine, of_side))


def _balanced(tallied: c.Tally, kept: Mask, groups: Sequence[tuple[str, Mask]]) -> Estimate:
    empty = "; ".join(f"no image {name}" for name, mask in groups if not mask.any())
    values = c.macro(c.recall(tallied))
    return Estimate("balanced_accuracy", values, kept, empty or _NO_IMAGE, groups=groups)


def _cells(index: IntArray, size: int) -> FloatArray:
    cells = np.zeros((len(index), size))
    cells[np.arange(len(index)), index] = 1.0
    return cells
