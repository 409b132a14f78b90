"""One picture of the gallery as HTML; no streamlit here."""

from __future__ import annotations

import base64
import html

from sgus.workflows.cohort_gallery import Tile


def tile_html(tile: Tile) -> str:
    """A picture with what is known of it.

    The picture is part of the page itself: it has no address that could name a patient, and the
    server keeps nothing of it after the page was sent.
    """
    if tile.picture is None:
        shown = f'<p class="sgus-problem sgus-small">{html.escape(tile.problem)}</p>'
    else:
        data = base64.b64encode(tile.picture).decode()
        shown = f'<img src="data:image/webp;base64,{data}" alt="{html.escape(tile.words)}">'
    note = "<b>excluded</b> · " if tile.excluded else ""
    return (
        f'<figure class="sgus-tile">{shown}<figcaption>{note}{html.escape(tile.words)}'
        "</figcaption></figure>"
    )
