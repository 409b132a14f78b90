"""Charts of the consensus: grades by method, and each reader's confusion matrix."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.grades import GRADES
from sgus.stats.consensus import DawidSkene
from sgus.ui.charts.layout import axis, chart_layout, label
from sgus.ui.theme import GRADE_COLOURS, INK, LINE, MUTED, ON_GRADE, TRACK
from sgus.workflows.observer_consensus import METHODS, Consensus

if TYPE_CHECKING:
    import plotly.graph_objects as go

FloatArray = NDArray[np.float64]

METHOD_NAMES: Final = {
    "median": "median", "majority": "majority", "dawid_skene": "Dawid-Skene",
}  # fmt: skip
FEW_READINGS: Final = 5
"""Expected readings below which the percentages of a row stand in brackets."""
_COLUMNS: Final = 5
_CELL: Final = 210
_SCALE: Final = [[0.0, "#F7FAFC"], [0.5, "#8FBEDD"], [1.0, "#0B4A75"]]
_NAME: Final = 16
"""Letters of a reader's name that fit above a matrix."""


def counts_figure(found: Consensus) -> tuple[go.Figure, list[dict[str, Any]]]:
    """How many images have each grade, by method."""
    import plotly.graph_objects as go

    scale = found.fit.scale
    names = [METHOD_NAMES[method] for method in METHODS]
    counts = {method: found.counts(method) for method in METHODS}
    figure = go.Figure()
    for code, grade in enumerate(scale):
        values = [counts[method][code] for method in METHODS]
        fill, text = _colours(grade, scale, code)
        figure.add_bar(
            y=names, x=values, orientation="h", name=f"grade {grade}",
            text=[str(value) if value else "" for value in values], textposition="inside",
            insidetextanchor="middle", textangle=0, textfont={"color": text, "size": 15},
            marker={"color": fill, "line": {"color": "#fff", "width": 1}},
            hovertemplate=f"%{{y}}: grade {grade}, %{{x}} images<extra></extra>",
        )  # fmt: skip
    without = [found.n_without(method) for method in METHODS]
    if any(without):
        figure.add_bar(
            y=names, x=without, orientation="h", name="no consensus",
            text=[str(n) if n else "" for n in without], textposition="inside", textangle=0,
            marker={"color": TRACK, "line": {"color": MUTED, "width": 1}},
        )  # fmt: skip
    layout = chart_layout("Images of each grade, by kind of consensus", height=320, left=120)
    figure.update_layout(layout | {"barmode": "stack", "bargap": 0.3})
    figure.update_layout(legend={"y": -0.5, "traceorder": "normal"})
    figure.update_xaxes(axis("images"))
    figure.update_yaxes(axis(autorange="reversed", showgrid=False))
    rows = [
        {"method": method, "grade": grade, "n_images": counts[method][code]}
        for method in METHODS
        for code, grade in enumerate(scale)
    ]
    rows += [
        {"method": method, "grade": None, "n_images": n}
        for method, n in zip(METHODS, without, strict=True)
        if n
    ]
    return figure, rows


def _colours(grade: int, scale: Sequence[int], code: int) -> tuple[str, str]:
    """Fill and text; on another scale than OMERACT's, greys from light to dark."""
    if tuple(scale) == GRADES:
        return GRADE_COLOURS[grade], ON_GRADE[grade]
    shade = round(220 - 150 * code / max(1, len(scale) - 1))
    return f"rgb({shade},{shade},{shade})", INK if shade > 140 else "#fff"


def confusions_figure(fit: DawidSkene) -> tuple[go.Figure, list[dict[str, Any]]]:
    """What each reader says of each estimated true grade, a small matrix a reader."""
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    n, k = len(fit.readers), len(fit.scale)
    columns = min(_COLUMNS, max(n, 1))
    down = math.ceil(n / columns) or 1
    height = 110 + _CELL * down
    figure = make_subplots(
        down, columns, shared_xaxes=False, shared_yaxes=False,
        horizontal_spacing=0.035, vertical_spacing=min(0.3, 74 / max(height - 140, 1)),
        subplot_titles=[
            f"{label(reader, longest=_NAME)}, n {round(float(support.sum()))}"
            for reader, support in zip(fit.readers, fit.support, strict=True)
        ],
    )  # fmt: skip
    labels = [str(grade) for grade in fit.scale]
    for at in range(n):
        row, column = at // columns + 1, at % columns + 1
        matrix, support = fit.confusion[at], fit.support[at]
        figure.add_trace(
            go.Heatmap(
                z=matrix, x=labels, y=labels, zmin=0, zmax=1, colorscale=_SCALE, showscale=False,
                xgap=1, ygap=1, customdata=np.repeat(support[:, None], k, axis=1),
                text=_texts(matrix, support), texttemplate="%{text}", textfont={"size": 14},
                hovertemplate=f"<b>{label(fit.readers[at])}</b>: true grade %{{y}} called %{{x}} "
                "in %{z:.0%} of about %{customdata:.0f} readings<extra></extra>",
            ),
            row=row, col=column,
        )  # fmt: skip
    layout = chart_layout("What each reader calls each true grade (percent of a row)",
                          height=height, left=56, bottom=56)  # fmt: skip
    layout["margin"]["t"] += 34
    figure.update_layout(layout | {"plot_bgcolor": TRACK})
    figure.update_annotations(font={"size": 15})
    figure.update_xaxes(axis(type="category", showgrid=False, linecolor=LINE, automargin=False))
    figure.update_yaxes(axis(type="category", showgrid=False, autorange="reversed", linecolor=LINE))
    figure.add_annotation(
        text="what the reader said", x=0.5, y=0, yshift=-34, xref="paper", yref="paper",
        showarrow=False, yanchor="top",
    )  # fmt: skip
    figure.add_annotation(
        text="true grade (estimated)", x=0, y=0.5, xshift=-40, xref="paper", yref="paper",
        showarrow=False, textangle=-90, xanchor="center",
    )  # fmt: skip
    return figure, confusion_rows(fit)


def _texts(matrix: FloatArray, support: FloatArray) -> list[list[str]]:
    """Percentages; in brackets in a row of few readings, nothing in one of none."""
    texts = []
    for row, n in zip(matrix, support, strict=True):
        form = "({:.0f})" if n < FEW_READINGS else "{:.0f}"
        texts.append(["" if np.isnan(share) else form.format(100 * share) for share in row])
    return texts


def confusion_rows(fit: DawidSkene) -> list[dict[str, Any]]:
    """The matrices as a table: reader, true grade, grade given, share, readings behind the row."""
    return [
        {
            "reader": reader, "true_grade": true, "grade": said,
            "share": None if np.isnan(fit.confusion[at, i, j]) else float(fit.confusion[at, i, j]),
            "expected_readings": float(fit.support[at, i]),
        }
        for at, reader in enumerate(fit.readers)
        for i, true in enumerate(fit.scale)
        for j, said in enumerate(fit.scale)
    ]  # fmt: skip
