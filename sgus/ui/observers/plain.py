"""Text that holds names from a table or a file, shown as it is written.

Markdown in such a name would change what is shown, or fetch a picture from elsewhere.
"""

from __future__ import annotations

import html
from typing import Final

import streamlit as st

from sgus.core.cells import printable
from sgus.ui.charts.layout import LONGEST_NAME

_LONGEST: Final = 2 * LONGEST_NAME


def show_muted(text: str) -> None:
    """A remark in small grey letters."""
    st.html(f'<p class="sgus-muted sgus-small">{html.escape(printable(text))}</p>')


def show_heading(text: str) -> None:
    """A heading below that of the page."""
    st.html(f'<h3 class="sgus-name">{html.escape(printable(text))}</h3>')


def short(name: str) -> str:
    """A name that has room in a sentence."""
    return printable(name, limit=_LONGEST)
