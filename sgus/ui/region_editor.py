"""Moving the ultrasound region by hand; the image is graded again at once."""

from __future__ import annotations

import streamlit as st

from sgus.core.region import Region
from sgus.ui.results import Results

_ROUND = "sgus_region_round"
MIN_SIDE_PX = 64
"""Smallest region that can be set: less shows no gland."""


def edit_region(results: Results, sha256: str, current: Region, *, width: int, height: int) -> None:
    """Draw two sliders for the columns and rows of a region.

    Args:
        results: Where a region set by hand is kept.
        sha256: The image it belongs to.
        current: The region in use.
        width: Columns of the image.
        height: Rows of the image.
    """
    # A new name for each reset: a widget keeps its value for as long as it keeps its name.
    name = f"{sha256}-{st.session_state.setdefault(_ROUND, 0)}"
    change = (results, sha256, name)
    st.slider(
        "Left and right edge (pixels)", 0, width, (current.x0, current.x1),
        key=f"columns-{name}", on_change=_set, args=change,
    )  # fmt: skip
    st.slider(
        "Top and bottom edge (pixels)", 0, height, (current.y0, current.y1),
        key=f"rows-{name}", on_change=_set, args=change,
    )  # fmt: skip
    st.button(
        "Back to the region found",
        on_click=_reset,
        args=(results, sha256),
        disabled=sha256 not in results.regions,
    )


def _set(results: Results, sha256: str, name: str) -> None:
    x0, x1 = st.session_state[f"columns-{name}"]
    y0, y1 = st.session_state[f"rows-{name}"]
    if min(x1 - x0, y1 - y0) < MIN_SIDE_PX:
        st.toast(f"The region needs at least {MIN_SIDE_PX} pixels on each side.")
        return
    results.regions[sha256] = Region(x0, y0, x1, y1)


def _reset(results: Results, sha256: str) -> None:
    results.regions.pop(sha256, None)
    st.session_state[_ROUND] += 1
