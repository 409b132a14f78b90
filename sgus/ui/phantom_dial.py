"""The dials of the phantom page: what is asked of the simulator."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from sgus.phantom.devices import DEVICES
from sgus.phantom.request import VIEWS, PhantomRequest
from sgus.ui import theme

MAX_SEED: Final = 999_999
_PREFIX: Final = "sgus_phantom_"
_KEPT: Final = "sgus_phantom_kept"
_START: Final[dict[str, Any]] = {
    "severity": 1.5, "gland": "parotid", "view": "transverse", "device": "premium",
    "anatomy_seed": 1, "scan_seed": 1, "readers": 1,
}  # fmt: skip
GRADE_WORDS: Final = {0: "normal", 1: "mild", 2: "moderate, focal", 3: "diffuse or fibrous"}
"""Each grade in a word or two; `sgus.core.grades` has the whole descriptions."""
GLAND_WORDS: Final = {"parotid": "Parotid", "submandibular": "Submandibular"}
DEVICE_WORDS: Final = {
    "premium": "Premium cart",
    "cart-b": "Cart B",
    "cart-c": "Cart C",
    "cart-d": "Cart D (trapezoid)",
    "handheld": "Handheld",
}


def dial() -> PhantomRequest:
    """Draw the dials.

    Returns:
        What they ask for; the dials stay as they were after a visit to another page.
    """
    _restore()
    st.slider("Severity of the disease in this gland", 0.0, 3.99, step=0.01, key=_key("severity"))
    st.html(scale_html(int(st.session_state[_key("severity")])))
    columns = st.columns(3)
    gland = columns[0].selectbox(
        "Gland", list(VIEWS), format_func=lambda name: GLAND_WORDS[name], key=_key("gland")
    )
    if st.session_state[_key("view")] not in VIEWS[gland]:
        st.session_state[_key("view")] = VIEWS[gland][0]
    columns[1].selectbox("View", VIEWS[gland], format_func=str.capitalize, key=_key("view"))
    columns[2].selectbox(
        "Device", list(DEVICES), format_func=lambda name: DEVICE_WORDS.get(name, name),
        key=_key("device"),
    )  # fmt: skip
    _seeds()
    st.session_state[_KEPT] = {name: st.session_state[_key(name)] for name in _START}
    return PhantomRequest.parse(
        {name: st.session_state[_key(name)] for name in _START if name != "readers"},
        source="phantom page",
    )


def scale_html(chosen: int) -> str:
    """The grades below the slider, the one that the severity stands for in its colour."""
    parts = []
    for grade, word in GRADE_WORDS.items():
        colours = f"background:{theme.GRADE_COLOURS[grade]};color:{theme.ON_GRADE[grade]}"
        style = f' style="{colours}" aria-current="true"' if grade == chosen else ""
        parts.append(f"<span{style}><b>{grade}</b> {word}</span>")
    return f'<div class="sgus-scale">{"".join(parts)}</div>'


def readers_seed() -> int:
    """Which two readers are asked."""
    return int(st.session_state[_key("readers")])


def other_readers_button() -> None:
    """Ask two other people."""
    st.button("Ask two other readers", on_click=_next, args=("readers",))


def _seeds() -> None:
    columns = st.columns([3, 3, 5, 5], vertical_alignment="bottom")
    for column, name, label, meaning in (
        (columns[0], "anatomy_seed", "Gland number", "The same number is the same gland."),
        (columns[1], "scan_seed", "Scan number", "Plane, speckle and settings of one scan."),
    ):
        column.number_input(label, 0, MAX_SEED, step=1, key=_key(name), help=meaning)
    columns[2].button(
        "Scan the same gland again", icon=":material/replay:", width="stretch",
        on_click=_next, args=("scan_seed",),
    )  # fmt: skip
    columns[3].button(
        "Another gland", icon=":material/shuffle:", width="stretch",
        on_click=_next, args=("anatomy_seed",),
    )  # fmt: skip


def _next(name: str) -> None:
    st.session_state[_key(name)] = (st.session_state[_key(name)] + 1) % (MAX_SEED + 1)


def _key(name: str) -> str:
    return f"{_PREFIX}{name}"


def _restore() -> None:
    """Streamlit forgets a widget's value when its page is left."""
    kept = st.session_state.get(_KEPT, _START)
    for name, value in kept.items():
        st.session_state.setdefault(_key(name), value)
