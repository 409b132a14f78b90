"""A boundary of a run: who is confused on it, by how much, and in which order to look.

`open_boundary(view, "0/1", "test")` gives a row an image with what the model, the readers, the
folds and the label score say; `BoundaryView.images(cell, order)` are those of a cell in an order;
`summary(boundary_view)` counts, with intervals by patient.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import RunError, SgusError
from sgus.core.grades import GRADES
from sgus.core.registry import Registry
from sgus.report.figures import unit_noun
from sgus.review.boundary import Boundary, boundary
from sgus.review.order import ORDERS, Order, positions
from sgus.workflows.confusion_folds import add_folds
from sgus.workflows.confusion_readers import add_readers
from sgus.workflows.confusion_summary import (
    CROSSED,
    HIGHER,
    LOWER,
    Divided,
    Share,
    readers_divided,
    summary,
)
from sgus.workflows.run_cells import parts_of

if TYPE_CHECKING:
    import pandas as pd

    from sgus.workflows.run_view import RunView

__all__ = [
    "CELLS", "DESCRIBED", "ORDERS", "BoundaryView", "Cell", "Divided", "Order", "Share",
    "open_boundary", "readers_divided", "summary",
]  # fmt: skip

BoolArray = NDArray[np.bool_]

DESCRIBED: Final = ("gland", "side", "centre", "device")
"""What of the cohort stands beside each image; "" where it is not known."""


@dataclass(frozen=True)
class Cell:
    """Some of the images at a boundary.

    Attributes:
        name: Names it among all, and on screen.
        words: Which images these are; `{lower}` and `{upper}` stand for the two grades, `{below}`
            and `{above}` for the two sides.
    """

    name: str
    words: str


CELLS: Final = Registry(
    "cell",
    {
        cell.name: cell
        for cell in (
            Cell(CROSSED, "Readers and model on different sides of the boundary"),
            Cell(HIGHER, "Readers said {below}, the model {above}"),
            Cell(LOWER, "Readers said {above}, the model {below}"),
            Cell("agreed", "Readers and model on one side, and one of the two grades said"),
            Cell("all", "Everything where readers or model said {lower} or {upper}"),
        )
    },
)
"""All of them by name."""


@dataclass(frozen=True, eq=False)
class BoundaryView:
    """A part of a run seen at a boundary.

    Attributes:
        boundary: The boundary.
        part: `test`, `validation` or `test fold NAME`.
        rows: A row an image of the part, sorted by `image_id`, a plain range as index, never NaN
            (missing is `pd.NA` in a nullable column):
            `image_id`, `patient_id`, `split`, `fold`, `grade` (reference), `predicted`,
            `p0` to `p3`, `gland`, `side`, `centre`, `device`;
            `log_odds` (natural, of the upper grade given the two),
            `margin` (-1 to 1: P(readers' side) - P(other side)),
            `touches` (bool, grade or prediction is one of the two), `crossed` (bool, different
            sides), `direction` (`called higher`, `called lower`, "" where not crossed);
            `n_readings` (first readings, Int64), `readers_higher` (share on the upper side,
            Float64), `readers_apart` (share of pairs of readings with one on each side),
            `readers_entropy` (bits), `readers_against` (share on the other side than the
            reference grade), missing where too few read it;
            `self_confidence`, `label_quality` (cleanlab, 0 to 1, low is suspect; Float64);
            `n_held_out` (Int64), `fold_spread`, `folds_higher` (Float64), see `review.folds`.
        reasons: Name of an order to why the run does not have it; those it has are not there.
        notes: What was assumed, what is missing for some images: plain sentences.
        unit: What `patient_id` is: `patient`, `grouping key` or `unknown`.
        synthetic: The images are phantoms.
        key: Names exactly these rows: what is computed from them can be kept under it.
    """

    boundary: Boundary
    part: str
    rows: pd.DataFrame
    reasons: Mapping[str, str]
    notes: tuple[str, ...]
    unit: str
    synthetic: bool
    key: str

    @property
    def orders(self) -> list[Order]:
        """The orders that can be used here."""
        return [order for name, order in ORDERS.items() if name not in self.reasons]

    def cell(self, name: str) -> BoolArray:
        """`(n_images,)` the images of a cell.

        Raises:
            ConfigError: There is no cell of this name.
        """
        known = CELLS[name].name
        crossed, touches = (self.rows[name].to_numpy(dtype=bool) for name in ("crossed", "touches"))
        if known == CROSSED:
            return np.asarray(crossed)
        if known == "all":
            return np.asarray(crossed | touches)
        if known == "agreed":
            return np.asarray(touches & ~crossed)
        return np.asarray((self.rows["direction"] == known).to_numpy(dtype=bool))

    def cell_words(self, name: str) -> str:
        """What a cell holds, in words with the two grades put in."""
        lower, upper = self.boundary.grades
        below = f"{lower} or below" if lower > GRADES[0] else str(lower)
        above = f"{upper} or above" if upper < GRADES[-1] else str(upper)
        return CELLS[name].words.format(lower=lower, upper=upper, below=below, above=above)

    def images(self, cell: str, order: str) -> pd.DataFrame:
        """The images of a cell, the first to look at first, renumbered from 0.

        Args:
            cell: Name in `CELLS`.
            order: Name in `ORDERS`.

        Raises:
            ConfigError: There is no such cell or order.
            RunError: The run does not have what the order needs; the message says why.
        """
        wanted = ORDERS[order]
        if order in self.reasons:
            raise RunError(f"order {wanted.title!r}", self.reasons[order], "Choose another order")
        chosen = self.rows[self.cell(cell)]
        return chosen.iloc[positions(chosen, order)].reset_index(drop=True)


def open_boundary(view: RunView, name: str | Boundary, part: str = "test") -> BoundaryView:
    """Look at a part of a run at a boundary.

    Args:
        view: The run.
        name: `0/1`, `1/2` or `2/3`, or the boundary itself.
        part: Of `run_cells.parts_of`.

    Raises:
        ConfigError: There is no such boundary.
        RunError: The run held no image out, or has no such part.
    """
    chosen = name if isinstance(name, Boundary) else boundary(name)
    rows = _rows_of(view, part)
    reasons: dict[str, str] = {}
    notes: list[str] = []
    _add_model(rows, chosen)
    for add in (add_readers, _add_quality, add_folds):
        add(view, chosen, rows, reasons=reasons, notes=notes)
    return BoundaryView(
        boundary=chosen,
        part=part,
        rows=rows,
        reasons=reasons,
        notes=(*_assumed(view, rows), *notes),
        unit=view.unit,
        synthetic=view.synthetic,
        key=f"{view.key} {chosen.name} {part}",
    )


def _rows_of(view: RunView, part: str) -> pd.DataFrame:
    """Of the part: what the table says, and what the cohort says of the image."""
    parts = parts_of(view)
    if not parts:
        cause = "it learnt from every image, so nothing it says of them can be trusted"
        raise RunError(view.name, cause, "Train with a split that holds images out, such as kfold")
    if part not in parts:
        raise RunError(view.name, f"it has no part {part!r}", f"Use one of: {', '.join(parts)}")
    rows = parts[part].sort_values("image_id", kind="stable", ignore_index=True)
    about = None if view.images is None else view.images.set_index("image_id")
    for column in DESCRIBED:
        if about is not None and column in about.columns:
            rows[column] = rows["image_id"].map(about[column])
        elif column not in rows.columns:
            rows[column] = ""
        rows[column] = rows[column].astype("string").fillna("").str.strip()
    kept = ["image_id", "patient_id", "split", "fold", "grade", "predicted"]
    return rows[[*kept, *(f"p{grade}" for grade in GRADES), *DESCRIBED]]


def _add_model(rows: pd.DataFrame, at: Boundary) -> None:
    p = rows[[f"p{grade}" for grade in GRADES]].to_numpy(dtype=np.float64)
    grade, said = (rows[name].to_numpy(dtype=np.int64) for name in ("grade", "predicted"))
    upper = p[:, at.upper :].sum(axis=1) / p.sum(axis=1)
    crossing = at.crossing(grade, said)
    rows["log_odds"] = at.log_odds(p)
    rows["margin"] = np.where(at.is_higher(grade), 1.0, -1.0) * (2.0 * upper - 1.0)
    rows["touches"] = at.touches(grade, said)
    rows["crossed"] = crossing != 0
    rows["direction"] = np.select([crossing > 0, crossing < 0], [HIGHER, LOWER], "")


def _add_quality(
    view: RunView, at: Boundary, rows: pd.DataFrame, *, reasons: dict[str, str], notes: list[str]
) -> None:
    from sgus.review.suspects import label_quality

    del view, at  # the score is of the label among all four grades
    p = rows[[f"p{grade}" for grade in GRADES]].to_numpy(dtype=np.float64)
    try:
        found = label_quality(rows["grade"].to_numpy(), p, split=rows["split"].tolist())
    except SgusError as error:
        reasons["suspect"] = error.cause
        rows["self_confidence"] = rows["label_quality"] = None
    else:
        rows["self_confidence"] = found.self_confidence
        rows["label_quality"] = found.normalized_margin
        if (rows["split"] == "validation").any():
            notes.append(
                "the best epoch was chosen on the validation part, which favours its labels a "
                "little: fewer of them look suspect than on a test part"
            )
    columns: list[Any] = ["self_confidence", "label_quality"]
    rows[columns] = rows[columns].astype("Float64")


def _assumed(view: RunView, rows: pd.DataFrame) -> list[str]:
    notes = []
    if view.images is None:
        notes.append("the cohort of this run is not at hand: readers cannot be shown")
    if view.unit == "unknown":
        notes.append(
            "it is not known which images are of one patient: a held-out image may be of a "
            "patient that the model learnt from"
        )
    if rows["fold"].nunique() > 1:
        n = rows["fold"].nunique()
        what = "it" if view.unit == "unknown" else f"its {unit_noun(view.unit, n=1)}"
        notes.append(f"each image was graded by the one of {n} models that never saw {what}")
    return notes
