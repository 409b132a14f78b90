"""What is looked at: boundary and part of the run, cell and order of its images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from sgus.review.boundary import BOUNDARIES, Boundary, boundary
from sgus.ui.charts.kept import keep, recall
from sgus.ui.confusions.units import said_of
from sgus.ui.runs.cell import part_words
from sgus.workflows.confusions import CELLS, ORDERS, BoundaryView

BOUNDARY: Final = "sgus_confusions_boundary"
PART: Final = "sgus_confusions_part"
CELL: Final = "sgus_confusions_cell"
ORDER: Final = "sgus_confusions_order"
_PART_WIDTH: Final = 340
_WORDS: Final = {
    "0/1": "0 v 1",
    "1/2": "1 v 2",
    "2/3": "2 v 3",
}
_CELL_TITLES: Final = {
    "crossed": "Different sides",
    "called higher": "Too high",
    "called lower": "Too low",
    "agreed": "Same side",
    "all": "All with {lower} or {upper}",
}


def choose_boundary() -> Boundary:
    """Draw the choice of a boundary; 0/1 first."""
    names = [one.name for one in BOUNDARIES.values()]
    recall(BOUNDARY, names[0], names)
    chosen = st.segmented_control(
        "Boundary between grades", names, key=BOUNDARY, on_change=keep, args=(BOUNDARY,),
        format_func=lambda name: _WORDS.get(name, name),
    ) or st.session_state[f"{BOUNDARY}_kept"]  # fmt: skip
    return boundary(chosen)


def boundary_words() -> str:
    """The boundary that was chosen in this session, such as `0 v 1`; the first one before that."""
    name = str(st.session_state.get(f"{BOUNDARY}_kept", next(iter(_WORDS))))
    return _WORDS.get(name, name)


def choose_part(parts: Sequence[str]) -> str:
    """Draw the choice of a part, where there is more than one.

    Args:
        parts: Names, the first one the default.
    """
    recall(PART, parts[0], list(parts))
    if len(parts) == 1:
        return parts[0]
    return str(
        st.selectbox("Images of the part", list(parts), key=PART, on_change=keep, args=(PART,),
                     format_func=part_words, width=_PART_WIDTH)
    )  # fmt: skip


def choose_cell(seen: BoundaryView) -> str:
    """Draw the choice of a cell, with how many images each has.

    Args:
        seen: The boundary.
    """
    names = list(CELLS)
    sizes = {name: int(seen.cell(name).sum()) for name in names}
    recall(CELL, names[0], names)
    chosen: str = st.segmented_control(
        "Which images", names, key=CELL, on_change=keep, args=(CELL,),
        format_func=lambda name: f"{cell_title(seen.boundary, name)}: {sizes[name]:,}",
    ) or st.session_state[f"{CELL}_kept"]  # fmt: skip
    return chosen


def cell_title(at: Boundary, cell: str) -> str:
    """What a cell is called on its button, such as `All with 0 or 1`.

    Args:
        at: The boundary.
        cell: Name in `CELLS`.
    """
    return _CELL_TITLES.get(cell, cell).format(lower=at.lower, upper=at.upper)


def choose_order(seen: BoundaryView) -> str:
    """Draw the choice of an order among those the run has, and why it lacks the others.

    Args:
        seen: The boundary.
    """
    names = [order.name for order in seen.orders]
    first = "suspect" if "suspect" in names else names[0]
    recall(ORDER, first, names)
    return str(
        st.selectbox("Order", names, key=ORDER, on_change=keep, args=(ORDER,),
                     format_func=lambda name: ORDERS[name].title)
    )  # fmt: skip


def order_words(seen: BoundaryView, order: str) -> str:
    """What comes first in an order, and which orders this run cannot give.

    Args:
        seen: The boundary.
        order: The chosen one.
    """
    lacking = [f"“{ORDERS[name].title}”: {why}." for name, why in seen.reasons.items()]
    words = [ORDERS[order].words, *(["Not to be had here:"] if lacking else []), *lacking]
    return said_of(" ".join(words), seen.unit)
