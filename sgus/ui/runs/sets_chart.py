"""How often each prediction set is given; no streamlit here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sgus.ui.charts.layout import axis, chart_layout
from sgus.ui.runs.doubt_words import size_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

HOLDS: Final = "#0072B2"
MISSES: Final = "#E69F00"
_AROUND: Final = 170
_BAR: Final = 38


def sets_figure(counts: Sequence[Mapping[str, Any]], *, title: str) -> go.Figure:
    """A bar a set, small sets first: images whose true grade is in it, and those where it is not.

    Args:
        counts: Of `conformal`, one score.
        title: What the picture shows.
    """
    import plotly.graph_objects as go

    rows = sorted(counts, key=lambda row: (size_of(row["set"]), row["set"]))
    names = [f"{row['set']}  " for row in rows]
    figure = go.Figure()
    parts = (
        ("holds the true grade", HOLDS, "#fff", [row["holds"] for row in rows]),
        ("misses it", MISSES, "#16202B", [row["n_images"] - row["holds"] for row in rows]),
    )
    for name, colour, ink, values in parts:
        figure.add_bar(
            y=names, x=values, orientation="h", name=name, marker_color=colour,
            text=[f"{value:,}" if value else "" for value in values], textfont_color=ink,
            textposition="inside", insidetextanchor="middle", textangle=0,
            customdata=[row["n_patients"] for row in rows],
            hovertemplate="%{y}: %{x:,} images (the set was given to images of %{customdata:,} "
            f"patients)<extra>{name}</extra>",
        )  # fmt: skip
    height = _AROUND + _BAR * max(2, len(rows))
    figure.update_layout(**chart_layout(title, height=height, left=80, bottom=96))
    figure.update_layout(barmode="stack", bargap=0.25)
    figure.update_layout(legend={"y": -58 / (_BAR * max(2, len(rows))), "traceorder": "normal"})
    figure.update_xaxes(axis("images", rangemode="tozero"))
    figure.update_yaxes(
        axis("set of grades", type="category", autorange="reversed", showgrid=False)
    )
    return figure
