"""Suspected label errors: how well a label agrees with a model that never saw the patient.

The scores are those of cleanlab, on out-of-fold probabilities only: a model that learnt a wrong
label repeats it, and would vouch for it.

References:
    Northcutt, Jiang & Chuang 2021, Confident Learning, 10.1613/jair.1.12125; scores of label
    quality: Kuan & Mueller 2022, Model-agnostic label quality scoring, ICML DataPerf workshop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import RunError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

HELD_OUT: Final = ("test", "validation")
"""Parts whose images no gradient came from. The best epoch was chosen on a validation part, which
favours its labels a little."""
_STEP: Final = "Use a test part, or train with --split kfold, where every image is tested once"


@dataclass(frozen=True, eq=False)
class LabelQuality:
    """How well each label agrees with the model, `(n_images,)` each, 0 to 1; low is suspect.

    Attributes:
        self_confidence: Probability that the model gives the label.
        normalized_margin: (p of the label - largest p of the others + 1) / 2; below one half
            another grade is more probable. The score that orders suspects: grading errors go to
            one particular other grade, which is what it is made for.
    """

    self_confidence: FloatArray
    normalized_margin: FloatArray


def label_quality(grade: IntArray, p: FloatArray, *, split: Sequence[str]) -> LabelQuality:
    """Score the label of every image.

    Args:
        grade: `(n_images,)` the label, 0 to 3.
        p: `(n_images, 4)` probabilities of a model that did not learn from the image's patient.
        split: `(n_images,)` the part that each row is of, as the run says it.

    Raises:
        RunError: A row is of no held-out part, or there is none at all.
    """
    refuse_learnt(split)
    labels = np.asarray(grade, dtype=np.int64)
    probabilities = np.asarray(p, dtype=np.float64)
    return LabelQuality(
        _scored(labels, probabilities, "self_confidence"),
        _scored(labels, probabilities, "normalized_margin"),
    )


def refuse_learnt(split: Sequence[str]) -> None:
    """Refuse rows that are not held out.

    Args:
        split: `(n_images,)` the part of each.

    Raises:
        RunError: There is none, or one is of another part than test or validation; how many.
    """
    learnt = sum(part not in HELD_OUT for part in split)
    if learnt:
        cause = (
            f"the model learnt from {learnt} of these {len(split)} images, and repeats the labels "
            "it learnt"
        )
        raise RunError("suspected label errors", cause, _STEP)
    if not len(split):
        raise RunError("suspected label errors", "no image was held out from training", _STEP)


def _scored(labels: IntArray, p: FloatArray, method: str) -> FloatArray:
    # scikit-learn comes with it: only who asks for the scores waits for that.
    from cleanlab.rank import get_label_quality_scores  # type: ignore[import-untyped]

    scores: Any = get_label_quality_scores(labels, p, method=method)
    return np.asarray(scores, dtype=np.float64)
