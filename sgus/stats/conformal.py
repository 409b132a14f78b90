"""Prediction sets with a promised coverage: "0 or 1" as an honest answer.

Images of one patient are not exchangeable with those of another, so that a plain quantile over
images promises nothing. Patients are exchangeable. The quantile used here gives every calibration
patient one vote, split among the images of that patient, and the new patient one that counts as the
worst possible score (hierarchical conformal prediction, Lee, Barber & Willett 2023). It promises:
over calibration sets and new patients alike, the set of **one image of a new patient** holds the
true grade with a chance of at least 1 - alpha. It draws nothing at random, unlike the repeated
subsampling of one image a patient (Dunn, Wasserman & Ramdas 2023, 10.1080/01621459.2022.2060112).

What it does not promise: that coverage in each grade or device, or for all images of one patient
together; nor anything for patients of another kind than those it was calibrated on.

References:
    Lee, Barber & Willett 2023, arXiv 2306.06342; ordinal adaptive sets: Lu, Angelopoulos &
    Pomerantz 2022, 10.1007/978-3-031-16452-1_52; least ambiguous sets: Sadinle, Lei & Wasserman
    2019, 10.1080/01621459.2017.1395341.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
SCORES: Final = ("ordinal", "least_ambiguous")
"""`ordinal` gives neighbouring grades only, `least_ambiguous` any grades, or none."""
_ROUNDING: Final = 1e-9


def ordinal_scores(p: FloatArray) -> FloatArray:
    """Score of each label: the probability gathered before it joins the set.

    A set starts with the most probable label and grows by the more probable of its two
    neighbours, so that it is contiguous. Ties go to the lower label.

    Args:
        p: `(n_images, k)`, summing to one over the last axis.

    Returns:
        `(n_images, k)`, 0 for the most probable label: it is in every set, and no set is empty.
    """
    n, k = p.shape
    padded = np.full((n, k + 2), -1.0)
    padded[:, 1:-1] = p
    low = np.argmax(p, axis=1) + 1
    high = low.copy()
    rows = np.arange(n)
    gathered = padded[rows, low]
    scores = np.zeros((n, k + 2))
    for _ in range(k - 1):
        down = padded[rows, low - 1] >= padded[rows, high + 1]
        low, high = low - down, high + ~down
        joined = np.where(down, low, high)
        scores[rows, joined] = gathered
        gathered = gathered + padded[rows, joined]
    return scores[:, 1:-1]


def least_ambiguous_scores(p: FloatArray) -> FloatArray:
    """Score of each label: one minus its probability, `(n_images, k)`."""
    return 1.0 - np.asarray(p, dtype=np.float64)


def least_patients(alpha: float) -> int:
    """Calibration patients without which a set must hold every grade: 1/alpha - 1, rounded up."""
    return math.ceil(1.0 / alpha - 1.0 - _ROUNDING)


def patient_quantile(scores: FloatArray, patients: NDArray[Any], *, alpha: float) -> float:
    """The threshold that scores are compared with.

    The smallest score at which the calibration images at or below it weigh 1 - alpha, where
    an image of patient k weighs 1 / ((n_patients + 1) x images of k). The weight that is missing to
    one, 1 / (n_patients + 1), is the new patient's.

    Args:
        scores: `(n_images,)` score of the true label of each calibration image.
        patients: `(n_images,)`.
        alpha: Share of sets that may miss, in (0, 1).

    Returns:
        The threshold; infinity where there are fewer than `least_patients` patients. With one
        image a patient it is the ceil((n + 1)(1 - alpha))-th smallest score.
    """
    _, index, counts = np.unique(patients, return_inverse=True, return_counts=True)
    if len(counts) < least_patients(alpha):
        return math.inf
    order = np.argsort(scores, kind="stable")
    weights = 1.0 / ((len(counts) + 1) * counts[index.ravel()[order]])
    reached = np.cumsum(weights) >= 1.0 - alpha - _ROUNDING
    return float(scores[order][int(np.argmax(reached))])


def prediction_sets(scores: FloatArray, threshold: float) -> NDArray[np.bool_]:
    """Labels of each set: those whose score is at most the threshold.

    Args:
        scores: `(n_images, k)` of every label.
        threshold: Of `patient_quantile`, made from the same kind of score.

    Returns:
        `(n_images, k)` bool.
    """
    return np.asarray(scores <= threshold + _ROUNDING)
