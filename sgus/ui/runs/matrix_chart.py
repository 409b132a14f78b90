"""Confusion matrices side by side; a click on a cell gives its place. No streamlit here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sgus.ui.charts.layout import axis, chart_layout
from sgus.ui.theme import INK, MUTED
from sgus.ui.words import percent
from sgus.workflows.run_cells import CellMatrix

if TYPE_CHECKING:
    import plotly.graph_objects as go

Cell = tuple[str, int | None, int | None]
"""Name of the matrix, row, column; None for all of them."""

_COLOURS: Final = [[0.0, "#F7FAFC"], [1.0, "#5BA3D0"]]
"""Ink is readable on all of it."""
_EMPTY: Final = "#D8DEE4"
_CHOSEN: Final = "#D55E00"
_HEIGHT: Final = 420
_GAP: Final = 0.075
_SIZE: Final = 64


def matrix_figure(
    matrices: Sequence[CellMatrix], *, shares: bool, chosen: Cell, title: str, noun: str
) -> go.Figure:
    """Draw matrices beside each other; cells where the model was right have a thin frame.

    Plotly gives no click on a heat map to Streamlit, so that invisible squares lie on the cells.

    Args:
        matrices: From the left.
        shares: Cells say the share of their row instead of images; colours always do.
        chosen: The cell with a thick frame.
        title: What the picture shows.
        noun: What is counted beside images, such as `patients`.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    figure.update_layout(**chart_layout(title, height=_HEIGHT, left=64, bottom=60))
    figure.update_layout(margin_t=126, clickmode="event+select", dragmode=False, showlegend=False)
    shapes: list[dict[str, Any]] = []
    heads = []
    for number, (matrix, across) in enumerate(zip(matrices, _domains(matrices), strict=True), 1):
        at = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
        figure.add_heatmap(**_cells(matrix, shares=shares), **at)
        figure.add_scatter(**_targets(matrix), **at)
        shapes += _frames(matrix, number, chosen)
        heads.append(_head(matrix, across, noun))
        figure.update_layout(_axes(matrix, number, across))
    figure.update_layout(shapes=shapes, annotations=heads)
    return figure


def cell_of(event: Mapping[str, Any]) -> Cell | None:
    """The cell of a selection of `st.plotly_chart`, None where nothing was chosen."""
    points = event["selection"]["points"]
    if not points:
        return None
    data = points[0]["customdata"]
    name, row, column = list(data.values()) if isinstance(data, dict) else list(data)
    return str(name), int(row), int(column)


def matrix_rows(matrices: Sequence[CellMatrix], *, where: str) -> list[dict[str, Any]]:
    """A row a cell, to take away."""
    return [
        {
            "part": where, "matrix": matrix.kind.title, "images are": matrix.kind.subset,
            "readers": row, "model": column, "images": int(matrix.counts[i, j]),
            "share of the row": None if np.isnan(share := matrix.shares[i, j]) else float(share),
        }
        for matrix in matrices
        for i, row in enumerate(matrix.kind.rows)
        for j, column in enumerate(matrix.kind.columns)
    ]  # fmt: skip


def _domains(matrices: Sequence[CellMatrix]) -> list[tuple[float, float]]:
    """Ends of each matrix across; the wider, the more columns, but two have room for their name."""
    widths = [max(len(matrix.kind.columns), 2.4) for matrix in matrices]
    room = 1.0 - _GAP * (len(matrices) - 1)
    ends, left = [], 0.0
    for width in widths:
        right = left + room * width / sum(widths)
        ends.append((left, min(right, 1.0)))
        left = right + _GAP
    return ends


def _cells(matrix: CellMatrix, *, shares: bool) -> dict[str, Any]:
    part = matrix.shares
    texts = [
        [_text(int(n), float(share), shares=shares) for n, share in zip(*pair, strict=True)]
        for pair in zip(matrix.counts, part, strict=True)
    ]
    return {
        "z": [[None if np.isnan(share) else float(share) for share in row] for row in part],
        "zmin": 0, "zmax": 1, "xgap": 1, "ygap": 1, "hoverinfo": "skip", "showscale": False,
        "colorscale": _COLOURS, "text": texts, "texttemplate": "%{text}",
        "textfont": {"color": INK, "size": 16},
    }  # fmt: skip


