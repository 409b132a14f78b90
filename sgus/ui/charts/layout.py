"""The look that all charts of the observers page share; no streamlit here."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any, Final

from sgus.core.cells import printable
from sgus.ui.theme import INK, LINE

FONT: Final = "Arial, Helvetica, Liberation Sans, sans-serif"
"""Of the system: a saved picture cannot have the font of the page, and other letters are wider."""
FONT_SIZE: Final = 15
TITLE_SIZE: Final = 16
TITLE_ROOM: Final = 64
"""Pixels above the drawing for the title and the camera button."""
LONGEST_NAME: Final = 34


def chart_layout(title: str, *, height: int, left: int = 72, bottom: int = 64) -> dict[str, Any]:
    """Layout of a chart: readable on a projector, no zooming by accident.

    Args:
        title: What the picture shows; it goes into the saved picture too.
        height: Pixels.
        left: Room for the labels on the left, pixels.
        bottom: Room for the labels below, pixels.
    """
    return {
        "height": height,
        "title": {
            "text": title, "x": 0, "xanchor": "left", "xref": "container",
            "y": 1, "yanchor": "top", "pad": {"l": 4, "t": 8}, "font": {"size": TITLE_SIZE},
        },
        "margin": {"l": left, "r": 24, "t": TITLE_ROOM, "b": bottom},
        "font": {"size": FONT_SIZE, "color": INK, "family": FONT},
        "paper_bgcolor": "#fff",
        "plot_bgcolor": "#fff",
        "hoverlabel": {"font": {"size": FONT_SIZE, "family": FONT}},
        "legend": {"orientation": "h", "y": -0.16, "yanchor": "top", "x": 0},
        "hovermode": "closest",
        "modebar": {"color": INK, "activecolor": INK, "bgcolor": "rgba(0,0,0,0)"},
    }  # fmt: skip


def axis(title: str | None = None, **more: Any) -> dict[str, Any]:
    """An axis with a thin grid that cannot be zoomed.

    Args:
        title: What runs along it, with its unit.
        **more: Further settings of plotly.
    """
    named = {} if title is None else {"title": {"text": title, "standoff": 10}}
    plain = {
        "showgrid": True, "gridcolor": LINE, "zeroline": False, "linecolor": INK,
        "fixedrange": True, "automargin": True,
    }  # fmt: skip
    return plain | named | more


def label(name: str, *, longest: int = LONGEST_NAME) -> str:
    """A name from a table as plotly is to show it: cut, and as it is written.

    Plotly reads `<b>` and `<a href=...>` in any text, also in the name of a reader.

    Args:
        name: Of a reader, an image, a group.
        longest: Letters to show.
    """
    return html.escape(printable(name, limit=longest), quote=False)


def named(names: Sequence[str], *, longest: int = LONGEST_NAME) -> dict[str, Any]:
    """Settings of an axis of categories that are names from a table.

    Args:
        names: The categories.
        longest: Letters of each to show.
    """
    return {
        "type": "category",
        "tickvals": list(names),
        "ticktext": [label(name, longest=longest) for name in names],
    }
