"""The parts of the data that figures are reported for: test, validation, each fold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sgus.core.errors import RunError
from sgus.core.grades import GRADES

FOLD = "test fold "
"""What the name of a part begins with that is one fold of several."""


def divide(table: pd.DataFrame) -> tuple[dict[str, pd.DataFrame], list[dict[str, Any]]]:
    """Divide a checked prediction table into the parts that are reported.

    Returns:
        The rows of each part by its name, and what was left out: `where`, `rows`, `reason`.

    Raises:
        RunError: There is nothing to report.
    """
    by_split = {str(name): rows for name, rows in table.groupby("split", sort=True)}
    test = by_split.get("test")
    validation = by_split.get("validation")
    parts: dict[str, pd.DataFrame] = {}
    left_out: list[dict[str, Any]] = []
    if test is not None:
        parts["test"] = test
    if validation is not None:
        if table["fold"].nunique() > 1:
            why = "validation parts of several folds chose several models and are not pooled"
            left_out.append({"where": "validation", "rows": len(validation), "reason": why})
        else:
            parts["validation"] = validation
    if "train" in by_split:
        why = "a model is not judged on images it was fitted to"
        left_out.append({"where": "train", "rows": len(by_split["train"]), "reason": why})
    if not parts:
        cause = "there is neither a test row nor a validation part of one fold"
        raise RunError("predictions", cause, "Predict the test images of the split")
    if test is not None and test["fold"].nunique() > 1:
        parts |= {f"{FOLD}{name}": rows for name, rows in test.groupby("fold", sort=True)}
    return parts, left_out


def summary(where: str, rows: pd.DataFrame) -> dict[str, Any]:
    """What a part holds: images, patients, images of each grade, folds."""
    counts = np.bincount(rows["grade"], minlength=len(GRADES))
    return {
        "where": where,
        "n_images": len(rows),
        "n_patients": int(rows["patient_id"].nunique()),
        "images_by_grade": {str(grade): int(counts[grade]) for grade in GRADES},
        "folds": sorted(rows["fold"].unique().tolist()),
    }
