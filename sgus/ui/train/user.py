"""Who asks: a name that is kept while the session lasts."""

from __future__ import annotations

from typing import Final

import streamlit as st

from sgus.jobs.spec import LONGEST_USER
from sgus.ui.charts.kept import keep_all, recall

USER: Final = "sgus_user"
SOMEBODY: Final = "somebody"


def ask_user() -> None:
    """Draw the field."""
    recall(USER, "")
    st.text_input(
        "Your name", key=USER, on_change=keep_all, args=(USER,), max_chars=LONGEST_USER,
        placeholder="as others know you",
        help="It stands beside your runs, so that others know whom to ask. It is no login.",
    )  # fmt: skip


def user_name() -> str:
    """The name, with single blanks; "" where none is given."""
    return " ".join(str(st.session_state.get(f"{USER}_kept") or "").split())
