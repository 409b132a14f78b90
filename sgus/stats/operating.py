"""What a decision is worth at one threshold.

References:
    Altman & Bland 1994, 10.1136/bmj.308.6943.1552 (sensitivity, specificity) and
    10.1136/bmj.309.6947.102 (predictive values).
"""

from __future__ import annotations

from typing import Final

from sgus.stats.confusion import ratio
from sgus.stats.draws import FloatArray
from sgus.stats.thresholds import Counts

OPERATING: Final = (
    "sensitivity", "specificity", "positive_predictive_value", "negative_predictive_value",
    "accuracy", "balanced_accuracy",
)  # fmt: skip


def operating_figures(counts: Counts) -> dict[str, FloatArray]:
    """The figures of a decision, in the order of `OPERATING`.

    Predictive values hold for the share of the higher side that these images have; among other
    people they differ although sensitivity and specificity do not.

    Args:
        counts: Of one threshold or of many.

    Returns:
        An array by figure, shaped as the counts; NaN where nothing stands below the line: a side
        without images (sensitivity, specificity, balanced accuracy), a call nobody got.
    """
    tp, fp, fn, tn = counts.tp, counts.fp, counts.fn, counts.tn
    sensitivity, specificity = ratio(tp, tp + fn), ratio(tn, tn + fp)
    found = (
        sensitivity,
        specificity,
        ratio(tp, tp + fp),
        ratio(tn, tn + fn),
        ratio(tp + tn, tp + fp + fn + tn),
        (sensitivity + specificity) / 2.0,
    )
    return dict(zip(OPERATING, found, strict=True))
