"""Which part and which cell are looked at: one choice for the matrices and the images of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from sgus.ui.charts.kept import keep, recall
from sgus.ui.runs.matrix_chart import Cell
from sgus.workflows.run_cells import FOUR_GRADES, KINDS, ROUTED, TRUTH, MatrixKind

PART: Final = "sgus_runs_part"
SUBSET: Final = "sgus_runs_subset"
KIND: Final = "sgus_runs_cell_matrix"
ROW: Final = "sgus_runs_cell_readers"
COLUMN: Final = "sgus_runs_cell_model"
ANY: Final = "any"
SUBSETS: Final = {
    "truly of the branch": TRUTH,
    "sent there by stage 1": ROUTED,
}
_WORDS: Final = {TRUTH: "truly there", ROUTED: "as routed"}


def choose_part(parts: Sequence[str]) -> str:
    """Draw the choice of a part.

    Args:
        parts: Names, the first one the default.
    """
    recall(PART, parts[0], list(parts))
    return str(
        st.selectbox(
            "Part", list(parts), key=PART, on_change=keep, args=(PART,),
            format_func=part_words,
        )
    )  # fmt: skip


def part_words(part: str) -> str:
    """A part as people call it."""
    known = {
        "test": "test (never seen)",
        "validation": "validation (chose the epoch)",
        "train": "training (learnt from)",
    }
    return known.get(part, part)


def choose_subset() -> str:
    """Draw which images the second stages are judged on: `truth` or `routed`."""
    recall(SUBSET, next(iter(SUBSETS)), list(SUBSETS))
    said = st.segmented_control(
        "Stages 2a and 2b: which images", list(SUBSETS), key=SUBSET, on_change=keep, args=(SUBSET,),
        help="Of the branch: how well 0 v 1 and 2 v 3 are told apart when stage 1 is right. Sent "
        "there: what happens in use, where an image on the wrong side of stage 1 cannot become "
        "right any more.",
    )  # fmt: skip
    return SUBSETS[said or st.session_state[f"{SUBSET}_kept"]]


def choose_cell() -> Cell:
    """Draw the boxes that a click on a cell sets too; they work from the keyboard."""
    names = list(KINDS)
    left, middle, right = st.columns([2, 1, 1])
    recall(KIND, FOUR_GRADES, names)
    name = left.selectbox(
        "Matrix", names, key=KIND, on_change=keep, args=(KIND,),
        format_func=lambda name: kind_words(KINDS[name]),
    )  # fmt: skip
    kind = KINDS[name]
    recall(ROW, ANY, [ANY, *kind.rows])
    row = middle.selectbox("Readers said", [ANY, *kind.rows], key=ROW, on_change=keep, args=(ROW,))
    recall(COLUMN, ANY, [ANY, *kind.columns])
    column = right.selectbox(
        "Model said", [ANY, *kind.columns], key=COLUMN, on_change=keep, args=(COLUMN,)
    )
    return name, _place(kind.rows, row), _place(kind.columns, column)


def chosen_cell() -> Cell:
    """The cell, without drawing anything."""
    kept = {key: st.session_state.get(f"{key}_kept") for key in (KIND, ROW, COLUMN)}
    kind = KINDS.get(str(kept[KIND]), KINDS[FOUR_GRADES])
    return kind.name, _place(kind.rows, kept[ROW]), _place(kind.columns, kept[COLUMN])


def put_cell(cell: Cell) -> None:
    """Choose a cell.

    Args:
        cell: Its place.
    """
    name, row, column = cell
    kind = KINDS[name]
    said = {
        KIND: name,
        ROW: ANY if row is None else kind.rows[row],
        COLUMN: ANY if column is None else kind.columns[column],
    }
    for key, value in said.items():
        st.session_state[key] = st.session_state[f"{key}_kept"] = value


def kind_words(kind: MatrixKind) -> str:
    """Name of a matrix in a box."""
    return kind.title if kind.subset is None else f"{kind.title}, {_WORDS[kind.subset]}"


def cell_words(cell: Cell) -> str:
    """`four grades: readers 2, model 1`; names are those of the matrix."""
    name, row, column = cell
    kind = KINDS[name]
    said = [
        f"readers {'any' if row is None else kind.rows[row]}",
        f"model {'any' if column is None else kind.columns[column]}",
    ]
    return f"{kind_words(kind)}: {', '.join(said)}"


def _place(names: Sequence[str], value: object) -> int | None:
    return list(names).index(str(value)) if value in names else None
