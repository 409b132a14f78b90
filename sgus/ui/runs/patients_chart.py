"""Examinations, true against predicted; no streamlit here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sgus.ui.charts.layout import axis, chart_layout
from sgus.ui.theme import INK

if TYPE_CHECKING:
    import plotly.graph_objects as go

_COLOURS: Final = [[0.0, "#F7FAFC"], [1.0, "#5BA3D0"]]
"""Ink is readable on all of it."""
_SMALL: Final = 380
_LARGE: Final = 470
_LARGE_FROM: Final = 8

Row = Mapping[str, Any]


def cross_counts(rows: Sequence[Row], name: str, *, k: int) -> NDArray[np.int64]:
    """`(k, k)` examinations by true (down) and predicted (across) value.

    Args:
        rows: `examinations` of `patient_level`.
        name: Of the summary, such as `sum`.
        k: Values it has, from 0.
    """
    counts = np.zeros((k, k), dtype=np.int64)
    for row in rows:
        counts[row[f"{name}_true"], row[f"{name}_predicted"]] += 1
    return counts


def cross_figure(
    counts: NDArray[np.int64], labels: Sequence[str], *, title: str, what: str
) -> go.Figure:
    """A matrix of examinations, each cell with its number; the diagonal is framed.

    Args:
        counts: `(k, k)`, true down, predicted across.
        labels: Of the k values.
        title: What the picture shows.
        what: What is counted on both axes.
    """
    import plotly.graph_objects as go

    k = len(labels)
    figure = go.Figure(
        go.Heatmap(
            z=counts, colorscale=_COLOURS, showscale=False, xgap=2, ygap=2, zmin=0,
            text=[[f"{n:,}" if n or i == j else "" for j, n in enumerate(row)]
                  for i, row in enumerate(counts.tolist())],
            texttemplate="%{text}", textfont={"color": INK, "size": 18 if k < _LARGE_FROM else 14},
            customdata=[[[a, b] for b in labels] for a in labels],
            hovertemplate="true %{customdata[0]}, predicted %{customdata[1]}: "
            "%{z} examinations<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(
        **chart_layout(title, height=_LARGE if k >= _LARGE_FROM else _SMALL, left=96),
        shapes=[
            {"type": "rect", "x0": i - 0.5, "x1": i + 0.5, "y0": i - 0.5, "y1": i + 0.5,
             "line": {"color": INK, "width": 1.5}}
            for i in range(k)
        ],
    )  # fmt: skip
    ticks: dict[str, Any] = {
        "tickvals": list(range(k)), "ticktext": list(labels), "showgrid": False,
    }  # fmt: skip
    figure.update_xaxes(axis(f"{what}, predicted", **ticks))
    figure.update_yaxes(axis(f"{what}, true", autorange="reversed", **ticks))
    figure.update_xaxes(title_font_size=15)
    figure.update_yaxes(title_font_size=15)
    return figure


def cross_rows(counts: NDArray[np.int64], labels: Sequence[str]) -> list[dict[str, Any]]:
    """The cells as rows to take away."""
    return [
        {"true": labels[i], "predicted": labels[j], "n_examinations": int(counts[i, j])}
        for i in range(len(labels))
        for j in range(len(labels))
    ]
