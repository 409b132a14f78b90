"""Above the views: run, boundary and view; folded into one line while an image is open."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

import streamlit as st

from sgus.ui.charts import export
from sgus.ui.charts.kept import keep, recall
from sgus.ui.confusions.choose import boundary_words, choose_boundary
from sgus.ui.confusions.one_image import IMAGE, open_image
from sgus.ui.confusions.tabs import IMAGES, TAB, tabs
from sgus.ui.runs.choose import show_chosen

if TYPE_CHECKING:
    from pathlib import Path

    from sgus.review.boundary import Boundary
    from sgus.workflows.run_view import RunView

TITLE: Final = "Confusions: grades mixed up"


def show_heading(directory: Path) -> tuple[RunView, Boundary, str] | None:
    """Draw it.

    Args:
        directory: Of the run.

    Returns:
        Run, boundary and name of the view; None, after saying why, where the run cannot be shown.
    """
    if st.session_state.get(IMAGE) and st.session_state.get(f"{TAB}_kept") in (None, IMAGES):
        return _folded(directory)
    left, right = st.columns([5, 2], vertical_alignment="bottom")
    left.title(TITLE)
    with right:
        export.choose_format()
    left, right = st.columns([5, 2], vertical_alignment="bottom")
    with left:
        view = show_chosen(directory)
    if view is None:
        return None
    with right:
        boundary = choose_boundary()
    return view, boundary, _choose_tab()


def _folded(directory: Path) -> tuple[RunView, Boundary, str] | None:
    """In one line: the picture is what the screen is for."""
    with st.container(horizontal=True, vertical_alignment="center", key="sgus-confusions-folded"):
        st.html(f'<h1 class="sgus-folded">{html.escape(TITLE)}</h1>', width="content")
        name = "".join(f"\\{c}" if c in "\\`*_{}[]<>#$~:" else c for c in directory.name)
        menu = st.popover(f"{name}, {boundary_words()}")
    with menu:
        view = show_chosen(directory)
        if view is None:  # why it cannot be shown would stand where nobody looks
            open_image("")
            st.rerun()
        boundary = choose_boundary()
        tab = _choose_tab()
        export.choose_format()
    return view, boundary, tab


def _choose_tab() -> str:
    """The view; only the chosen one is worked out."""
    names = list(tabs())
    recall(TAB, names[0], names)
    return st.segmented_control(
        "View", names, key=TAB, on_change=keep, args=(TAB,), label_visibility="collapsed"
    ) or str(st.session_state.get(f"{TAB}_kept", names[0]))  # fmt: skip
