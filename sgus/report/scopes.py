"""The figures of each scope: the four grades, and each stage of the hierarchy.

Every function takes the images of one part of the data and answers with the estimates of one
scope. A stage decides for its higher side at a probability of 0.5 or more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.core.grades import GRADES, PATHOLOGICAL_FROM, STAGE_NAMES, STAGES, Stage
from sgus.report.figures import Estimate, FloatArray, Mask
from sgus.report.labels import IntArray, Label, Labelled, label_estimates
from sgus.report.predictions import P_COLUMNS, STAGE_COLUMNS
from sgus.stats.agreement.quadratic import quadratic_kappa
from sgus.stats.calibration import expected_calibration_error
from sgus.stats.ordinal import absolute_errors, ranked_probability_scores, weighted_mean
from sgus.stats.roc import area_under_roc

CUT = 0.5
GRADE_LABELS = tuple(Label(f"grade {grade}", grade) for grade in GRADES)
_NO_IMAGE = "there is no such image"
_NO_CHANCE = "all images have one and the same label, true and predicted"
_OTHER_BRANCH = "routed images may belong to the other branch, where this stage has no answer"
_ROUTED_WITHOUT = ("quadratic_kappa", "ranked_probability_score", "auc", "calibration_error")


@dataclass(frozen=True, eq=False)
class Sample:
    """The images of one part of the data.

    Attributes:
        grade: `(n_images,)` true grades.
        predicted: `(n_images,)` predicted grades.
        p: `(n_images, 4)` grade probabilities.
        stages: `(n_images, 3)` probability of the higher side of each stage.
        patients: `(n_images,)`.
        weights: `(1 + n_resamples, n_images)`, the first row as observed.
    """

    grade: IntArray
    predicted: IntArray
    p: FloatArray
    stages: FloatArray
    patients: NDArray[Any]
    weights: FloatArray

    @classmethod
    def of(cls, table: pd.DataFrame, weights: FloatArray) -> Sample:
        """Take the columns out of a checked prediction table."""
        return cls(
            grade=table["grade"].to_numpy(),
            predicted=table["predicted"].to_numpy(),
            p=table[list(P_COLUMNS)].to_numpy(),
            stages=table[list(STAGE_COLUMNS)].to_numpy(),
            patients=table["patient_id"].to_numpy(),
            weights=weights,
        )

    def only(self, kept: Mask) -> Sample:
        """The images of a mask, resampled as part of the whole."""
        return replace(
            self,
            grade=self.grade[kept],
            predicted=self.predicted[kept],
            p=self.p[kept],
            stages=self.stages[kept],
            patients=self.patients[kept],
            weights=self.weights[:, kept],
        )

    def p_of(self, stage: Stage) -> FloatArray:
        """`(n_images,)` probability of the higher side of a stage."""
        return np.asarray(self.stages[:, STAGE_NAMES.index(stage.name)], dtype=np.float64)

    def side_of(self, stage: Stage) -> IntArray:
        """`(n_images,)` predicted side of a stage, 0 lower and 1 higher."""
        return (self.p_of(stage) >= CUT).astype(np.int64)


def belongs(sample: Sample, stage: Stage) -> Mask:
    """Images whose true grade is one the stage decides between."""
    return np.isin(sample.grade, stage.grades)


def routed(sample: Sample, stage: Stage) -> Mask:
    """Images that the predicted side of stage 1 sends to a stage."""
    first = STAGES[0]
    side = int(set(stage.grades) <= set(first.higher))
    return np.asarray(sample.side_of(first) == side)


def side_labels(stage: Stage) -> tuple[Label, Label]:
    """The two sides of a stage; a side of one grade is that grade."""
    lower, higher = (_side(stage.lower, "_lower"), _side(stage.higher, "_higher"))
    return lower, higher


def _side(grades: tuple[int, ...], suffix: str) -> Label:
    if len(grades) == 1:
        return Label(f"grade {grades[0]}", grades[0])
    return Label(f"side {'/'.join(map(str, grades))}", None, suffix)


def four_grades(sample: Sample) -> list[Estimate]:
    """All figures of the four-grade prediction."""
    data = Labelled(GRADE_LABELS, sample.grade, sample.predicted, sample.weights)
    right = sample.predicted == sample.grade
    confidence = sample.p[np.arange(len(right)), sample.predicted]
    errors = absolute_errors(sample.grade, sample.predicted)
    scores = ranked_probability_scores(sample.grade, sample.p)
    everything = np.ones(len(right), dtype=bool)

    def made(name: str, values: FloatArray, why: str = _NO_IMAGE) -> Estimate:
        return Estimate(name, values, everything, why)

    return [
        *label_estimates(data),
        made("quadratic_kappa", quadratic_kappa(data.matrices()[:, :-1, :-1]), _NO_CHANCE),
        made("mean_absolute_error", weighted_mean(errors, sample.weights)),
        made("ranked_probability_score", weighted_mean(scores, sample.weights)),
        made("calibration_error", expected_calibration_error(confidence, right, sample.weights)),
    ]


def stage_on_truth(sample: Sample, stage: Stage) -> list[Estimate]:
    """All figures of a stage on images that truly belong to it (see `belongs`)."""
    truth = np.isin(sample.grade, stage.higher).astype(np.int64)
    data = Labelled(side_labels(stage), truth, sample.side_of(stage), sample.weights)
    p, w = sample.p_of(stage), sample.weights
    two = np.stack([1.0 - p, p], axis=1)
    brier = weighted_mean(ranked_probability_scores(truth, two), w)
    sides: Sequence[tuple[str, Mask]] = (data.of(0), data.of(1))
    everything = np.ones(len(p), dtype=bool)
    one_side = "; ".join(f"no image {name}" for name, mask in sides if not mask.any())
    area = area_under_roc(truth == 1, p, w)
    error = expected_calibration_error(p, truth == 1, w)
    kappa = quadratic_kappa(data.matrices()[:, :-1, :-1])
    return [
        *label_estimates(data),
        Estimate("quadratic_kappa", kappa, everything, _NO_CHANCE if len(p) else _NO_IMAGE),
        Estimate("ranked_probability_score", brier, everything, _NO_IMAGE),
        Estimate("auc", area, everything, one_side, groups=sides),
        Estimate("calibration_error", error, everything, _NO_IMAGE),
    ]


def stage_as_routed(sample: Sample, stage: Stage) -> list[Estimate]:
    """The figures of a second stage behind the first one's decision, over all images.

    An image sent to the wrong branch is wrong there and missed here: accuracy and precision are
    over the images routed here, recall over all images of the grade.
    """
    here = routed(sample, stage)
    none = len(stage.grades)
    truth = np.full(len(here), none, dtype=np.int64)
    for index, grade in enumerate(stage.grades):
        truth[sample.grade == grade] = index
    predicted = np.where(here, sample.side_of(stage), none)
    data = Labelled(side_labels(stage), truth, predicted, sample.weights)
    unanswered = [Estimate(name, None, here, _OTHER_BRANCH) for name in _ROUTED_WITHOUT]
    return [*label_estimates(data), *unanswered]


def stage_agrees_with_grade(sample: Sample) -> Estimate:
    """How often the side of stage 1 is the side of the predicted grade."""
    same = sample.side_of(STAGES[0]) == (sample.predicted >= PATHOLOGICAL_FROM)
    shares = weighted_mean(same.astype(np.float64), sample.weights)
    everything = np.ones(len(same), dtype=bool)
    return Estimate("agrees_with_predicted_grade", shares, everything, _NO_IMAGE)