def _text(n: int, share: float, *, shares: bool) -> str:
    if not shares:
        return f"{n:,}"
    return "–" if np.isnan(share) else percent(share)


def _targets(matrix: CellMatrix) -> dict[str, Any]:
    kind = matrix.kind
    places = [(i, j) for i in range(len(kind.rows)) for j in range(len(kind.columns))]
    invisible = {"marker": {"opacity": 0}}
    return {
        "x": [j for _, j in places], "y": [i for i, _ in places], "mode": "markers",
        "marker": {"symbol": "square", "size": _SIZE, "opacity": 0},
        "selected": invisible, "unselected": invisible,
        "customdata": [[kind.name, i, j] for i, j in places],
        "text": [_hover(matrix, i, j) for i, j in places],
        "hovertemplate": "%{text}<extra></extra>",
    }  # fmt: skip


def _hover(matrix: CellMatrix, i: int, j: int) -> str:
    n, of_row = int(matrix.counts[i, j]), int(matrix.counts[i].sum())
    rows, columns = matrix.kind.rows, matrix.kind.columns
    share = f", {percent(n / of_row)} of the {of_row:,} in its row" if of_row else ""
    images = "1 image" if n == 1 else f"{n:,} images"
    return f"Readers: {rows[i]}, model: {columns[j]}<br>{images}{share}<br>Click to see them"


def _frames(matrix: CellMatrix, number: int, chosen: Cell) -> list[dict[str, Any]]:
    kind = matrix.kind
    frames = [
        _frame(number, (i, i), (j, j), INK, 1.5)
        for i in range(len(kind.rows))
        for j in range(len(kind.columns))
        if kind.is_right(i, j)
    ]
    name, row, column = chosen
    if name == kind.name and (row, column) != (None, None):
        down = (0, len(kind.rows) - 1) if row is None else (row, row)
        across = (0, len(kind.columns) - 1) if column is None else (column, column)
        frames.append(_frame(number, down, across, _CHOSEN, 4))
    return frames


def _frame(
    number: int, down: tuple[int, int], across: tuple[int, int], colour: str, width: float
) -> dict[str, Any]:
    return {
        "type": "rect", "xref": f"x{number}", "yref": f"y{number}",
        "x0": across[0] - 0.46, "x1": across[1] + 0.46, "y0": down[0] - 0.46, "y1": down[1] + 0.46,
        "line": {"color": colour, "width": width},
    }  # fmt: skip


def _head(matrix: CellMatrix, across: tuple[float, float], noun: str) -> dict[str, Any]:
    n = f"{matrix.n_images:,} images, {matrix.n_patients:,} {noun}"
    return {
        "text": f"<b>{matrix.kind.title}</b><br><span style='font-size:13px;color:{MUTED}'>{n}"
        "</span>",
        "xref": "paper", "yref": "paper", "x": across[0], "y": 1.02, "xanchor": "left",
        "yanchor": "bottom", "align": "left", "showarrow": False,
    }  # fmt: skip


def _axes(matrix: CellMatrix, number: int, across: tuple[float, float]) -> dict[str, Any]:
    kind = matrix.kind
    plain: dict[str, Any] = {"showgrid": False, "ticks": "", "automargin": False}
    n_rows, n_columns = len(kind.rows), len(kind.columns)
    x = axis(
        "model", range=[-0.5, n_columns - 0.5], tickvals=list(range(n_columns)),
        ticktext=list(kind.columns), domain=list(across), anchor=f"y{number}", **plain,
    )  # fmt: skip
    y = axis(
        "readers" if number == 1 else None, range=[n_rows - 0.5, -0.5],
        tickvals=list(range(n_rows)), ticktext=list(kind.rows), anchor=f"x{number}", **plain,
    )  # fmt: skip
    return {f"xaxis{number}": x, f"yaxis{number}": y, "plot_bgcolor": _EMPTY}
