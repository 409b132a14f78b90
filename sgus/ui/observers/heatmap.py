"""The heat map of all pairs of readers: readers who agree lie side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.family import Agreement
from sgus.ui.charts.layout import axis, chart_layout, label
from sgus.ui.observers.words import number, value_words
from sgus.ui.theme import INK

if TYPE_CHECKING:
    import plotly.graph_objects as go

LABELS_UP_TO: Final = 14
"""Readers up to whom a cell has room for its number."""
_NAME_UP_TO: Final = 16
_COLOURS: Final = [[0.0, "#F7FAFC"], [0.5, "#8FBEDD"], [1.0, "#0B4A75"]]
_LARGE_UP_TO: Final = 10
_PALE: Final = [[0.0, "#F7FAFC"], [1.0, "#5BA3D0"]]
"""Behind numbers: ink is readable on all of it."""
_UNDEFINED: Final = "#D8DEE4"

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Measure:
    """What a cell shows.

    Attributes:
        title: What it is called.
        statistic: Its name among the figures.
        weights: Its weights.
        share: Shown in percent.
    """

    title: str
    statistic: str
    weights: str
    share: bool = False


MEASURES: Final = {
    "Quadratic kappa": Measure(
        "Cohen’s kappa, quadratic weights", "cohen_kappa", "quadratic"
    ),
    "Linear kappa": Measure("Cohen’s kappa, linear weights", "cohen_kappa", "linear"),
    "Unweighted kappa": Measure("Cohen’s kappa, no weights", "cohen_kappa", "unweighted"),
    "Percent agreement": Measure(
        "Percent agreement", "percent_agreement", "unweighted", share=True
    ),
}  # fmt: skip


def pair_matrix(pairs: Mapping[tuple[str, ...], Agreement], readers: Sequence[str]) -> FloatArray:
    """Values of all pairs, `(n_readers, n_readers)`; NaN on the diagonal and where undefined."""
    place = {reader: at for at, reader in enumerate(readers)}
    matrix = np.full((len(readers), len(readers)), np.nan)
    for raters, row in pairs.items():
        if row.value is not None and len(raters) == 2:
            a, b = place[raters[0]], place[raters[1]]
            matrix[a, b] = matrix[b, a] = row.value
    return matrix


def cluster_order(matrix: FloatArray) -> list[int]:
    """Readers in an order that puts those who agree side by side.

    Average linkage on 1 - value, with the order of the leaves that brings neighbours closest.

    Args:
        matrix: `(n, n)` symmetric, larger is alike; undefined pairs (NaN) count as the mean of
            the defined ones.

    References:
        Bar-Joseph et al. 2001, 10.1093/bioinformatics/17.suppl_1.S22.
    """
    n = len(matrix)
    if n < 3:
        return list(range(n))
    from scipy.cluster.hierarchy import leaves_list, linkage

    upper = 1.0 - matrix[np.triu_indices(n, 1)]
    known = np.isfinite(upper)
    if not known.any():
        return list(range(n))
    distance = np.where(known, upper, upper[known].mean())
    tree = linkage(distance, method="average", optimal_ordering=True)
    return [int(leaf) for leaf in leaves_list(tree)]


def heatmap_figure(
    pairs: Mapping[tuple[str, ...], Agreement],
    readers: Sequence[str],
    measure: Measure,
    *,
    chosen: tuple[str, str],
) -> go.Figure:
    """Draw the pairs; a click on a cell gives its two readers.

    Plotly gives no click on a heat map to Streamlit, so that invisible squares lie on the cells.

    Args:
        pairs: Figures by the names of two readers.
        readers: Their order, both down and across.
        measure: What is drawn.
        chosen: Two readers whose cells are framed.
    """
    import plotly.graph_objects as go

    n = len(readers)
    matrix = pair_matrix(pairs, readers)
    low, high = colour_range(matrix)
    figure = go.Figure(
        go.Heatmap(
            z=matrix, zmin=low, zmax=high, xgap=1, ygap=1, hoverinfo="skip",
            colorscale=_PALE if n <= LABELS_UP_TO else _COLOURS,
            text=cell_texts(matrix, measure) if n <= LABELS_UP_TO else None,
            texttemplate="%{text}" if n <= LABELS_UP_TO else None,
            textfont={"color": INK, "size": 15 if n <= _LARGE_UP_TO else 14},
            showscale=n > LABELS_UP_TO,  # where cells hold no numbers
            colorbar={"thickness": 14, "tickformat": ".0%" if measure.share else ".2f", "xpad": 4},
        )
    )  # fmt: skip
    figure.add_scatter(**_targets(pairs, readers, measure))
    places = {reader: at for at, reader in enumerate(readers)}
    figure.update_layout(
        shapes=[
            {"type": "rect", "x0": places[a] - 0.5, "x1": places[a] + 0.5,
             "y0": places[b] - 0.5, "y1": places[b] + 0.5,
             "line": {"color": "#D55E00", "width": 3}}
            for a, b in (chosen, chosen[::-1])
        ]
    )  # fmt: skip
    _frame(figure, readers, measure)
    return figure


def colour_range(matrix: FloatArray) -> tuple[float, float]:
    """Ends of the colours, on tenths, so that two figures nearby do not look far apart."""
    known = matrix[np.isfinite(matrix)]
    if not known.size:
        return 0.0, 1.0
    low, high = np.floor(known.min() * 10) / 10, np.ceil(known.max() * 10) / 10
    return (float(low), float(high)) if high - low >= 0.3 else (float(high) - 0.3, float(high))


def _targets(
    pairs: Mapping[tuple[str, ...], Agreement], readers: Sequence[str], measure: Measure
) -> dict[str, Any]:
    n = len(readers)
    cells = [(i, j) for i in range(n) for j in range(n) if i != j]
    said = []
    for i, j in cells:
        row = pairs.get((readers[i], readers[j])) or pairs.get((readers[j], readers[i]))
        words = value_words(row, share=measure.share)
        images = "" if row is None else f"<br>{row.n_items:,} images both read"
        said.append(f"{label(readers[i])} and {label(readers[j])}<br>{words}{images}")
    invisible = {"marker": {"opacity": 0}}
    return {
        "x": [j for _, j in cells], "y": [i for i, _ in cells], "mode": "markers",
        "marker": {"symbol": "square", "size": max(10, 330 // max(n, 1)), "opacity": 0},
        "selected": invisible, "unselected": invisible, "showlegend": False,
        "customdata": [[readers[i], readers[j]] for i, j in cells],
        "text": said, "hovertemplate": "%{text}<extra></extra>",
    }  # fmt: skip


def cell_texts(matrix: FloatArray, measure: Measure) -> list[list[str]]:
    """What stands in each cell: a number, a dash where there is none, nothing on the diagonal."""

    def text(i: int, j: int) -> str:
        if i == j:
            return ""
        value = float(matrix[i, j])
        if not np.isfinite(value):
            return "–"
        said = f"{100 * value:.0f}" if measure.share else number(value)
        return said.replace("0.", ".", 1) if n > _LARGE_UP_TO else said

    n = len(matrix)
    return [[text(i, j) for j in range(n)] for i in range(n)]


def _frame(figure: go.Figure, readers: Sequence[str], measure: Measure) -> None:
    n = len(readers)
    names = [label(name, longest=_NAME_UP_TO) for name in readers]
    ticks: dict[str, Any] = {
        "tickvals": list(range(n)),
        "ticktext": names,
        "showgrid": False,
        "ticks": "",
    }
    height = max(400, min(700, 200 + 38 * n))
    figure.update_layout(**chart_layout(measure.title, height=height, left=40))
    figure.update_layout(plot_bgcolor=_UNDEFINED, clickmode="event+select", dragmode=False)
    figure.update_layout(margin={"r": 8, "b": 40})
    figure.update_xaxes(axis(range=[-0.5, n - 0.5], tickangle=-60 if n > 6 else -30, **ticks))
    figure.update_yaxes(axis(range=[n - 0.5, -0.5], **ticks))
    if n > LABELS_UP_TO:
        figure.update_xaxes(tickfont={"size": 13})
        figure.update_yaxes(tickfont={"size": 13})
