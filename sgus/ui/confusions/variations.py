"""What the model would say with another gain, focus, device or crop: how stable its call is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from sgus.core.grades import GRADES
from sgus.ui.charts.export import show_figure
from sgus.ui.charts.layout import axis, chart_layout
from sgus.ui.confusions.units import said_of
from sgus.ui.theme import CROSSING, INK, MUTED, SAME_SIDE
from sgus.workflows.look_what_if import what_if

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from sgus.review.boundary import Boundary
    from sgus.workflows.confusions import BoundaryView
    from sgus.workflows.look_what_if import Answer, WhatIf
    from sgus.workflows.run_view import RunView

_ROW: Final = 24
_AROUND: Final = 190
_ROOM: Final = 0.4
"""Beside the outermost points, log-odds."""


def show(view: RunView, seen: BoundaryView, image_id: str) -> None:
    """Draw the section.

    Args:
        view: The run.
        seen: The boundary.
        image_id: The image.
    """
    with st.spinner("Asking the model about changed pictures"):
        found = what_if(view, image_id, seen.boundary)
    st.markdown(f"**{found.sentence}**")
    st.caption(said_of(f"{found.model_words} {found.as_run_words}", seen.unit))
    show_figure(
        stability_figure(found, seen.boundary), answer_rows(found), name="what-if",
        synthetic=found.synthetic, key="sgus-confusions-what-if",
    )  # fmt: skip
    st.caption(
        "Each point is the answer to the same picture changed a little. Left of the line the model "
        f"calls {seen.boundary.lower}, right of it {seen.boundary.upper}, if it has to choose "
        "between these two. A call that a little gain or blur turns is no firm call."
    )


def stability_figure(found: WhatIf, at: Boundary) -> go.Figure:
    """A point a variation on the log-odds of the boundary; the picture as it is on top.

    Args:
        found: The answers.
        at: The boundary.
    """
    import plotly.graph_objects as go

    answers = list(found.answers)
    names = [_name(one) for one in answers]
    figure = go.Figure()
    groups = (
        ("same side as the picture as it is", SAME_SIDE, "circle", True),
        ("on the other side", CROSSING, "diamond", False),
    )
    for title, colour, symbol, same in groups:
        own = [(name, one) for name, one in zip(names, answers, strict=True)
               if one.same_side is same]  # fmt: skip
        figure.add_scatter(
            x=[one.log_odds for _, one in own], y=[name for name, _ in own], mode="markers",
            name=title, marker={"size": 12, "color": colour, "symbol": symbol,
                                "line": {"color": INK, "width": 1}},
            text=[f"says grade {one.predicted}" for _, one in own],
            hovertemplate="%{y}: %{x:.2f}, %{text}<extra></extra>",
        )  # fmt: skip
    height = _AROUND + _ROW * len(answers)
    figure.update_layout(**chart_layout("How stable the call is", height=height, left=150))
    lines = [_line(0.0, INK, "solid"), _line(answers[0].log_odds, MUTED, "dot")] if answers else []
    legend = {"orientation": "h", "y": -62 / (height - 170), "yanchor": "top"}
    figure.update_layout(shapes=lines, margin_b=110, showlegend=True, legend=legend)
    ends = [0.0, *(one.log_odds for one in answers)]
    figure.update_xaxes(
        axis(f"log-odds of grade {at.upper} against {at.lower} (0: undecided; dotted: as it is)",
             range=[min(ends) - _ROOM, max(ends) + _ROOM])
    )  # fmt: skip
    figure.update_yaxes(
        axis(categoryorder="array", categoryarray=names[::-1], showgrid=True, dtick=1)
    )
    return figure


def answer_rows(found: WhatIf) -> list[dict[str, Any]]:
    """A row a variation, to take away."""
    return [
        {"what": one.what, "strength": one.strength, "value": one.value}
        | {f"p{grade}": one.p[grade] for grade in GRADES}
        | {"log_odds": one.log_odds, "predicted": one.predicted, "holds": one.holds,
           "same_side": one.same_side}
        for one in found.answers
    ]  # fmt: skip


def _name(one: Answer) -> str:
    return (
        one.what if one.what == one.strength or not one.strength else f"{one.what} {one.strength}"
    )


def _line(x: float, colour: str, dash: str) -> dict[str, Any]:
    return {
        "type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "layer": "above",
        "line": {"color": colour, "width": 1.5, "dash": dash},
    }  # fmt: skip
