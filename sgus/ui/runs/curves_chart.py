"""ROC and precision-recall of a stage, with the threshold that is looked at; no streamlit here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sgus.ui.charts.layout import axis, chart_layout
from sgus.ui.runs.figure_words import Figure, interval_words, one
from sgus.ui.theme import INK, MODEL_COLOUR, MUTED

if TYPE_CHECKING:
    import plotly.graph_objects as go

CURVE: Final = "#0072B2"
BAND: Final = "rgba(0, 114, 178, 0.18)"
CHANCE: Final = "#8A96A1"
MOST_POINTS: Final = 1200
"""Points of a curve that are drawn; more cannot be told apart on a screen."""
_HEIGHT: Final = 470
Mark = tuple[str, str, str, Sequence[Figure]]


def curves_figure(
    curve: dict[str, Any], figures: Sequence[Figure], marks: Sequence[Mark], *, title: str
) -> go.Figure:
    """Two panels: ROC and precision-recall, each with its band and the marked thresholds.

    Args:
        curve: Of `stage_curves`, one stage.
        figures: Of `stage_curves`: areas and prevalence are read from them.
        marks: Name, colour, symbol and figures of each threshold to mark.
        title: What the picture shows.
    """
    from plotly.subplots import make_subplots

    scope = curve["scope"]
    area, precision, share = (
        one(figures, scope=scope, figure=name)
        for name in ("auc", "average_precision", "prevalence")
    )
    figure = make_subplots(
        1, 2, horizontal_spacing=0.11,
        subplot_titles=[
            f"ROC: AUC {_said(area)}", f"Precision-recall: average precision {_said(precision)}"
        ],
    )  # fmt: skip
    points = {name: _thinned(values) for name, values in curve["points"].items()}
    _band(figure, curve["roc_band"], 1)
    _band(figure, curve["precision_recall_band"], 2)
    _line(figure, points, "false_positive_rate", "sensitivity", 1)
    _line(figure, points, "sensitivity", "precision", 2)
    _chance(figure, share)
    for at, mark in reversed(list(enumerate(marks))):  # the first lies on top of the others
        _mark(figure, mark, size=22 if at else 13)
    figure.update_layout(**chart_layout(title, height=_HEIGHT, bottom=104))
    figure.update_layout(margin_t=96, legend={"y": -0.24, "traceorder": "normal"})
    figure.update_annotations(font_size=15, font_color=INK)
    percents = {"range": [-0.02, 1.02], "tickformat": ".0%", "dtick": 0.2}
    figure.update_xaxes(axis("false positive rate (1 \N{MINUS SIGN} specificity)", **percents),
                        col=1)  # fmt: skip
    figure.update_xaxes(axis("recall (sensitivity)", **percents), col=2)
    figure.update_yaxes(axis("sensitivity", **percents), col=1)
    figure.update_yaxes(axis("precision", **percents), col=2)
    figure.update_xaxes(title_font_size=15)
    figure.update_yaxes(title_font_size=15)
    return figure


def curve_rows(curve: dict[str, Any]) -> list[dict[str, Any]]:
    """Every point of the curve and of its bands, to take away."""
    points = curve["points"]
    rows = [
        {"what": "point", "stage": curve["scope"]} | dict(zip(points, values, strict=True))
        for values in zip(*points.values(), strict=True)
    ]
    for name in ("roc_band", "precision_recall_band"):
        band = curve[name] or {}
        rows += [
            {"what": name, "stage": curve["scope"]} | dict(zip(band, values, strict=True))
            for values in zip(*band.values(), strict=True)
        ]
    return rows


def _thinned(values: list[Any]) -> list[Any]:
    """Values of a curve at evenly spaced places, the ends among them."""
    n = len(values)
    if n <= MOST_POINTS:
        return values
    return [values[i] for i in np.linspace(0, n - 1, MOST_POINTS).round().astype(int)]


def _band(figure: go.Figure, band: dict[str, Any] | None, column: int) -> None:
    if band is None:
        return
    rows = zip(band["at"], band["low"], band["high"], strict=True)
    known = [(at, low, high) for at, low, high in rows if low is not None and high is not None]
    figure.add_scatter(
        x=[at for at, *_ in known] + [at for at, *_ in reversed(known)],
        y=[high for *_, high in known] + [low for _, low, _ in reversed(known)],
        fill="toself", fillcolor=BAND, mode="lines", line={"width": 0}, hoverinfo="skip",
        name="95 % interval at each point (patients resampled)", showlegend=column == 1,
        row=1, col=column,
    )  # fmt: skip


def _line(figure: go.Figure, points: dict[str, list[Any]], x: str, y: str, column: int) -> None:
    said = [
        "above every probability" if threshold is None else f"threshold {threshold:.3f}"
        for threshold in points["threshold"]
    ]
    figure.add_scatter(
        x=points[x], y=points[y], mode="lines", showlegend=False, text=said,
        line={"color": CURVE, "width": 2.5, "shape": "linear" if column == 1 else "hv"},
        hovertemplate="%{text}<br>%{x:.1%}, %{y:.1%}<extra></extra>", row=1, col=column,
    )  # fmt: skip


def _chance(figure: go.Figure, share: Figure | None) -> None:
    """What ranking at random gives: the diagonal, and the prevalence."""
    style = {"color": CHANCE, "width": 1.5, "dash": "dash"}
    drawn = {"mode": "lines", "line": style, "hoverinfo": "skip"}
    figure.add_scatter(
        x=[0, 1], y=[0, 1], name="ranking at random", row=1, col=1, **drawn
    )  # fmt: skip
    if share is not None and share["value"] is not None:
        at = share["value"]
        figure.add_scatter(x=[0, 1], y=[at, at], showlegend=False, row=1, col=2, **drawn)
        figure.add_scatter(
            x=[0.02], y=[at], mode="text", text=[f"prevalence {interval_words(share)}"],
            textposition="bottom right" if at > 0.5 else "top right",
            textfont={"color": MUTED, "size": 14}, hoverinfo="skip", showlegend=False,
            row=1, col=2,
        )  # fmt: skip


def _mark(figure: go.Figure, mark: Mark, *, size: int) -> None:
    name, colour, symbol, figures = mark
    found = {f["figure"]: f for f in figures}
    sensitivity, specificity = found["sensitivity"], found["specificity"]
    predictive = found["positive_predictive_value"]
    panels = ((_reversed(specificity), sensitivity, 1), (sensitivity, predictive, 2))
    for across, up, column in panels:
        if across["value"] is None or up["value"] is None:
            continue
        figure.add_scatter(
            x=[across["value"]], y=[up["value"]], mode="markers", name=name,
            showlegend=column == 1, error_x=_arms(across, colour), error_y=_arms(up, colour),
            marker={"size": size, "color": colour, "symbol": symbol,
                    "line": {"color": INK, "width": 1.5}},
            hovertemplate=f"{name}<br>%{{x:.1%}}, %{{y:.1%}}<extra></extra>", row=1, col=column,
        )  # fmt: skip


def _reversed(figure: Figure) -> Figure:
    """A share as what is left of it."""
    ends = {"value": "value", "low": "high", "high": "low"}
    return figure | {
        key: None if figure[other] is None else 1.0 - figure[other] for key, other in ends.items()
    }


def _arms(figure: Figure, colour: str) -> dict[str, Any] | None:
    if figure["low"] is None or figure["high"] is None:
        return None
    return {
        "type": "data", "symmetric": False, "array": [figure["high"] - figure["value"]],
        "arrayminus": [figure["value"] - figure["low"]], "thickness": 2, "width": 6,
        "color": colour,
    }  # fmt: skip


def _said(figure: Figure | None) -> str:
    return "not defined" if figure is None else interval_words(figure)


MARK_COLOURS: Final = (MODEL_COLOUR, "#009E73")
"""Of the threshold that is dragged, and of the one chosen elsewhere."""
