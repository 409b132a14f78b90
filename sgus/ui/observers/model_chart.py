"""Charts of the model among the readers; no streamlit here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sgus.report.published_bands import Comparable
from sgus.stats.agreement.family import Agreement
from sgus.stats.comparison.beside import Beside
from sgus.ui.charts.layout import LONGEST_NAME, axis, chart_layout, named
from sgus.ui.observers.boundary_chart import spread
from sgus.ui.observers.boundary_words import FEW_PATIENTS, counted
from sgus.ui.observers.model_words import number_words
from sgus.ui.theme import FADED, INK, LINE, MODEL_COLOUR, MUTED, READER_COLOUR, TRACK

if TYPE_CHECKING:
    import plotly.graph_objects as go

ROW: Final = 30
"""Pixels of a row of a forest plot."""
MODEL_MARK: Final = {"symbol": "diamond", "size": 15, "color": MODEL_COLOUR}
READER_MARK: Final = {"symbol": "circle", "size": 11, "color": READER_COLOUR}
MEAN_MARK: Final = {"symbol": "square", "size": 12, "color": INK}
_OUTLINE: Final = {"line": {"color": INK, "width": 1}}
_LETTERS: Final = "ABCDEFGHIJ"

Rows = list[dict[str, Any]]


def add_points(
    figure: go.Figure,
    names: Sequence[str],
    rows: Sequence[Agreement],
    mark: dict[str, Any],
    *,
    unit: str,
    name: str | None = None,
    signed: bool = False,
) -> None:
    """Figures with their intervals, a row each; those on few patients are grey.

    Args:
        figure: To draw on.
        names: Rows.
        rows: The figures.
        mark: Symbol, size and colour.
        unit: What is resampled.
        name: In the legend, or None for no entry.
        signed: Numbers have a sign.
    """
    few = [row.n_units < FEW_PATIENTS and unit != "item" for row in rows]
    hover = [f"{number_words(row, signed=signed)}<br>{counted(row, unit)}" for row in rows]
    figure.add_scatter(
        x=[row.value for row in rows], y=list(names), mode="markers", name=name or "",
        showlegend=name is not None, hovertext=hover,
        hovertemplate="<b>%{y}</b>: %{hovertext}<extra></extra>",
        error_x=spread(rows) | {"color": MUTED, "width": 4},
        marker=mark | _OUTLINE | {"color": [FADED if one else mark["color"] for one in few]},
    )  # fmt: skip


def _rank(row: Agreement) -> float:
    """Place in a forest; below everything where undefined."""
    return -2.0 if row.value is None else row.value


def consensus_forest(beside: Beside, weights: str, scope: str) -> tuple[go.Figure, Rows]:
    """Kappa with the leave-one-out consensus: the model's row among those of the readers."""
    import plotly.graph_objects as go

    mean = beside.against("cohen_kappa", weights, scope=scope)
    each = [
        (reader, beside.against("cohen_kappa", weights, scope=scope, reader=reader).left_out)
        for reader in beside.readers
    ]
    named = [(beside.model, mean.model, MODEL_MARK), ("mean of the readers", mean.left_out,
             MEAN_MARK), *((reader, row, READER_MARK) for reader, row in each)]  # fmt: skip
    ordered = sorted(named, key=lambda one: _rank(one[1]))
    figure = go.Figure()
    for mark, title in ((MODEL_MARK, "model"), (MEAN_MARK, "mean of the readers"),
                        (READER_MARK, "reader")):  # fmt: skip
        own = [(name, row) for name, row, its in ordered if its is mark]
        add_points(
            figure, [name for name, _ in own], [row for _, row in own], mark,
            unit=beside.unit, name=title,
        )  # fmt: skip
    values = [row for _, row, _ in named]
    order = [name for name, _, _ in ordered]
    _finish(figure, f"Kappa ({weights}) with the consensus of the other readers", order, values)
    rows = [
        {"who": name, "against": "leave-one-out consensus", **row.row()} for name, row, _ in ordered
    ]
    return figure, rows


def readers_forest(
    beside: Beside, weights: str, bands: Sequence[Comparable]
) -> tuple[go.Figure, Rows]:
    """Kappa of the model with each reader, beside that reader's mean with the other readers.

    Args:
        beside: The comparison.
        weights: Of the kappa.
        bands: Published figures to lay behind.
    """
    import plotly.graph_objects as go

    model = {
        row.label.raters[-1]: row for row in beside.with_readers if row.label.weights == weights
    }
    others = {
        row.label.raters[0]: row for row in beside.with_others if row.label.weights == weights
    }
    readers = sorted(beside.readers, key=lambda name: _rank(others[name]))
    figure = go.Figure()
    add_points(
        figure, readers, [others[name] for name in readers], READER_MARK,
        unit=beside.unit, name="this reader with the other readers (mean)",
    )  # fmt: skip
    add_points(
        figure, readers, [model[name] for name in readers], MODEL_MARK,
        unit=beside.unit, name="the model with this reader",
    )  # fmt: skip
    mean = others[beside.model]
    everyone = "mean of all readers"
    add_points(figure, [everyone], [mean], MODEL_MARK, unit=beside.unit)
    order = [*readers, everyone]
    values = [*model.values(), *others.values()]
    title = f"Kappa ({weights}) of the model with each reader, and of the readers among themselves"
    _finish(figure, title, order, values, room=26 if bands else 0)
    for letter, comparable in zip(_LETTERS, bands, strict=False):
        _add_band(figure, letter, comparable)
    rows = [{"who": name, "with": "the model", **model[name].row()} for name in readers]
    rows += [{"who": name, "with": "the other readers", **others[name].row()} for name in readers]
    rows += [{"who": beside.model, "with": "all readers", **mean.row()}]
    return figure, rows


