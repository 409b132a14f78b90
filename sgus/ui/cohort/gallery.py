"""The gallery: thumbnails a page at a time; an image that was opened takes its place."""

from __future__ import annotations

from typing import Final

import streamlit as st

from sgus.ui.charts.kept import keep, recall
from sgus.ui.cohort.grid import IMAGE, show_grid
from sgus.ui.cohort.source import Shown
from sgus.ui.cohort.story import show_story
from sgus.workflows.cohort_gallery import (
    gallery_page,
    n_pages,
    ordered,
    orders,
    page_rows,
    prepare_page,
)
from sgus.workflows.cohort_story import place_of
from sgus.workflows.cohort_view import BoolArray, CohortView, IntArray

_ORDER: Final = "sgus_cohort_order"
_SIZE: Final = "sgus_cohort_size"
_PAGE: Final = "sgus_cohort_page"
SIZES: Final = (12, 24, 48)
_AHEAD: Final = 2


def show(shown: Shown, mask: BoolArray) -> None:
    """Draw the view.

    Args:
        shown: The cohort.
        mask: The images shown.
    """
    view = shown.view
    opened = st.session_state.get(IMAGE, "")
    row = place_of(view, opened) if opened else None
    if row is not None:
        show_story(shown, row, _rows(view, mask))
        return
    st.session_state[IMAGE] = ""  # one of another cohort
    if mask.any():
        _pages(view, mask)


def _rows(view: CohortView, mask: BoolArray) -> IntArray:
    order = st.session_state.get(f"{_ORDER}_kept", "")
    return ordered(view, mask, order if order in orders(view) else orders(view)[0])


@st.fragment
def _pages(view: CohortView, mask: BoolArray) -> None:
    """Only this runs anew when somebody leafs; an image that was opened asks for the whole page."""
    if st.session_state.get(IMAGE):
        st.rerun()
    left, right = st.columns([3, 1])
    known = orders(view)
    recall(_ORDER, known[0], known)
    left.segmented_control("Order", known, key=_ORDER, on_change=keep, args=(_ORDER,))
    recall(_SIZE, SIZES[1], SIZES)
    right.segmented_control("Images a page", SIZES, key=_SIZE, on_change=keep, args=(_SIZE,))
    size = int(st.session_state[f"{_SIZE}_kept"])
    rows = _rows(view, mask)
    last = n_pages(len(rows), size)
    page = _page(last, f"{st.session_state[_ORDER]} {size} {len(rows)} {hash(rows.tobytes())}")
    first = (page - 1) * size
    st.caption(
        f"Images {first + 1:,} to {min(first + size, len(rows)):,} of {len(rows):,}: the "
        "ultrasound region of each. The button below a picture opens all that is known of it."
    )
    show_grid(gallery_page(view, page_rows(rows, page, size)), "sgus-gallery")
    for step in range(1, _AHEAD + 1):
        if page + step <= last:
            prepare_page(view, page_rows(rows, page + step, size))


def _page(last: int, shown: str) -> int:
    """Draw the numbers of the pages; other images begin at the first page again."""
    known, page = st.session_state.get(_PAGE, ("", 1))
    page = min(page, last) if known == shown else 1
    st.session_state[_PAGE] = (shown, page)
    if last == 1:
        return 1
    key = f"sgus-gallery-page-{shown}"
    return int(st.pagination(last, default=page, key=key, on_change=_turn, args=(key, shown),
                             max_visible_pages=9))  # fmt: skip


def _turn(key: str, shown: str) -> None:
    st.session_state[_PAGE] = (shown, st.session_state[key])
