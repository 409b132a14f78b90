"""Accuracy by stage of model and readers, below the ceiling of reader noise; no streamlit here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sgus.core.grades import STAGES
from sgus.stats.comparison.stage_accuracy import AccuracyPoint
from sgus.ui.charts.layout import LONGEST_NAME, axis, chart_layout, named
from sgus.ui.observers.boundary_words import FEW_PATIENTS
from sgus.ui.observers.model_chart import MEAN_MARK, MODEL_MARK, READER_MARK, ROW
from sgus.ui.theme import CEILING_COLOUR, FADED, INK, MUTED
from sgus.ui.words import percent

if TYPE_CHECKING:
    import plotly.graph_objects as go

SCOPES: Final = {"four_grades": "four grades", "all_grades": "all grades"} | {
    stage.name: stage.title for stage in STAGES
}
_MARKS: Final = {"model": MODEL_MARK, "mean reader": MEAN_MARK, "reader": READER_MARK}
_BAND: Final = 0.18


def point_words(point: AccuracyPoint) -> str:
    """`62 % (55 to 70 %)`, or why there is none."""
    if point.value is None:
        return f"not defined: {point.reason}"
    if point.low is None or point.high is None:
        return f"{percent(point.value)} (no interval: {point.reason})"
    low = percent(point.low).removesuffix("\u00a0%")
    return f"{percent(point.value)} ({low} to {percent(point.high)})"


def accuracy_figure(
    points: Sequence[AccuracyPoint], *, unit: str, title: str
) -> tuple[go.Figure, list[dict[str, Any]]]:
    """A panel a stage: model, readers and the ceiling that readers' errors leave.

    Args:
        points: Of one kind of label; those of the ceiling among them.
        unit: What is resampled.
        title: Of the figure.

    Returns:
        The figure and its rows.
    """
    from plotly.subplots import make_subplots

    scopes = list(dict.fromkeys(point.scope for point in points))
    names = _order(points, scopes[0])
    figure = make_subplots(
        1, len(scopes), shared_yaxes=True, horizontal_spacing=0.04,
        subplot_titles=[_panel_title(points, scope) for scope in scopes],
    )  # fmt: skip
    shapes: list[dict[str, Any]] = []
    for column, scope in enumerate(scopes, start=1):
        own = [point for point in points if point.scope == scope]
        for kind, mark in _MARKS.items():
            rows = [point for point in own if point.kind == kind]
            _add_points(figure, rows, mark, column, unit=unit)
        for point in own:
            if point.kind == "ceiling":
                shapes += _ceiling(point, column)
    _add_legend(figure)
    longest = min(LONGEST_NAME, max(map(len, names), default=4))
    layout = chart_layout(
        title, height=230 + ROW * len(names), left=min(260, 40 + 8 * longest), bottom=92
    )
    layout["margin"]["t"] += 48
    figure.update_layout(layout, shapes=shapes)
    figure.update_layout(legend={"y": -66 / (ROW * len(names)), "traceorder": "normal"})
    figure.update_xaxes(
        axis("accuracy, %", range=[0, 1.02], tickvals=[0, 0.5, 1], ticktext=["0", "50", "100"])
    )
    figure.update_yaxes(
        axis(**named(names), categoryorder="array", categoryarray=names,
             range=[-0.6, len(names) - 0.4])
    )  # fmt: skip
    return figure, [vars(point) for point in points]


def _order(points: Sequence[AccuracyPoint], scope: str) -> list[str]:
    """Names from the bottom: readers by accuracy, their mean, the model."""
    rank = {"reader": 0, "mean reader": 1, "model": 2}
    shown = [point for point in points if point.kind in rank]
    value = {point.name: point.value or 0.0 for point in shown if point.scope == scope}
    keys = {point.name: (rank[point.kind], value.get(point.name, 0.0)) for point in shown}
    return sorted(keys, key=lambda name: keys[name])


def _panel_title(points: Sequence[AccuracyPoint], scope: str) -> str:
    ceiling = next(
        (one for one in points if one.kind == "ceiling" and one.scope == scope), None
    )  # fmt: skip
    said = "" if ceiling is None else "<br>no ceiling"
    if ceiling is not None and ceiling.value is not None:
        said = f"<br>ceiling {percent(ceiling.value)}"
    return f"<b>{SCOPES.get(scope, scope)}</b>{said}"


def _ceiling(point: AccuracyPoint, column: int) -> list[dict[str, Any]]:
    """Band and line on a panel, as plain shapes: plotly's own calls take 20 ms each."""
    if point.value is None:
        return []
    number = "" if column == 1 else str(column)
    place = {
        "xref": f"x{number}", "yref": f"y{number} domain", "y0": 0, "y1": 1, "layer": "below",
    }  # fmt: skip
    line = {"color": CEILING_COLOUR, "width": 3}
    shapes = [place | {"type": "line", "x0": point.value, "x1": point.value, "line": line}]
    if point.low is None or point.high is None:
        return shapes
    band = {"type": "rect", "x0": point.low, "x1": point.high, "opacity": _BAND}
    return [place | band | {"fillcolor": CEILING_COLOUR, "line": {"width": 0}}, *shapes]


def _add_points(
    figure: go.Figure,
    rows: Sequence[AccuracyPoint],
    mark: dict[str, Any],
    column: int,
    *,
    unit: str,
) -> None:
    above = [(row.high or 0) - (row.value or 0) if row.high is not None else 0 for row in rows]
    below = [(row.value or 0) - (row.low or 0) if row.low is not None else 0 for row in rows]
    few = [row.n_units < FEW_PATIENTS and unit != "item" for row in rows]
    noun = "" if unit == "item" else f" of {{n}} {unit}s"
    hover = [
        f"{point_words(row)}<br>{row.n_items} images{noun.format(n=row.n_units)}" for row in rows
    ]
    figure.add_scatter(
        x=[row.value for row in rows], y=[row.name for row in rows], mode="markers",
        showlegend=False, hovertext=hover, row=1, col=column,
        hovertemplate="<b>%{y}</b>: %{hovertext}<extra></extra>",
        error_x={"type": "data", "symmetric": False, "array": above, "arrayminus": below,
                 "thickness": 1.5, "width": 3, "color": MUTED},
        marker=mark | {"color": [FADED if one else mark["color"] for one in few],
                       "line": {"color": INK, "width": 1}},
    )  # fmt: skip


def _add_legend(figure: go.Figure) -> None:
    for name, mark in (("model", MODEL_MARK), ("mean of the readers", MEAN_MARK),
                       ("reader", READER_MARK)):  # fmt: skip
        figure.add_scatter(
            x=[None], y=[None], mode="markers", name=name,
            marker=mark | {"line": {"color": INK, "width": 1}},
        )  # fmt: skip
    figure.add_scatter(
        x=[None], y=[None], mode="lines", name="ceiling that readers' errors leave",
        line={"color": CEILING_COLOUR, "width": 3},
    )  # fmt: skip
