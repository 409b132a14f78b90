"""Bars of the cohort page: images by grade, patients by age and sex; no streamlit here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from sgus.ui.charts.layout import axis, chart_layout
from sgus.ui.theme import FADED, GRADE_COLOURS, INK, ON_GRADE
from sgus.workflows.cohort_counts import CrossTable

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_BARS: Final = 40
_BAR_PX: Final = 34
_SEX_COLOURS: Final = ("#009E73", "#CC79A7", "#F0E442", "#A9B4BE", "#C3CBD2")
"""Okabe-Ito without the grades' colours."""


def grade_bars(table: CrossTable, title: str) -> go.Figure:
    """A bar a value, stacked by grade; the largest where there are too many.

    Args:
        table: Counts by one facet.
        title: What a bar stands for.
    """
    import plotly.graph_objects as go

    order = sorted(range(len(table.keys)), key=lambda at: -table.cells[at][-1].images)[:MOST_BARS]
    kept = sorted(order, reverse=True)  # plotly draws upwards
    names = [f"{table.keys[at][0]}  " for at in kept]
    figure = go.Figure()
    for place, column in enumerate(table.columns[:-1]):
        counts = [table.cells[at][place] for at in kept]
        grade = int(column) if column.isdigit() else None
        figure.add_bar(
            y=names, x=[count.images for count in counts], orientation="h",
            name=column if grade is None else f"grade {grade}",
            marker={"color": FADED if grade is None else GRADE_COLOURS[grade],
                    "line": {"color": "#fff", "width": 1}},
            text=[str(count.images) if count.images else "" for count in counts],
            textfont={"color": INK if grade is None else ON_GRADE[grade]}, textangle=0,
            insidetextanchor="middle", textposition="inside",
            customdata=[count.patients for count in counts],
            hovertemplate="%{y}: %{x} images of %{customdata} patients<extra>%{fullData.name}"
            "</extra>",
        )  # fmt: skip
    height = 170 + _BAR_PX * max(len(kept), 2)
    figure.update_layout(**chart_layout(title, height=height, left=40))
    figure.update_layout(barmode="stack", bargap=0.25, uniformtext={"mode": "hide", "minsize": 11})
    _legend_below(figure, height)
    figure.update_xaxes(axis("images", rangemode="tozero", tickformat=",d"))
    figure.update_yaxes(axis(showgrid=False))
    return figure


def age_bars(bands: Mapping[str, Mapping[str, int]], title: str) -> go.Figure:
    """A bar an age band, stacked by sex; patients, each once.

    Args:
        bands: Patients by age band, then by sex.
        title: What is counted.
    """
    import plotly.graph_objects as go

    names = list(bands)
    sexes = list(dict.fromkeys(sex for counts in bands.values() for sex in counts))
    figure = go.Figure()
    for place, sex in enumerate(sexes):
        values = [bands[name][sex] for name in names]
        figure.add_bar(
            x=names, y=values, name=sex, text=[str(n) if n else "" for n in values],
            textfont={"color": INK}, textangle=0, textposition="inside",
            insidetextanchor="middle",
            marker={"color": _SEX_COLOURS[min(place, len(_SEX_COLOURS) - 1)],
                    "line": {"color": "#fff", "width": 1}},
            hovertemplate="%{x}: %{y} patients<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    figure.update_layout(**chart_layout(title, height=420, left=60))
    figure.update_layout(barmode="stack", bargap=0.25)
    _legend_below(figure, 420)
    figure.update_xaxes(axis("age, completed years", showgrid=False, type="category"))
    figure.update_yaxes(axis("patients", rangemode="tozero", tickformat=",d"))
    return figure


def _legend_below(figure: go.Figure, height: int) -> None:
    """Room for the legend below the axis' title, the same on screens of any height."""
    figure.update_layout(
        margin={"b": 104}, showlegend=True,
        legend={"orientation": "h", "y": -62 / max(height - 168, 60), "yanchor": "top", "x": 0,
                "traceorder": "normal"},
    )  # fmt: skip
