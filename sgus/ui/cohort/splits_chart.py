"""A split as a picture: a cell a patient, in bands that are named; no streamlit here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sgus.core.grades import GRADES
from sgus.ui.charts.layout import axis, chart_layout
from sgus.ui.theme import INK, TRACK
from sgus.workflows.cohort_splits import ALL_FOLDS, SEVERAL, Cell, SplitPicture

if TYPE_CHECKING:
    import plotly.graph_objects as go

_PARTS: Final = {"train": "#C3CBD2", "validation": "#F0E442", "test": "#5DC3A5"}
_FOLDS: Final = ("#8FC7E8", "#F2C063", "#7CCDB4", "#E3B0CD", "#F0E442", "#C3CBD2", "#F0A676",
                 "#B9A6E0")  # fmt: skip
"""Tints of Okabe-Ito that ink is readable on; bands are named: colour says nothing alone."""
_NUMBERS_UP_TO: Final = 600
_MOST_ROWS: Final = 60
_LEAST_ROWS: Final = 2
"""Of a band: its name takes two lines."""


def columns_for(n: int) -> int:
    """Cells in a row, so that thousands of patients stay one picture."""
    return 25 if n <= 200 else 40 if n <= 1200 else max(80, -(-n // _MOST_ROWS))


def split_figure(picture: SplitPicture, unit: str) -> go.Figure:
    """Draw a split.

    Args:
        picture: The split.
        unit: What a patient is called.
    """
    import plotly.graph_objects as go

    width = columns_for(len(picture.cells))
    rows, texts, said, ticks = _grid(picture, width, unit)
    n = len(picture.groups)
    show_numbers = len(picture.cells) <= _NUMBERS_UP_TO
    figure = go.Figure(
        go.Heatmap(
            z=rows, zmin=-0.5, zmax=n - 0.5, colorscale=_scale(picture), showscale=False,
            xgap=2, ygap=2, text=texts if show_numbers else None,
            texttemplate="%{text}" if show_numbers else None, customdata=said,
            textfont={"color": INK, "size": 13}, hoverongaps=False,
            hovertemplate="%{customdata}<extra></extra>",
        )
    )  # fmt: skip
    what = "which fold tests each" if picture.shown == ALL_FOLDS else "train, validation and test"
    numbers = "; the number is that of images" if show_numbers else ""
    title = f"{picture.split}: {what}. A cell is a {unit}{numbers}"
    cell_px = 26 if show_numbers else 14
    height = 110 + cell_px * len(rows)
    figure.update_layout(**chart_layout(title, height=height, left=40, bottom=16))
    figure.update_xaxes(axis(visible=False, range=[-0.5, width - 0.5]))
    figure.update_yaxes(
        axis(range=[len(rows) - 0.5, -0.5], showgrid=False, linecolor="rgba(0,0,0,0)",
             tickvals=[at for at, _ in ticks], ticktext=[text for _, text in ticks])
    )  # fmt: skip
    return figure


def _grid(
    picture: SplitPicture, width: int, unit: str
) -> tuple[list[list[int | None]], list[list[str]], list[list[str]], list[tuple[float, str]]]:
    """Colours, numbers, words of each cell, and the names of the bands."""
    rows: list[list[int | None]] = []
    texts: list[list[str]] = []
    said: list[list[str]] = []
    ticks: list[tuple[float, str]] = []
    for code, group in enumerate(picture.groups):
        cells = [cell for cell in picture.cells if cell.group == group]
        if rows:
            _blank(rows, texts, said, width)
        first = len(rows)
        for at in range(0, len(cells), width):
            line = cells[at : at + width]
            empty = width - len(line)
            rows.append([code] * len(line) + [None] * empty)
            texts.append([str(cell.n_images) for cell in line] + [""] * empty)
            said.append([words(cell) for cell in line] + [""] * empty)
        while len(rows) - first < _LEAST_ROWS:
            _blank(rows, texts, said, width)
        images = sum(cell.n_images for cell in cells)
        name = f"<b>{group}</b>  <br>{len(cells):,} {unit}s, {images:,} images  "
        ticks.append((first + 0.5, name))
    return rows, texts, said, ticks


def _blank(
    rows: list[list[int | None]], texts: list[list[str]], said: list[list[str]], width: int
) -> None:
    rows.append([None] * width)
    texts.append([""] * width)
    said.append([""] * width)


def words(cell: Cell) -> str:
    """A patient in words."""
    each = [f"{n} of grade {grade}" for grade, n in zip(GRADES, cell.grades, strict=True) if n]
    images = "1 image" if cell.n_images == 1 else f"{cell.n_images} images"
    return f"{cell.patient} ({cell.group})<br>{images}: {', '.join(each)}"


def _scale(picture: SplitPicture) -> list[list[Any]]:
    """A colour scale of steps, one a band."""
    n = len(picture.groups)
    colours = [
        _PARTS.get(group) or (TRACK if group == SEVERAL else _FOLDS[at % len(_FOLDS)])
        for at, group in enumerate(picture.groups)
    ]
    return [
        [edge / n, colour] for at, colour in enumerate(colours) for edge in (at, at + 1)
    ]  # fmt: skip
