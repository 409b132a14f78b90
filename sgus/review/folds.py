"""How much models of different folds differ on an image that none of them learnt from.

In a run of several folds every image is tested by one model, and some were also in the validation
part of other folds. Only these rows count: a model that learnt from the image says little new. A
validation row helped to choose the epoch of its model, which is a weak form of knowing it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sgus.core.errors import RunError
from sgus.core.grades import GRADES
from sgus.review.boundary import Boundary
from sgus.review.suspects import HELD_OUT

LEAST: Final = 2
"""Models below which there is nothing that could differ."""
NEEDS: Final = "that needs a k-fold run with validation parts"


def fold_spread(table: pd.DataFrame, boundary: Boundary) -> pd.DataFrame:
    """Spread of the held-out predictions of each image.

    Args:
        table: Checked prediction rows of all parts of all folds.
        boundary: What the models may differ on.

    Returns:
        A row an image that was held out in `LEAST` folds or more, sorted by it: `image_id`,
        `n_held_out` (models), `fold_spread` (largest less smallest probability of the upper side
        of the boundary, 0 to 1), `folds_higher` (share of the models that call it the upper
        side, 0 to 1).

    Raises:
        RunError: A patient was learnt from and held out in one fold, there is one fold only, or
            no image was held out by two models.
    """
    _refuse_leak(table)
    held = table[table["split"].isin(HELD_OUT)]
    n_folds = held["fold"].nunique()
    if n_folds < LEAST:
        cause = f"it has held-out predictions of {n_folds} fold only; {NEEDS}"
        raise RunError("disagreement of folds", cause, "Train with --split kfold")
    upper = held[[f"p{k}" for k in GRADES if k >= boundary.upper]].sum(axis=1)
    called = boundary.is_higher(held["predicted"].to_numpy(dtype=np.int64))
    by = held.assign(upper=upper, called=called).groupby("image_id", sort=True)
    found = pd.DataFrame(
        {
            "n_held_out": by["fold"].nunique(),
            "fold_spread": by["upper"].max() - by["upper"].min(),
            "folds_higher": by["called"].mean(),
        }
    )
    found = found[found["n_held_out"] >= LEAST].reset_index()
    if found.empty:
        cause = f"every image was held out by one model only; {NEEDS}"
        raise RunError("disagreement of folds", cause, "Train with --split kfold")
    return found


def _refuse_leak(table: pd.DataFrame) -> None:
    """A patient on both sides of a fold would make its held-out rows no such thing."""
    sides = table.assign(held=table["split"].isin(HELD_OUT))
    torn = sides.groupby(["fold", "patient_id"])["held"].nunique()
    if (torn > 1).any():
        fold, patient = torn.index[torn > 1][0]
        cause = f"patient {patient} was learnt from and held out in fold {fold}"
        raise RunError("predictions", cause, "Train again: this run leaks")
