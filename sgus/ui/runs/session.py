"""The run a session looks at."""

from __future__ import annotations

import streamlit as st

from sgus.ui.frame import RUN


def open_one(name: str) -> None:
    """Look at a run from now on, on every page.

    Args:
        name: Name of its directory; "" to go back to the list.
    """
    st.session_state[RUN] = name