def _add_band(figure: go.Figure, letter: str, comparable: Comparable) -> None:
    band = comparable.band
    if band.low is not None and band.high is not None:
        figure.add_vrect(x0=band.low, x1=band.high, fillcolor=TRACK, line_width=0, layer="below")
    where = band.value if band.value is not None else band.low
    if band.value is not None:
        figure.add_vline(
            x=band.value, line={"color": MUTED, "dash": "dash", "width": 2}, layer="below"
        )
    figure.add_annotation(
        x=where, y=1, yref="paper", yanchor="bottom", text=f"<b>{letter}</b>", showarrow=False
    )


def letters_of(bands: Sequence[Comparable]) -> list[tuple[str, Comparable]]:
    """The letter each published figure has in the chart."""
    return list(zip(_LETTERS, bands, strict=False))


def difference_forest(
    beside: Beside, statistic: str, weights: str | None, scope: str, *, margin: float | None,
    title: str,
) -> tuple[go.Figure, Rows]:  # fmt: skip
    """Model less reader, against the consensus of the others: each reader, and the mean.

    Args:
        beside: The comparison.
        statistic: `cohen_kappa` or `accuracy`.
        weights: Of the kappa.
        scope: Grades or stage.
        margin: What is acceptable, a line; None where none was chosen.
        title: Of the figure.
    """
    import plotly.graph_objects as go

    found = [
        (reader, beside.against(statistic, weights, scope=scope, reader=reader).difference)
        for reader in beside.readers
    ]
    found.sort(key=lambda one: _rank(one[1]))
    mean = beside.against(statistic, weights, scope=scope).difference
    everyone = "mean over the readers"
    figure = go.Figure()
    readers = [name for name, _ in found]
    add_points(
        figure, readers, [row for _, row in found], READER_MARK, unit=beside.unit, signed=True
    )
    add_points(figure, [everyone], [mean], MODEL_MARK, unit=beside.unit, signed=True)
    values = [mean, *(row for _, row in found)]
    _finish(figure, title, [*readers, everyone], values, room=26, x="model less reader",
            legend=False)  # fmt: skip
    low, high = _range([*values], symmetric=True)
    if margin is not None:
        low = min(low, -margin * 1.25)
        figure.add_vrect(x0=low, x1=-margin, fillcolor=TRACK, line_width=0, layer="below")
        figure.add_vline(x=-margin, line={"color": INK, "dash": "dash", "width": 2})
        figure.add_annotation(
            x=-margin, y=1, yref="paper", yanchor="bottom", text="margin", showarrow=False
        )
    figure.update_xaxes(range=[low, high])
    figure.add_vline(x=0, line={"color": INK, "width": 1.5})
    for x, text, anchor in ((low, "reader closer", "left"), (high, "model closer", "right")):
        figure.add_annotation(
            x=x, y=1, yref="paper", yanchor="bottom", xanchor=anchor, text=text, showarrow=False,
            font={"color": MUTED},
        )  # fmt: skip
    rows = [{"left_out": name, **row.row()} for name, row in [*found, (everyone, mean)]]
    return figure, rows


def _finish(
    figure: go.Figure,
    title: str,
    order: Sequence[str],
    values: Sequence[Agreement],
    *,
    room: int = 0,
    x: str = "kappa",
    legend: bool = True,
) -> None:
    """Axes of a forest: the first of `order` at the bottom."""
    longest = min(LONGEST_NAME, max(map(len, order), default=4))
    layout = chart_layout(
        title, height=150 + room + ROW * len(order), left=min(300, 40 + 8 * longest), bottom=92
    )
    layout["margin"]["t"] += room
    figure.update_layout(layout | {"showlegend": legend})
    figure.update_layout(legend={"y": -92 / (ROW * len(order))})
    figure.update_xaxes(axis(x, range=_range(values), zeroline=True, zerolinecolor=INK))
    figure.update_yaxes(
        axis(**named(order), categoryorder="array", categoryarray=list(order), gridcolor=LINE,
             range=[-0.6, len(order) - 0.4])
    )  # fmt: skip


def _range(values: Sequence[Agreement], *, symmetric: bool = False) -> list[float]:
    ends = [
        end for row in values for end in (row.value, row.low, row.high) if end is not None
    ] or [0.0, 1.0]  # fmt: skip
    low, high = min(ends), max(ends)
    if symmetric:
        far = max(abs(low), abs(high), 0.05) * 1.1
        return [-far, far]
    return [min(0.0, low * 1.1), max(1.0, high)]
