"""The prediction table, checked before anything is computed from it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.core.errors import RunError
from sgus.core.grades import GRADES, STAGE_NAMES, grades_from_stages

P_COLUMNS = tuple(f"p{grade}" for grade in GRADES)
STAGE_COLUMNS = tuple(f"p_{name}" for name in STAGE_NAMES)
SPLITS = ("train", "validation", "test")
_TEXT = ("image_id", "patient_id", "split")
_GRADES = ("grade", "predicted")
_ROUNDING = 1e-6  # a sum of single-precision numbers may be 1.0000001
_SUM_TOLERANCE = 1e-4
_PRODUCT_TOLERANCE = 1e-3  # three rounded factors
_NAMED_ROWS = 5


def check_predictions(table: pd.DataFrame) -> pd.DataFrame:
    """Check a prediction table and bring it into one order, whatever order it came in.

    Args:
        table: Columns `image_id, patient_id, split, grade, p0..p3, p_stage1, p_stage2a,
            p_stage2b, predicted` and, optionally, `fold`; others are dropped.

    Returns:
        The named columns with their types, sorted by split, fold and image.

    Raises:
        RunError: A column is missing, there is no row, or rows break the contract; the message
            names the first of them (row 2 is the first below the header).
    """
    wanted = (*_TEXT, *_GRADES, *P_COLUMNS, *STAGE_COLUMNS)
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        _refuse(f"columns are missing: {', '.join(missing)}")
    if table.empty:
        _refuse("the table has no rows")
    clean = pd.DataFrame(index=pd.RangeIndex(2, len(table) + 2))
    for name in _TEXT:
        clean[name] = _texts(table[name])
    clean["fold"] = _texts(table["fold"]) if "fold" in table.columns else ""
    for name in (*_GRADES, *P_COLUMNS, *STAGE_COLUMNS):
        clean[name] = pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=np.float64)
    _check_values(clean)
    _check_identity(clean)
    p_columns = [*P_COLUMNS, *STAGE_COLUMNS]
    clean[p_columns] = clean[p_columns].clip(0.0, 1.0)
    clean[list(_GRADES)] = clean[list(_GRADES)].astype(np.int64)
    return clean.sort_values(["split", "fold", "image_id"], ignore_index=True)


def _texts(column: pd.Series[Any]) -> NDArray[Any]:
    return column.astype("string").fillna("").str.strip().to_numpy(dtype=object)


def _check_values(table: pd.DataFrame) -> None:
    for name in ("image_id", "patient_id"):
        _refuse_rows(table, (table[name] == "").to_numpy(), f"{name} is empty")
    known = ", ".join(SPLITS)
    _refuse_rows(table, ~table["split"].isin(SPLITS).to_numpy(), f"split is none of {known}")
    for name in _GRADES:
        bad = ~table[name].isin(GRADES).to_numpy()
        _refuse_rows(table, bad, f"{name} is not a whole number from 0 to 3")
    p = table[list(P_COLUMNS)].to_numpy()
    stages = table[list(STAGE_COLUMNS)].to_numpy()
    both = np.concatenate([p, stages], axis=1)
    inside = np.all((both >= -_ROUNDING) & (both <= 1.0 + _ROUNDING), axis=1)  # NaN is outside
    _refuse_rows(table, np.logical_not(inside), "a probability is not a number from 0 to 1")
    off = np.asarray(np.abs(p.sum(axis=1) - 1.0) > _SUM_TOLERANCE)
    _refuse_rows(table, off, "p0 to p3 do not sum to one")
    apart = np.abs(grades_from_stages(stages) - p).max(axis=1)
    far = np.asarray(apart > _PRODUCT_TOLERANCE)
    _refuse_rows(table, far, "the stage probabilities do not multiply out to p0 to p3")


def _check_identity(table: pd.DataFrame) -> None:
    twice = table.duplicated(["split", "fold", "image_id"], keep=False).to_numpy()
    _refuse_rows(table, twice, "an image stands twice in one part of one fold")
    tested = table[table["split"] == "test"]
    again = tested.duplicated("image_id", keep=False).to_numpy()
    _refuse_rows(tested, again, "an image is tested in more than one fold")
    held = tested.groupby("patient_id")["fold"].nunique()
    torn = tested["patient_id"].isin(held.index[held > 1]).to_numpy()
    _refuse_rows(tested, torn, "a patient is tested in more than one fold")
    parts = table.groupby(["fold", "patient_id"])["split"].transform("nunique").to_numpy()
    _refuse_rows(table, parts > 1, "a patient stands on two sides of one fold")


def _refuse_rows(table: pd.DataFrame, bad: NDArray[Any], cause: str) -> None:
    if bad.any():
        _refuse(f"{cause} ({_rows(table.index[bad])})")


def _rows(numbers: Iterable[Any]) -> str:
    rows = [str(number) for number in numbers]
    more = len(rows) - _NAMED_ROWS
    named = ", ".join(rows[:_NAMED_ROWS]) + (f" and {more} more" if more > 0 else "")
    return f"{'row' if len(rows) == 1 else 'rows'} {named}"


def _refuse(cause: str) -> None:
    raise RunError("predictions", cause, "Write the table again with train or predict")
