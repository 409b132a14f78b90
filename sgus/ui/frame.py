"""What surrounds every page: title, research banner, version."""

from __future__ import annotations

import streamlit as st

from sgus import __version__
from sgus.core.synthetic import SYNTHETIC_MARK
from sgus.ui.theme import STYLE

RESEARCH_ONLY = "Not a medical device: it does not diagnose, and no decision about a patient may \
rest on it."
BANNER = (
    '<div class="sgus-banner" role="note"><span><b>Research use only</b>'
    f"{RESEARCH_ONLY}</span><span>SGUS {__version__}</span></div>"
)
SYNTHETIC_CHIP = f'<span class="sgus-chip">{SYNTHETIC_MARK}</span>'
"""Beside the name of every simulated image."""


def set_up() -> None:
    """Configure the browser page; the first call of the script."""
    st.set_page_config(
        page_title="SGUS: salivary gland ultrasound",
        layout="wide",
        initial_sidebar_state=290,
        menu_items={"About": f"SGUS {__version__}. Research use only. {RESEARCH_ONLY}"},
    )


def draw() -> None:
    """Style and banner, above whatever the page shows."""
    st.html(STYLE)
    st.html(BANNER)


def link_to_grading() -> None:
    """The ways from the overview to the work."""
    with st.container(key="sgus-start", horizontal=True):
        st.page_link("pages/grade.py", label="Grade images", icon=":material/arrow_forward:")
        st.page_link("pages/phantom.py", label="Try phantoms", icon=":material/science:")
