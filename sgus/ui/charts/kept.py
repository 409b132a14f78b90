"""Choices of a tab that are still there after a look at another tab."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st


def recall(key: str, default: Any, options: Sequence[Any] | None = None) -> str:
    """Give a widget what was chosen last, before it is drawn.

    Streamlit forgets a widget that a run does not draw; what it held is kept beside it.

    Args:
        key: Of the widget, to be drawn with `on_change=keep, args=(key,)`.
        default: What it begins with.
        options: What can be chosen; a choice that is not among them any more is forgotten.

    Returns:
        The key.
    """
    kept = st.session_state.setdefault(_kept(key), default)
    if options is not None and kept not in options:
        kept = st.session_state[_kept(key)] = default
    st.session_state[key] = kept
    return key


def keep(key: str) -> None:
    """Remember what a widget holds; nothing chosen leaves the former choice."""
    if st.session_state[key] is not None:
        st.session_state[_kept(key)] = st.session_state[key]


def keep_all(key: str) -> None:
    """Remember what a widget holds, also that it is empty."""
    st.session_state[_kept(key)] = st.session_state[key]


def _kept(key: str) -> str:
    return f"{key}_kept"
