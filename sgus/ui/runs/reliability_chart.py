"""Reliability diagrams before and after temperature scaling; no streamlit here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sgus.ui.charts.layout import axis, chart_layout
from sgus.ui.runs.figure_words import Figure, hover_words, interval_words, one
from sgus.ui.theme import FADED, INK, MUTED

if TYPE_CHECKING:
    import plotly.graph_objects as go

COLOURS: Final = {"before": "#D55E00", "after": "#0072B2"}
TITLES: Final = {"before": "as the model says it", "after": "after temperature scaling"}
_BAR: Final = "#9FB6C6"
_HEIGHT: Final = 560


def reliability_figure(
    diagrams: Sequence[dict[str, Any]],
    figures: Sequence[Figure],
    *,
    title: str,
    along: str,
    up: str,
) -> go.Figure:
    """A panel a state: what was promised against what was found, and how many images there were.

    Args:
        diagrams: Of `reliability`, one scope and one kind of bins.
        figures: Of `reliability`; the calibration errors are read from them.
        title: What the picture shows.
        along: What is promised.
        up: What was found.
    """
    from plotly.subplots import make_subplots

    scope, n = diagrams[0]["scope"], len(diagrams)
    names = [_panel(diagram["state"], scope, figures) for diagram in diagrams]
    figure = make_subplots(
        2, n, row_heights=[0.78, 0.22], vertical_spacing=0.05, horizontal_spacing=0.08,
        shared_xaxes=True, shared_yaxes="rows", subplot_titles=names,
    )  # fmt: skip
    for column, diagram in enumerate(diagrams, start=1):
        _panel_of(figure, diagram["bins"], COLOURS[diagram["state"]], column)
    figure.update_layout(**chart_layout(title, height=_HEIGHT, bottom=64))
    most = max([b["n_images"] for diagram in diagrams for b in diagram["bins"]], default=1)
    figure.update_layout(margin_t=116, showlegend=False, bargap=0)
    figure.update_annotations(font_size=15, font_color=INK)
    percents: dict[str, Any] = {"tickformat": ".0%", "dtick": 0.2, "range": [-0.02, 1.02]}
    figure.update_xaxes(axis(**percents), row=1)
    figure.update_xaxes(axis(along, **percents), row=2)
    figure.update_yaxes(axis(**percents), row=1)
    figure.update_yaxes(axis(range=[0, 1.1 * most], nticks=3), row=2)
    figure.update_yaxes(title_text=up, row=1, col=1)
    figure.update_yaxes(title_text="images", row=2, col=1)
    figure.update_xaxes(title_font_size=15)
    figure.update_yaxes(title_font_size=15)
    return figure


def bin_rows(diagrams: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every bin of every diagram, to take away."""
    wanted = ("low_edge", "high_edge", "mean_probability", "value", "low", "high", "n_images",
              "n_patients", "few", "reason")  # fmt: skip
    return [
        {"scope": diagram["scope"], "state": diagram["state"], "bins": diagram["binning"]}
        | {("observed_share" if name == "value" else name): one_bin[name] for name in wanted}
        for diagram in diagrams
        for one_bin in diagram["bins"]
    ]


def _panel(state: str, scope: str, figures: Sequence[Figure]) -> str:
    error = one(figures, scope=scope, figure="calibration_error", state=state)
    said = "not defined" if error is None else interval_words(error)
    return f"<b>{TITLES[state]}</b><br>calibration error {said}"


def _panel_of(figure: go.Figure, bins: Sequence[Figure], colour: str, column: int) -> None:
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", hoverinfo="skip", row=1, col=column,
        line={"color": MUTED, "width": 1.5, "dash": "dash"},
    )  # fmt: skip
    filled = [one_bin for one_bin in bins if one_bin["value"] is not None]
    for few in (False, True):
        drawn = [one_bin for one_bin in filled if bool(one_bin["few"]) is few]
        shade = FADED if few else colour
        figure.add_scatter(
            x=[b["mean_probability"] for b in drawn], y=[b["value"] for b in drawn],
            mode="markers", row=1, col=column,
            error_y={
                "type": "data", "symmetric": False, "thickness": 2.5, "width": 0, "color": shade,
                "array": [(b["high"] or b["value"]) - b["value"] for b in drawn],
                "arrayminus": [
                    0 if b["low"] is None else b["value"] - b["low"] for b in drawn
                ],
            },
            marker={"size": 11, "color": shade, "line": {"color": INK, "width": 1}},
            text=[_said(b) for b in drawn], hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    figure.add_bar(
        x=[(b["low_edge"] + b["high_edge"]) / 2 for b in bins], y=[b["n_images"] for b in bins],
        width=[b["high_edge"] - b["low_edge"] for b in bins], row=2, col=column,
        marker={"color": _BAR, "line": {"color": "#fff", "width": 1}},
        text=[_said(b) for b in bins], textposition="none",
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip


def _said(one_bin: Figure) -> str:
    edges = f"promised {one_bin['low_edge']:.0%} to {one_bin['high_edge']:.0%}"
    mean = one_bin["mean_probability"]
    on_average = "" if mean is None else f", {mean:.1%} on average"
    return f"{edges}{on_average}<br>found {hover_words(one_bin)}"
