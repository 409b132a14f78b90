"""Pictures side by side, as many as the window is wide, each with a button that opens it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import streamlit as st

from sgus.ui.cohort.tabs import GALLERY, TAB
from sgus.ui.cohort.tiles import tile_html
from sgus.workflows.cohort_gallery import Tile

IMAGE: Final = "sgus_cohort_image"
"""In the session, never in the address: the image whose story is shown, "" for the gallery."""
_WIDTH: Final = 200


def show_grid(tiles: Iterable[Tile], key: str) -> None:
    """Draw pictures; the button below each opens its story.

    Args:
        tiles: The pictures.
        key: Beginning of the keys of the buttons.
    """
    with st.container(horizontal=True, key=f"{key}-grid", gap="small"):
        for tile in tiles:
            with st.container(width=_WIDTH, gap=None):
                st.html(tile_html(tile))
                st.button(
                    tile.image_id, key=f"{key}-{tile.image_id}", on_click=open_image,
                    args=(tile.image_id,), type="tertiary", wrap=True,
                )  # fmt: skip


def open_image(image_id: str) -> None:
    """Show the story of an image, from whatever view."""
    st.session_state[IMAGE] = image_id
    st.session_state[TAB] = st.session_state[f"{TAB}_kept"] = GALLERY


def close_image() -> None:
    """Go back to the gallery."""
    st.session_state[IMAGE] = ""
