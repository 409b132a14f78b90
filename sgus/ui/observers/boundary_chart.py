"""Charts of the boundary between grades; no streamlit here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.cells import printable
from sgus.core.grades import GRADES, PATHOLOGICAL_FROM
from sgus.stats.agreement.family import Agreement
from sgus.stats.boundary import SwapMatrix, sharing_forms
from sgus.ui.charts.layout import axis, chart_layout, label, named
from sgus.ui.observers.boundary_words import FEW_PATIENTS, counted, share_words
from sgus.ui.theme import CROSSING, FADED, INK, MUTED, SAME_SIDE, TRACK
from sgus.workflows.observer_boundary import Disagreement, GroupedRate

if TYPE_CHECKING:
    import plotly.graph_objects as go

LABELS_UP_TO: Final = 14
"""Readers up to whom a cell of the heat map has room for its percentage."""
_ROW: Final = 30
_SCALE: Final = [[0.0, "#F7FAFC"], [0.5, "#8FBEDD"], [1.0, "#0B4A75"]]
_DARK_FROM: Final = 0.6
_SAID: Final = 1.02
_NAME_UP_TO: Final = 22
_GROUP_UP_TO: Final = 72

FloatArray = NDArray[np.float64]


def crosses(form: str, scale: tuple[int, ...]) -> bool | None:
    """Whether a kind of disagreement changes the call of a gland; None on another scale."""
    if scale != GRADES:
        return None
    lower, _, upper = form.partition("/")
    # Two grades or more apart on 0 to 3 always lie on two sides of the threshold.
    return not upper or int(lower) < PATHOLOGICAL_FROM <= int(upper)


def shares_figure(found: Disagreement, scale: tuple[int, ...]) -> go.Figure:
    """Where the disagreement lies, a bar a kind, coloured by what is at stake."""
    import plotly.graph_objects as go

    forms = sorted(sharing_forms(scale), key=lambda form: bool(crosses(form, scale)))
    names = [kind_name(form) for form in forms]
    figure = go.Figure()
    twice = found.n_differing_within > 0
    for within in (False, True) if twice else (False,):
        rows = [found.figure("disagreement_share", form, within=within) for form in forms]
        colours = [_stake_colour(crosses(form, scale)) for form in forms]
        figure.add_bar(
            y=names, x=[row.value for row in rows], orientation="h", showlegend=False,
            error_x=spread(rows), hovertext=[share_words(row) for row in rows],
            hovertemplate="%{y}: %{hovertext}<extra></extra>", offsetgroup=str(within),
            marker={
                "color": colours, "line": {"color": INK, "width": 1},
                "pattern": {"shape": "/" if within else "", "solidity": 0.35, "fgcolor": "#fff"},
            },
        )  # fmt: skip
        _say_values(figure, names, rows, shift=_beside(twice=twice, within=within))
    _legend(figure, scale, twice=twice)
    layout = chart_layout("Where two readers disagree", height=150 + 68 * len(forms), left=150)
    figure.update_layout(**layout, barmode="group", bargap=0.28)
    figure.update_xaxes(
        axis("share of all disagreements", tickformat=".0%", range=[0, 1.22],
             tickvals=[0, 0.25, 0.5, 0.75, 1])
    )  # fmt: skip
    figure.update_yaxes(axis(autorange="reversed", showgrid=False))
    figure.update_layout(legend={"y": -0.3, "traceorder": "normal"})
    return figure


def kind_name(form: str) -> str:
    """`0 v 1`, `two or more apart`."""
    return form.replace("/", " v ") if "/" in form else f"{form} apart"


def _beside(*, twice: bool, within: bool) -> int:
    return 0 if not twice else (-13 if within else 13)


def _say_values(
    figure: go.Figure, names: Sequence[str], rows: Sequence[Agreement], *, shift: int
) -> None:
    for name, row in zip(names, rows, strict=True):
        figure.add_annotation(
            x=_SAID, y=name, yshift=shift, xanchor="left", showarrow=False,
            text=share_words(row).split(" (no interval")[0] if row.value is not None else "none",
        )  # fmt: skip


def _stake_colour(crossing: bool | None) -> str:
    return MUTED if crossing is None else CROSSING if crossing else SAME_SIDE


def _legend(figure: go.Figure, scale: tuple[int, ...], *, twice: bool) -> None:
    entries: list[tuple[str, str, str]] = []
    if scale == GRADES:
        entries += [
            ("same call: both 0 or 1, or both 2 or 3", SAME_SIDE, ""),
            ("another call: 0 or 1 v 2 or 3", CROSSING, ""),
        ]
    if twice:
        entries.append(("hatched: the same reader twice", MUTED, "/"))
    for name, colour, pattern in entries:
        figure.add_bar(
            x=[None], y=[None], name=name, orientation="h", offsetgroup=str(False),
            marker={"color": colour, "line": {"color": INK, "width": 1},
                    "pattern": {"shape": pattern, "solidity": 0.35, "fgcolor": "#fff"}},
        )  # fmt: skip


def spread(rows: Sequence[Agreement]) -> dict[str, Any]:
    """Intervals as error bars of plotly; none where there is no interval."""
    above, below = [], []
    for row in rows:
        known = row.value is not None and row.low is not None and row.high is not None
        above.append(float(row.high or 0.0) - float(row.value or 0.0) if known else 0.0)
        below.append(float(row.value or 0.0) - float(row.low or 0.0) if known else 0.0)
    return {
        "type": "data", "symmetric": False, "array": above, "arrayminus": below,
        "thickness": 2, "width": 5, "color": INK,
    }  # fmt: skip


def swap_heatmap(
    matrix: SwapMatrix, boundary: tuple[int, int], *, within: bool
) -> tuple[go.Figure, list[dict[str, Any]]]:
    """How often each two readers swap; readers who swap least first.

    Args:
        matrix: The counts.
        boundary: The two grades.
        within: Of the images both gave one of the two grades, else of all images both read.

    Returns:
        The figure and its rows.
    """
    import plotly.graph_objects as go

    order = by_mean(matrix.rate_within if within else matrix.rate)
    rate = (matrix.rate_within if within else matrix.rate)[np.ix_(order, order)]
    whole = (matrix.within if within else matrix.both)[np.ix_(order, order)].astype(int)
    swaps = matrix.swaps[np.ix_(order, order)].astype(int)
    names = [matrix.readers[at] for at in order]
    top = float(np.nanmax(rate)) if np.isfinite(rate).any() else 1.0
    hover = [
        [_pair_words(swaps[i, j], whole[i, j], same=i == j) for j in range(len(names))]
        for i in range(len(names))
    ]
    figure = go.Figure(
        go.Heatmap(
            z=rate, x=names, y=names, zmin=0, zmax=top or 1.0, colorscale=_SCALE, xgap=1, ygap=1,
            text=hover, hovertemplate="%{y} and %{x}: %{text}<extra></extra>",
            colorbar={"tickformat": ".0%", "thickness": 16},
        )
    )  # fmt: skip
    if len(names) <= LABELS_UP_TO:
        _label_cells(figure, rate, names, top=top)
    low, high = boundary
    size = max(340, min(820, 150 + 44 * len(names)))
    title = f"One reader says {low}, the other {high}"
    layout = chart_layout(title, height=size, left=90, bottom=90)
    figure.update_layout(layout | {"plot_bgcolor": TRACK})
    short = named(names, longest=_NAME_UP_TO)
    figure.update_xaxes(axis(showgrid=False, **short))
    figure.update_yaxes(axis(showgrid=False, autorange="reversed", **short))
    rows = [
        {
            "reader_a": names[i], "reader_b": names[j], "boundary": f"{low}/{high}",
            "statistic": "swap_rate_within" if within else "swap_rate",
            "value": None if np.isnan(rate[i, j]) else float(rate[i, j]),
            "swaps": int(swaps[i, j]), "n_items": int(whole[i, j]),
        }
        for i in range(len(names)) for j in range(i + 1, len(names))
    ]  # fmt: skip
    return figure, rows


def by_mean(rate: FloatArray) -> list[int]:
    """Readers in the order of their mean rate, those without any last."""
    known = np.isfinite(rate)
    n = known.sum(axis=1)
    mean = np.where(known, rate, 0.0).sum(axis=1) / np.maximum(n, 1)
    return [int(at) for at in np.argsort(np.where(n > 0, mean, np.inf), kind="stable")]


def _pair_words(swaps: int, whole: int, *, same: bool) -> str:
    if same:
        return "the same reader"
    if not whole:
        return "not defined: no such image in common"
    return f"{swaps} of {whole} images ({swaps / whole:.0%})"


def _label_cells(figure: go.Figure, rate: FloatArray, names: Sequence[str], *, top: float) -> None:
    labels = [
        {
            "x": across, "y": down, "text": f"{100 * rate[i, j]:.0f}", "showarrow": False,
            "font": {"size": 15, "color": "#fff" if rate[i, j] > _DARK_FROM * top else INK},
        }
        for i, down in enumerate(names)
        for j, across in enumerate(names)
        if np.isfinite(rate[i, j])
    ]  # fmt: skip
    figure.update_layout(annotations=labels)  # at once: plotly copies all of them for each one more


def groups_figure(
    groups: Sequence[GroupedRate], boundary: tuple[int, int], *, within: bool, unit: str
) -> go.Figure:
    """Swap rate of each group with its interval; few patients are grey."""
    import plotly.graph_objects as go

    figure = go.Figure()
    rows = [group.within if within else group.rate for group in groups]
    names = [group_name(group, row, unit) for group, row in zip(groups, rows, strict=True)]
    ticks = [
        label(group_name(group, row, unit, longest=_NAME_UP_TO), longest=_GROUP_UP_TO)
        for group, row in zip(groups, rows, strict=True)
    ]
    colours = [FADED if row.n_units < FEW_PATIENTS else INK for row in rows]
    figure.add_scatter(
        x=[row.value for row in rows], y=names, mode="markers", showlegend=False,
        error_x=spread(rows) | {"color": MUTED}, hovertext=[share_words(row) for row in rows],
        hovertemplate="%{y}<br>%{hovertext}<extra></extra>",
        marker={"size": 12, "color": colours, "line": {"color": INK, "width": 1}},
    )  # fmt: skip
    if rows and rows[0].value is not None:
        figure.add_vline(x=rows[0].value, line={"color": INK, "dash": "dot", "width": 1.5})
    low, high = boundary
    layout = chart_layout(
        f"One reader says {low}, the other {high}: by group",
        height=130 + _ROW * max(2, len(rows)), left=330,
    )  # fmt: skip
    figure.update_layout(**layout)
    highest = max([row.high or row.value or 0.0 for row in rows], default=0.0)
    figure.update_xaxes(
        axis("share of pairs of readings", tickformat=".0%",
             range=[0, min(1.02, max(0.1, highest * 1.1))])
    )  # fmt: skip
    figure.update_yaxes(
        axis(type="category", tickvals=names, ticktext=ticks, autorange="reversed", showgrid=True)
    )
    return figure


def group_name(group: GroupedRate, row: Agreement, unit: str, *, longest: int | None = None) -> str:
    """`gland parotid (202 images of 50 patients)`, and whether the patients are few."""
    own = printable(group.group, limit=longest)
    name = f"{group.attribute} {own}" if group.attribute else "all images"
    few = ", few" if row.n_units < FEW_PATIENTS else ""
    return f"{name.replace('_', ' ')} ({counted(row, unit)}{few})"


def agreement_row(figure: Agreement, **more: Any) -> dict[str, Any]:
    """A figure as a row of a table to take away."""
    return {**more, **figure.row()}
