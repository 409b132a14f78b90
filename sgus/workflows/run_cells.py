"""Which images stand in which cell of a run's confusion matrices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import RunError
from sgus.core.grades import GRADES, STAGES, Stage

if TYPE_CHECKING:
    import pandas as pd

    from sgus.workflows.run_view import RunView

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

FOUR_GRADES: Final = "four_grades"
TRUTH: Final = "truth"
ROUTED: Final = "routed"


@dataclass(frozen=True)
class MatrixKind:
    """One of the confusion matrices.

    Attributes:
        name: Names it among all.
        scope: `four_grades` or the name of a stage.
        subset: Of a second stage, `truth` (images truly of the branch) or `routed` (images that
            stage 1 sent there); else None.
        title: On screen.
        rows: What the readers said, from the top.
        columns: What the model said.
    """

    name: str
    scope: str
    subset: str | None
    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]

    def is_right(self, row: int, column: int) -> bool:
        """Whether a cell holds images where the model said what the readers said."""
        return self.rows[row] == self.columns[column]


@dataclass(frozen=True, eq=False)
class CellMatrix:
    """A matrix with the images behind it.

    Attributes:
        kind: Which one.
        counts: `(n_rows, n_columns)` images.
        truth: `(n_images,)` row of each image of the part, -1 where the matrix has it not.
        said: `(n_images,)` column, likewise.
        n_patients: Different patients in it.
    """

    kind: MatrixKind
    counts: IntArray
    truth: IntArray
    said: IntArray
    n_patients: int

    @property
    def n_images(self) -> int:
        """Images in it."""
        return int(self.counts.sum())

    @property
    def shares(self) -> FloatArray:
        """Counts over the sum of their row; NaN in an empty row."""
        sums = self.counts.sum(axis=1, keepdims=True)
        shares: FloatArray = np.full(self.counts.shape, np.nan)
        np.divide(self.counts, sums, out=shares, where=sums > 0)
        return shares

    def cell(self, row: int | None, column: int | None) -> BoolArray:
        """`(n_images,)` the images of a cell; of a whole row or column where the other is None."""
        chosen = self.truth >= 0
        if row is not None:
            chosen = chosen & (self.truth == row)
        if column is not None:
            chosen = chosen & (self.said == column)
        return np.asarray(chosen, dtype=np.bool_)


def kinds(subset: str) -> tuple[MatrixKind, ...]:
    """The four matrices shown side by side.

    Args:
        subset: Of the second stages, `truth` or `routed`.
    """
    return tuple(kind for kind in KINDS.values() if kind.subset in (None, subset))


def parts_of(view: RunView) -> dict[str, pd.DataFrame]:
    """The rows of each part a run can be judged on; none of a run that learnt from everything.

    `test`, `validation` (of a run of one fold) and, of several, `test fold NAME`.
    """
    from sgus.report.parts import divide

    try:
        parts, _ = divide(view.predictions)
    except RunError:
        return {}
    return {where: rows.reset_index(drop=True) for where, rows in parts.items()}


def matrix_of(rows: pd.DataFrame, kind: MatrixKind) -> CellMatrix:
    """Count the images of a part in every cell.

    Args:
        rows: Of `parts_of`.
        kind: Which matrix.
    """
    from sgus.report.scopes import CUT

    grade = rows["grade"].to_numpy(dtype=np.int64)
    if kind.scope == FOUR_GRADES:
        return _counted(rows, kind, grade, rows["predicted"].to_numpy(dtype=np.int64))
    stage = next(stage for stage in STAGES if stage.name == kind.scope)
    side = (rows[f"p_{stage.name}"].to_numpy() >= CUT).astype(np.int64)
    if kind.subset == ROUTED:
        first = (rows[f"p_{STAGES[0].name}"].to_numpy() >= CUT).astype(np.int64)
        here = first == int(stage.lower[0] in STAGES[0].higher)
        return _counted(rows, kind, np.where(here, grade, -1), np.where(here, side, -1))
    belongs = np.isin(grade, stage.grades)
    truth = np.isin(grade, stage.higher).astype(np.int64)
    return _counted(rows, kind, np.where(belongs, truth, -1), np.where(belongs, side, -1))


def margins(rows: pd.DataFrame) -> FloatArray:
    """How far the readers' grade leads, `(n_images,)`, from -1 (surely wrong) to 1 (surely right).

    It is the probability of the readers' grade less the largest of the others; below zero, another
    grade was more probable.

    Args:
        rows: Rows of a prediction table.
    """
    p = rows[[f"p{grade}" for grade in GRADES]].to_numpy(dtype=np.float64)
    at = np.arange(len(p)), rows["grade"].to_numpy(dtype=np.int64)
    true = p[at].copy()
    rest = p.copy()
    rest[at] = -np.inf
    return np.asarray(true - rest.max(axis=1, initial=-np.inf), dtype=np.float64)


def _counted(rows: pd.DataFrame, kind: MatrixKind, truth: IntArray, said: IntArray) -> CellMatrix:
    counts = np.zeros((len(kind.rows), len(kind.columns)), dtype=np.int64)
    here = truth >= 0
    np.add.at(counts, (truth[here], said[here]), 1)
    patients: NDArray[Any] = rows["patient_id"].to_numpy()
    return CellMatrix(kind, counts, truth, said, len(np.unique(patients[here].astype(str))))


def _all_kinds() -> dict[str, MatrixKind]:
    grades = tuple(map(str, GRADES))
    first, *second = STAGES
    found = [
        MatrixKind(FOUR_GRADES, FOUR_GRADES, None, "Four grades", grades, grades),
        MatrixKind(first.name, first.name, None, f"Stage 1: {first.title}", *_sides(first)),
    ]
    for stage in second:
        title = f"Stage {stage.name.removeprefix('stage')}: {stage.title}"
        columns = _sides(stage)[1]
        found += [
            MatrixKind(f"{stage.name} {TRUTH}", stage.name, TRUTH, title, columns, columns),
            MatrixKind(f"{stage.name} {ROUTED}", stage.name, ROUTED, title, grades, columns),
        ]
    return {kind.name: kind for kind in found}


def _sides(stage: Stage) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = tuple("/".join(map(str, side)) for side in (stage.lower, stage.higher))
    return names, names


KINDS: Final = _all_kinds()
"""All matrices, by name."""
