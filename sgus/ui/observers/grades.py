"""The tab of grades: which of them readers agree on, and how often each reader gives it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from sgus.core.grades import GRADES
from sgus.stats.agreement.family import Agreement
from sgus.stats.agreement.panel import Panel
from sgus.ui.charts.export import show_figure
from sgus.ui.charts.layout import axis, chart_layout, label
from sgus.ui.observers.forest import Line, forest_figure, forest_rows
from sgus.ui.observers.state import Figures, lookup
from sgus.ui.observers.words import basis_words, grey_words, made_from, value_words
from sgus.ui.theme import GRADE_COLOURS, INK, ON_GRADE
from sgus.workflows.observers import Observed

if TYPE_CHECKING:
    import plotly.graph_objects as go

_OTHER_SCALE: Final = ("#0072B2", "#56B4E9", "#009E73", "#F0E442", "#E69F00", "#D55E00", "#CC79A7")
_ON_OTHER: Final = {"#0072B2": "#fff", "#D55E00": "#fff"}
"""Ink is not readable on the dark ones."""
_ALL: Final = "all readers"
_LABEL_FROM: Final = 0.06


def show(observed: Observed) -> None:
    """Draw the tab.

    Args:
        observed: The readings.
    """
    found = lookup(observed)
    lowest = hardest(found)
    if lowest is not None and lowest.value is not None:
        st.html(
            f'<p class="sgus-lead">Readers agree least on grade {lowest.label.grade}: when one '
            "reader gives it, another reader of the same image gives it too in "
            f"{value_words(lowest, share=True)} of cases.</p>"
        )
    left, right = st.columns(2, gap="medium")
    with left:
        _show_forest(
            observed, found.all("specific_agreement", "unweighted", "all readers"),
            name="specific-agreement", title="When one says it, the other does",
            along="specific agreement", share=True,
        )  # fmt: skip
    with right:
        _show_forest(
            observed, found.all("fleiss_kappa", "unweighted", "category"),
            name="fleiss-by-grade", title="Told from all other grades",
            along="Fleiss’ kappa by grade", share=False,
        )  # fmt: skip
    st.caption(
        "Left: agreement as it is seen, which is high for common grades. Right: the same beyond "
        "chance, which takes off what common grades get for nothing. Lines, and in "
        f"brackets: 95 % intervals. {grey_words(observed)}"
    )
    rows = use_rows(observed.panel)
    show_figure(
        use_figure(observed.panel), rows, name="use-of-grades", synthetic=observed.synthetic,
        basis=basis_words(observed), key="sgus-use",
    )  # fmt: skip
    st.caption(
        "Share of each reader’s first readings. Readers of different images may differ for that "
        "reason alone."
    )


def _show_forest(
    observed: Observed, figures: Sequence[Agreement], *, name: str, title: str, along: str,
    share: bool,
) -> None:  # fmt: skip
    scale, unit = observed.panel.scale, observed.panel.unit
    lines = [
        Line(f"grade {row.label.grade}", row, colour(row.label.grade, scale), "square",
             made_from(row, unit))
        for row in figures
    ]  # fmt: skip
    ends = [0.0, 1.0, *(end for row in figures for end in (row.low, row.high) if end is not None)]
    figure = forest_figure(
        lines, title=title, along=along, share=share,
        span=(min(ends) - 0.03, max(ends) + 0.03),
    )  # fmt: skip
    show_figure(
        figure, forest_rows(lines), name=name, synthetic=observed.synthetic,
        basis=basis_words(observed, intervals=True, narrow=True), key=f"sgus-{name}",
    )  # fmt: skip


def hardest(found: Figures) -> Agreement | None:
    """The grade with the lowest specific agreement, of those that have one."""
    rows = [
        row
        for row in found.all("specific_agreement", "unweighted", "all readers")
        if row.value is not None
    ]
    return min(rows, key=lambda row: row.value or 0.0, default=None)


def colour(grade: int | None, scale: Sequence[int]) -> str:
    """Colour of a grade; those of the OMERACT grades belong to no other scale."""
    if grade is None:
        return INK
    if tuple(scale) == GRADES:
        return GRADE_COLOURS[grade]
    return _OTHER_SCALE[list(scale).index(grade) % len(_OTHER_SCALE)]


def use_rows(panel: Panel) -> list[dict[str, Any]]:
    """How often each reader, and all of them together, gave each grade."""
    counts = panel.one_hot.sum(axis=0)  # (n_readers, n_grades)
    named = [(_ALL, counts.sum(axis=0)), *zip(panel.readers, counts, strict=True)]
    return [
        {
            "reader": reader, "grade": grade, "readings": int(own[at]),
            "share": float(own[at] / own.sum()) if own.sum() else None, "of": int(own.sum()),
        }
        for reader, own in named
        for at, grade in enumerate(panel.scale)
    ]  # fmt: skip


def use_figure(panel: Panel) -> go.Figure:
    """Stacked bars: the use of each grade, all readers together on top."""
    import plotly.graph_objects as go

    rows = use_rows(panel)
    names = [_ALL, *panel.readers]
    ticks = [label(name, longest=22) for name in names]
    figure = go.Figure()
    for grade in panel.scale:
        own = [row for row in rows if row["grade"] == grade]
        fill = colour(grade, panel.scale)
        text = [
            f"{100 * row['share']:.0f}" if (row["share"] or 0.0) >= _LABEL_FROM else ""
            for row in own
        ]
        ink = ON_GRADE[grade] if tuple(panel.scale) == GRADES else _ON_OTHER.get(fill, INK)
        figure.add_bar(
            y=list(range(len(names))), x=[row["share"] for row in own], orientation="h",
            name=f"grade {grade}", text=text, textposition="inside", insidetextanchor="middle",
            textangle=0, textfont={"color": ink, "size": 14}, constraintext="none",
            marker={"color": fill, "line": {"color": "#fff", "width": 1}},
            customdata=[[label(row["reader"]), row["readings"], row["of"]] for row in own],
            hovertemplate=f"%{{customdata[0]}}: grade {grade} in %{{customdata[1]}} of "
            "%{customdata[2]} readings (%{x:.0%})<extra></extra>",
        )  # fmt: skip
    figure.update_layout(
        **chart_layout("How often each reader gives each grade", height=170 + 30 * len(names)),
        barmode="stack", bargap=0.22,
    )  # fmt: skip
    figure.update_layout(legend={"y": 1.0, "yanchor": "bottom", "traceorder": "normal"})
    figure.update_layout(margin={"t": 92})
    figure.update_xaxes(axis("share of readings", range=[0, 1], tickformat=".0%"))
    figure.update_yaxes(
        axis(range=[len(names) - 0.4, -0.6], tickvals=list(range(len(names))), ticktext=ticks,
             showgrid=False)
    )  # fmt: skip
    return figure
