"""Figures with their intervals, a line each: readers, grades, what others published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sgus.core.cells import printable
from sgus.stats.agreement.family import Agreement
from sgus.ui.charts.layout import LONGEST_NAME, axis, chart_layout, label
from sgus.ui.observers.words import is_few, number, value_words
from sgus.ui.theme import FADED, INK, MUTED

if TYPE_CHECKING:
    import plotly.graph_objects as go

_LINE: Final = 34
_AROUND: Final = 136
_LETTER: Final = 8.4
_WIDE: Final = 11.5
"""Pixels of a letter, of digits and words, and of a name in capitals at most."""
_MARKER: Final = 12


@dataclass(frozen=True)
class Line:
    """A line of a forest plot.

    Attributes:
        name: What stands at its left.
        figure: What is drawn; a figure without a value is an empty line that says so.
        colour: Of the marker; grey where the figure rests on few patients.
        symbol: Of plotly.
        n: What it rests on, for the hover.
    """

    name: str
    figure: Agreement
    colour: str = INK
    symbol: str = "circle"
    n: str = ""


def forest_figure(
    lines: Sequence[Line],
    *,
    title: str,
    along: str,
    span: tuple[float, float] | None = None,
    share: bool = False,
    at: float | None = None,
    signed: bool = False,
) -> go.Figure:
    """Draw figures with their intervals, the first at the top.

    Args:
        lines: What to draw.
        title: What the picture shows.
        along: What runs along the axis.
        span: Ends of the axis; from the figures themselves when None.
        share: Numbers are shares, shown in percent.
        at: Where a dotted line stands, such as 0 or the value of all readers.
        signed: A plus stands before what is above 0.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    if at is not None:
        figure.add_vline(x=at, line={"color": INK, "dash": "dot", "width": 1.5})
    _draw(figure, lines, share=share)
    said = [
        _said(line.figure, place, share=share, signed=signed) for place, line in enumerate(lines)
    ]
    figure.update_layout(annotations=said)
    room = 16 + _LETTER * max((len(one["text"]) for one in said), default=8)
    low, high = span or span_of([line.figure for line in lines])
    figure.update_layout(
        **chart_layout(
            title,
            height=_AROUND + _LINE * max(2, len(lines)),
            left=room_for([line.name for line in lines]),
        )
    )
    figure.update_layout(margin={"r": int(room)}, showlegend=False)
    figure.update_xaxes(
        axis(along, range=[low, high], tickformat=".0%" if share else None, automargin=False)
    )
    figure.update_yaxes(
        axis(
            range=[len(lines) - 0.4, -0.6], tickvals=list(range(len(lines))),
            ticktext=[label(line.name) for line in lines], automargin=False, showgrid=False,
        )
    )  # fmt: skip
    return figure


def _draw(figure: go.Figure, lines: Sequence[Line], *, share: bool) -> None:
    """Intervals as two traces and values as one: a trace a line would be slow for many readers."""
    known = [(at, line) for at, line in enumerate(lines) if line.figure.value is not None]
    for few in (False, True):
        x: list[float | None] = []
        y: list[float | None] = []
        for at, line in known:
            low, high = line.figure.low, line.figure.high
            if is_few(line.figure) is few and low is not None and high is not None:
                x += [low, high, None]
                y += [at, at, None]
        colour = FADED if few else MUTED
        figure.add_scatter(
            x=x, y=y, mode="lines", hoverinfo="skip", line={"color": colour, "width": 3}
        )
    figure.add_scatter(
        x=[line.figure.value for _, line in known], y=[at for at, _ in known], mode="markers",
        marker={
            "size": _MARKER, "symbol": [line.symbol for _, line in known],
            "color": [FADED if is_few(line.figure) else line.colour for _, line in known],
            "line": {"color": INK, "width": 1},
        },
        text=[
            f"{label(line.name)}: {value_words(line.figure, share=share)}<br>{line.n}"
            for _, line in known
        ],
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip


def _said(row: Agreement, place: int, *, share: bool, signed: bool) -> dict[str, Any]:
    return {
        "xref": "paper", "x": 1.01, "y": place, "xanchor": "left", "showarrow": False,
        "text": said_text(row, share=share, signed=signed), "hovertext": row.reason,
        "font": {"color": MUTED if is_few(row) else INK},
    }  # fmt: skip


def said_text(row: Agreement, *, share: bool, signed: bool = False) -> str:
    """`0.82 (0.78 to 0.86)`, beside the drawing."""
    if row.value is None:
        return "not defined"
    plus = "+" if signed and row.value > 0 else ""
    value = f"{plus}{number(row.value, share=share)}"
    if row.low is None or row.high is None:
        return value
    low = number(row.low, share=share).removesuffix("\u00a0%")
    return f"{value} ({low} to {number(row.high, share=share)})"


def span_of(rows: Sequence[Agreement]) -> tuple[float, float]:
    """Ends of an axis that holds every figure and interval, with room at both sides."""
    ends = [end for row in rows for end in (row.value, row.low, row.high) if end is not None]
    if not ends:
        return 0.0, 1.0
    room = max(0.04, 0.06 * (max(ends) - min(ends)))
    return min(ends) - room, max(ends) + room


def room_for(names: Sequence[str]) -> int:
    """Pixels that names take at the left; capitals are wider than other letters."""
    shown = [printable(name, limit=LONGEST_NAME) for name in names]
    return 24 + int(
        max(
            (sum(_WIDE if mark.isupper() else _LETTER for mark in name) for name in shown),
            default=64,
        )
    )


def forest_rows(lines: Sequence[Line], **more: Any) -> list[dict[str, Any]]:
    """The lines as rows to take away."""
    return [{"shown as": line.name, **more, **line.figure.row()} for line in lines]
