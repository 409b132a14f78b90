"""Which rows a temperature or a prediction set may be fitted on: never those it is judged on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sgus.core.errors import RunError
from sgus.report.evidence import Evidence
from sgus.report.figures import Mask

VALIDATION: Final = "validation"
OTHER_FOLDS: Final = "test rows of the other folds"
_WORDS: Final = {
    VALIDATION: (
        "Fitted on the validation part of the same fold, which also chose the epoch, so that the "
        "model looks a little better there than on new patients. No test row is used."
    ),
    OTHER_FOLDS: (
        "The run has no validation part in each fold. What is applied to a fold is fitted on the "
        "out-of-fold rows of the other folds (leave one fold out): no patient is in both, but the "
        "models of the other folds learnt from the patients judged here, so that the two are not "
        "fully independent."
    ),
}


@dataclass(frozen=True, eq=False)
class Lot:
    """The images of one fold that are judged, and the rows that may be fitted on for them.

    Attributes:
        fold: Name of the fold.
        judged: `(n_images,)`, the images of the evidence that are of this fold.
        known: Rows of the prediction table to fit on.
    """

    fold: str
    judged: Mask
    known: pd.DataFrame


@dataclass(frozen=True, eq=False)
class CalibrationRows:
    """What there is to fit on.

    Attributes:
        source: `validation`, `test rows of the other folds`, or None.
        lots: A lot a fold; none where there is nothing to fit on.
        method: What was done, for the reader; None without lots.
        reason: Why there are no lots, else None.
    """

    source: str | None
    lots: tuple[Lot, ...]
    method: str | None
    reason: str | None


def calibration_rows(evidence: Evidence) -> CalibrationRows:
    """Divide a run into what is judged and what may be fitted on.

    Args:
        evidence: A part of a run.

    Returns:
        Lots from the validation rows of each fold where every fold has some; else, with two
        folds or more, from the test rows of the others; else none, with the reason.

    Raises:
        RunError: The table would let a patient stand on both sides.
    """
    if evidence.where != "test":
        return CalibrationRows(None, (), None, "there are no test rows to judge it on")
    folds = sorted(evidence.rows["fold"].unique().tolist())
    validation = evidence.table[evidence.table["split"] == "validation"]
    if set(folds) <= set(validation["fold"]):
        source = VALIDATION
        known = {fold: validation[validation["fold"] == fold] for fold in folds}
    elif len(folds) > 1:
        source = OTHER_FOLDS
        known = {fold: evidence.rows[evidence.rows["fold"] != fold] for fold in folds}
    else:
        reason = "the run has no validation part, and no other folds, to fit it on"
        return CalibrationRows(None, (), None, reason)
    here = evidence.rows["fold"].to_numpy()
    lots = tuple(Lot(fold, np.asarray(here == fold), known[fold]) for fold in folds)
    for lot in lots:
        refuse_leak(lot.known, evidence.rows[lot.judged])
    return CalibrationRows(source, lots, _WORDS[source], None)


def refuse_leak(known: pd.DataFrame, judged: pd.DataFrame) -> None:
    """Refuse to fit on what is judged, or on what the model was fitted to.

    Args:
        known: Rows to fit on.
        judged: Rows that the fit is applied to and judged on.

    Raises:
        RunError: A row to fit on is of a training part, or a test row of a judged fold, or its
            image or patient is judged.
    """
    step = "Fit on the validation part, or on the other folds"
    if (known["split"] == "train").any():
        raise RunError("calibration", "training rows cannot be fitted on", step)
    test = known[known["split"] == "test"]
    if test["fold"].isin(judged["fold"]).any():
        raise RunError("calibration", "test rows of the judged fold cannot be fitted on", step)
    for column, name in (("image_id", "image"), ("patient_id", "patient")):
        shared = sorted(set(known[column]) & set(judged[column]))
        if shared:
            cause = f"{name} {shared[0]} would be fitted on and judged"
            raise RunError("calibration", cause, step)
