"""The viewer as a part of a page: its html, css and js lie beside this file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from sgus.ui.viewer.picture import ViewerPicture

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

HEIGHT: Final = 460
"""Of a picture on the page, CSS pixels."""


def show_viewer(
    first: ViewerPicture,
    second: ViewerPicture | None = None,
    *,
    key: str,
    height: int = HEIGHT,
    scroll_to: str = "",
) -> None:
    """Draw one picture, or two side by side at the same scale.

    Zoom, contrast and lines stay in the browser: no rerun, nothing is kept. Contrast stays when
    another picture is shown under the same key; zoom and line begin anew.

    Args:
        first: At the left.
        second: At the right; None for one picture alone.
        key: Of this viewer on the page.
        height: Of a picture, CSS pixels.
        scroll_to: CSS selector of what to scroll to when other pictures are shown: Streamlit
            leaves the page where it was. "" for nothing.
    """
    _viewer()(
        key=key,
        data={
            "first": first.as_data(),
            "second": second.as_data() if second else None,
            "height": height,
            "scroll_to": scroll_to,
        },
    )


@lru_cache(maxsize=1)
def _viewer() -> ComponentRenderer:
    """Registered once: another registration under the same name would be logged as a mistake."""
    here = Path(__file__).parent
    html, css, js = (
        (here / f"viewer.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")
    )
    return st.components.v2.component("sgus_viewer", html=html, css=css, js=js)
