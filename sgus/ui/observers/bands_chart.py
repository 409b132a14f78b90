"""The readers' own figures, and behind each the published ones of the same statistic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sgus.report.published_bands import Comparable, bands_for
from sgus.stats.agreement.family import Agreement
from sgus.ui.charts.layout import axis, chart_layout
from sgus.ui.observers.forest import said_text
from sgus.ui.observers.words import number
from sgus.ui.theme import INK, LINE, MUTED, TRACK

if TYPE_CHECKING:
    import plotly.graph_objects as go

_LINE: Final = 32
_OURS: Final = "#0072B2"
Kind = Any


@dataclass(frozen=True)
class Strip:
    """One of the readers' own figures with what others published of the same statistic.

    Attributes:
        name: What the figure is.
        figure: Of these readers.
        bands: Published figures that may lie behind it.
    """

    name: str
    figure: Agreement
    bands: tuple[Comparable, ...]


def strip(name: str, figure: Agreement, *, within: bool, omeract: bool) -> Strip:
    """A strip with the published figures that may stand behind it.

    Args:
        name: What the figure is.
        figure: Of these readers.
        within: It is of readers with themselves.
        omeract: The grades are those of OMERACT; published figures of other scores do not fit.
    """
    label = figure.label
    bands = (
        bands_for(label.statistic, label.weights, kind="intra" if within else "inter")
        if omeract
        else []
    )
    return Strip(name, figure, tuple(bands))


def bands_figure(strips: Sequence[Strip]) -> go.Figure:
    """A block for each of the readers' figures: theirs on top, the published ones below it."""
    import plotly.graph_objects as go

    figure = go.Figure()
    names, place = [], 0.0
    ticks = []
    for one in strips:
        figure.add_hrect(
            y0=place - 0.5, y1=place + len(one.bands) + 0.5, fillcolor=TRACK, line_width=0,
            opacity=0.55, layer="below",
        )  # fmt: skip
        names.append(f"<b>{one.name}</b>")
        ticks.append(place)
        _own(figure, one.figure, place)
        for step, comparable in enumerate(one.bands, start=1):
            names.append(band_name(comparable))
            ticks.append(place + step)
            _published(figure, comparable, place + step)
        place += len(one.bands) + 1.5
    figure.update_layout(
        **chart_layout(
            "These readers, and published figures of the same statistic",
            height=int(140 + _LINE * max(place, 3)), left=385,
        )
    )  # fmt: skip
    figure.update_layout(showlegend=False, margin={"r": 170})
    low = min([0.0, *(one.figure.low or one.figure.value or 0.0 for one in strips)])
    figure.update_xaxes(axis("kappa", range=[low - 0.02, 1.02], automargin=False))
    figure.update_yaxes(
        axis(range=[place - 0.8, -0.8], tickvals=ticks, ticktext=names, automargin=False,
             showgrid=False)
    )  # fmt: skip
    return figure


def _own(figure: go.Figure, row: Agreement, place: float) -> None:
    if row.value is None:
        return
    if row.low is not None and row.high is not None:
        figure.add_scatter(
            x=[row.low, row.high], y=[place, place], mode="lines", hoverinfo="skip",
            line={"color": _OURS, "width": 4},
        )  # fmt: skip
    figure.add_scatter(
        x=[row.value], y=[place], mode="markers", hoverinfo="skip",
        marker={"size": 15, "symbol": "diamond", "color": _OURS,
                "line": {"color": INK, "width": 1}},
    )  # fmt: skip
    _say(figure, place, f"<b>{said_text(row, share=False)}</b>")


def _published(figure: go.Figure, comparable: Comparable, place: float) -> None:
    band = comparable.band
    said = "" if band.value is None else number(band.value)
    if band.low is not None and band.high is not None:
        figure.add_scatter(
            x=[band.low, band.high], y=[place, place], mode="lines", hoverinfo="skip",
            line={"color": LINE, "width": 14},
        )  # fmt: skip
        said = f"{said} ({number(band.low)} to {number(band.high)})".strip()
    if band.value is not None:
        figure.add_scatter(
            x=[band.value], y=[place], mode="markers",
            marker={"size": 11, "symbol": "line-ns", "line": {"color": MUTED, "width": 4}},
            text=[band_name(comparable)], hovertemplate="%{text}: %{x:.2f}<extra></extra>",
        )  # fmt: skip
    _say(figure, place, said)


def _say(figure: go.Figure, place: float, text: str) -> None:
    figure.add_annotation(
        xref="paper", x=1.01, y=place, xanchor="left", showarrow=False, text=text,
        font={"size": 14},
    )  # fmt: skip


def band_name(comparable: Comparable) -> str:
    """Study and statistic of a published figure, as its source calls it."""
    band = comparable.band
    weights = f", {band.weights}" if band.weights else ""
    return f"{band.study}: {band.title}{weights}"


def band_rows(strips: Sequence[Strip]) -> list[dict[str, Any]]:
    """What is drawn, to take away."""
    rows: list[dict[str, Any]] = []
    for one in strips:
        rows.append({"shown as": one.name, "source": "these readers", **one.figure.row()})
        for comparable in one.bands:
            band = comparable.band
            rows.append(
                {
                    "shown as": one.name, "source": band.source, "statistic": band.title,
                    "weights": band.weights, "value": band.value, "low": band.low,
                    "high": band.high, "n_items": band.n_images, "n_raters": band.n_readers,
                    "method": "published", "reason": comparable.caution,
                }
            )  # fmt: skip
    return rows
