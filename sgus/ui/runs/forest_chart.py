"""Figures of a run with their intervals, a line each; no streamlit here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sgus.core.cells import printable
from sgus.ui.charts.layout import FONT_SIZE, LONGEST_NAME, axis, chart_layout, label
from sgus.ui.runs.figure_words import Figure, hover_words, interval_words, is_share
from sgus.ui.theme import FADED, INK, MUTED

if TYPE_CHECKING:
    import plotly.graph_objects as go

_LINE: Final = 32
_AROUND: Final = 140
_LETTER: Final = 8.6
_WIDE: Final = 11.5


@dataclass(frozen=True)
class Line:
    """A line of a forest plot.

    Attributes:
        name: What stands at its left.
        figure: What is drawn; None for a heading.
        colour: Of the marker; grey where the figure rests on few patients.
        symbol: Of plotly.
    """

    name: str
    figure: Figure | None = None
    colour: str = "#0072B2"
    symbol: str = "circle"


def forest_figure(
    lines: Sequence[Line],
    *,
    title: str,
    along: str,
    span: tuple[float, float] | None = None,
    at: float | None = None,
    signed: bool = False,
) -> go.Figure:
    """Draw figures of one statistic with their intervals and n, the first at the top.

    Args:
        lines: What to draw.
        title: What the picture shows.
        along: What runs along the axis.
        span: Ends of the axis; from the figures themselves when None.
        at: Where a dotted line stands, such as 0 or the value of all images.
        signed: A plus stands before what is above 0.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    if at is not None:
        figure.add_vline(x=at, line={"color": INK, "dash": "dot", "width": 1.5})
    _draw(figure, lines)
    said = [_said(line, place, signed=signed) for place, line in enumerate(lines)]
    names = [_bold(line) for line in lines]
    figure.update_layout(
        **chart_layout(title, height=_AROUND + _LINE * max(2, len(lines)), left=_left(lines)),
        annotations=said,
        showlegend=False,
    )
    room = 16 + _LETTER * max((len(one["text"]) for one in said), default=8)
    figure.update_layout(margin_r=int(room))
    shares = [line.figure for line in lines if line.figure is not None]
    percent = bool(shares) and all(map(is_share, shares))
    low, high = span or span_of(shares)
    figure.update_xaxes(
        axis(along, range=[low, high], tickformat=_ticks(percent, signed), automargin=False)
    )
    figure.update_xaxes(title_font_size=FONT_SIZE)
    figure.update_yaxes(
        axis(
            range=[len(lines) - 0.4, -0.6], tickvals=list(range(len(lines))), ticktext=names,
            automargin=False, showgrid=False,
        )
    )  # fmt: skip
    return figure


def shown_figures(lines: Sequence[Line]) -> list[Figure]:
    """The figures among lines."""
    return [line.figure for line in lines if line.figure is not None]


def span_of(figures: Sequence[Figure]) -> tuple[float, float]:
    """Ends of an axis that holds every figure and interval, with room at both sides."""
    ends = [f[key] for f in figures for key in ("value", "low", "high") if f[key] is not None]
    if not ends:
        return 0.0, 1.0
    room = max(0.02, 0.06 * (max(ends) - min(ends)))
    return min(ends) - room, max(ends) + room


def _ticks(percent: bool, signed: bool) -> str | None:
    if not percent:
        return None
    return "+.0%" if signed else ".0%"


def _draw(figure: go.Figure, lines: Sequence[Line]) -> None:
    """Intervals as two traces and values as one: a trace a line would be slow."""
    known = [
        (at, line, line.figure)
        for at, line in enumerate(lines)
        if line.figure is not None and line.figure["value"] is not None
    ]
    for few in (False, True):
        x: list[float | None] = []
        y: list[float | None] = []
        for at, _, drawn in known:
            if bool(drawn["few"]) is few and drawn["low"] is not None:
                x += [drawn["low"], drawn["high"], None]
                y += [at, at, None]
        figure.add_scatter(
            x=x, y=y, mode="lines", hoverinfo="skip",
            line={"color": FADED if few else MUTED, "width": 3},
        )  # fmt: skip
    figure.add_scatter(
        x=[drawn["value"] for *_, drawn in known], y=[at for at, *_ in known], mode="markers",
        marker={
            "size": 12, "symbol": [line.symbol for _, line, _ in known],
            "color": [FADED if drawn["few"] else line.colour for _, line, drawn in known],
            "line": {"color": INK, "width": 1},
        },
        text=[f"{label(line.name)}: {hover_words(drawn)}" for _, line, drawn in known],
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip


def _said(line: Line, place: int, *, signed: bool) -> dict[str, Any]:
    return {
        "xref": "paper", "x": 1.01, "y": place, "xanchor": "left", "showarrow": False,
        "text": "" if line.figure is None else said_text(line.figure, signed=signed),
        "hovertext": "" if line.figure is None else line.figure["reason"] or "",
        "font": {"color": MUTED if line.figure is None or line.figure["few"] else INK},
    }  # fmt: skip


def said_text(figure: Figure, *, signed: bool = False) -> str:
    """`0.82 (0.78 to 0.86), n 404/50`: beside the line, images and patients."""
    n = f"n {figure['n_images']:,}/{figure['n_patients']:,}"
    if figure.get("n_examinations") is not None:
        n = f"n {figure['n_examinations']:,}"
    return f"{interval_words(figure, signed=signed)}, {n}"


def _bold(line: Line) -> str:
    return f"<b>{label(line.name)}</b>" if line.figure is None else label(line.name)


def _left(lines: Sequence[Line]) -> int:
    """Pixels that names take at the left; capitals are wider than other letters."""
    shown = [printable(line.name, limit=LONGEST_NAME) for line in lines]
    widths = [sum(_WIDE if mark.isupper() else _LETTER for mark in name) for name in shown]
    return 24 + int(max(widths, default=64))
