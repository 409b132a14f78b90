"""What surrounds every page: title, research banner, version."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.navigation.page import Page

from sgus import __version__
from sgus.core.synthetic import SYNTHETIC_MARK
from sgus.ui.theme import STYLE

RESEARCH_ONLY = "Not a medical device: it does not diagnose, and no decision about a patient may \
rest on it."
BANNER = (
    '<div class="sgus-banner" role="note"><span><b>Research use only</b>'
    f"{RESEARCH_ONLY}</span><span>SGUS {__version__}</span></div>"
)
PAGES = {
    "pages/overview.py": "Overview",
    "pages/grade.py": "Grade images",
    "pages/phantom.py": "Phantom",
    "pages/cohort.py": "Cohort",
    "pages/train.py": "Train",
    "pages/runs.py": "Runs",
    "pages/confusions.py": "Confusions",
    "pages/observers.py": "Observers",
    "pages/adjudicate.py": "Adjudicate",
}
"""The page table; the first one is what opens."""
RUN = "sgus_run"
"""In the session: the run that is looked at, by the name of its directory."""
_ROUTED = "sgus_routed"
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


def navigation() -> Page:
    """The menu: every page and its name. Returns the page asked for."""
    return st.navigation([st.Page(path, title=title) for path, title in PAGES.items()])


def routed() -> None:
    """Say that this session came through app.py; its call comes before the page's."""
    st.session_state[_ROUTED] = True


def run(main: Callable[[], None]) -> None:
    """Run a page, always inside the frame.

    The first visit to a server just started may go straight to a page. Streamlit then finds the
    folder pages/ by itself and leaves app.py out, and with it banner, style and menu. A call of
    `st.navigation` ends that for the whole server, so that the second run comes through app.py.

    Args:
        main: Draws the page.
    """
    if not st.session_state.get(_ROUTED):
        navigation()
        st.rerun()
    main()


def link_to_results(run: str) -> None:
    """The way from a run that is done to its results; nothing where there is no such page.

    Args:
        run: Name of the run's directory.
    """
    page = "pages/runs.py"
    if page in PAGES and st.button("Open its results", type="primary", key="sgus-results",
                                   icon=":material/arrow_forward:"):  # fmt: skip
        st.session_state[RUN] = run
        st.switch_page(page)


def link_to_grading() -> None:
    """The ways from the overview to the work."""
    with st.container(key="sgus-start", horizontal=True):
        st.page_link("pages/grade.py", label="Grade images", icon=":material/arrow_forward:")
        st.page_link("pages/phantom.py", label="Try phantoms", icon=":material/science:")
        st.page_link("pages/observers.py", label="Compare readers", icon=":material/groups:")
