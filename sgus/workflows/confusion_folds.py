"""What models of different folds say of the images at a boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sgus.core.errors import RunError
from sgus.review.boundary import Boundary
from sgus.review.folds import fold_spread
from sgus.review.order import FOLDS

if TYPE_CHECKING:
    from sgus.workflows.run_view import RunView

_COLUMNS: Final[dict[str, Any]] = {
    "n_held_out": "Int64",
    "fold_spread": "Float64",
    "folds_higher": "Float64",
}


def add_folds(
    view: RunView, at: Boundary, rows: pd.DataFrame, *, reasons: dict[str, str], notes: list[str]
) -> None:
    """Put the columns of `fold_spread` beside the images.

    Args:
        view: The run.
        at: The boundary.
        rows: The images, with `image_id`; gets the columns.
        reasons: Gets why folds cannot be compared.
        notes: Gets how many images were held out by one model only.
    """
    try:
        found = fold_spread(fold_tables(view), at).set_index("image_id")
    except RunError as error:
        reasons[FOLDS] = error.cause
        found = pd.DataFrame(columns=list(_COLUMNS))
    for name, kind in _COLUMNS.items():
        rows[name] = found[name].astype(kind).reindex(rows["image_id"]).array
    missing = int(rows["fold_spread"].isna().sum())
    if missing and FOLDS not in reasons:
        notes.append(
            f"{missing} of {len(rows)} images were held out by one model only (all others learnt "
            "from them), so that there are no two models to compare: folds cannot disagree on them"
        )


def fold_tables(view: RunView) -> pd.DataFrame:
    """The prediction rows of all parts of all folds.

    Args:
        view: The run.

    Returns:
        Checked rows; those of `predictions.csv` where the folds left no tables of their own.

    Raises:
        RunError: A table of a fold is damaged, or is of another fold than its folder says.
    """
    from sgus.report.predictions import check_predictions
    from sgus.workflows.evaluating import PREDICTIONS, read_predictions

    tables = []
    for path in sorted(view.directory.glob(f"folds/*/{PREDICTIONS}")):
        table = check_predictions(read_predictions(path))
        if set(table["fold"]) != {path.parent.name}:
            cause = f"the table of fold {path.parent.name} is of another fold"
            raise RunError(path, cause, "Restore the file, or train again")
        tables.append(table)
    return pd.concat(tables, ignore_index=True) if tables else view.predictions
