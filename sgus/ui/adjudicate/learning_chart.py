"""The learning curve of a reader; no streamlit here, plotly only when drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sgus.review.learning import Block, Figure, LearningCurve
from sgus.ui.adjudicate.words import plural
from sgus.ui.charts.layout import axis, chart_layout
from sgus.ui.theme import READER_COLOUR

if TYPE_CHECKING:
    import plotly.graph_objects as go

_HEIGHT: Final = 380


def curve_chart(curve: LearningCurve) -> go.Figure:
    """Share of cases graded as the readers' consensus, by block of cases, with intervals.

    Args:
        curve: With at least one block that has a figure.
    """
    import plotly.graph_objects as go

    shown = [block for block in curve.blocks if block.exact.value is not None]
    values = [100 * float(block.exact.value or 0) for block in shown]
    figure = go.Figure(
        go.Scatter(
            x=[block_words(block) for block in shown],
            y=values,
            error_y=_bars(shown, values),
            mode="lines+markers",
            marker={"size": 11, "color": READER_COLOUR},
            line={"color": READER_COLOUR, "width": 2},
            customdata=[[block.n, block.n_patients] for block in shown],
            hovertemplate="%{x}: %{y:.0f} % of %{customdata[0]} cases, "
            "%{customdata[1]} patients<extra></extra>",
        )
    )
    figure.update_layout(chart_layout("Graded as the readers' consensus", height=_HEIGHT))
    figure.update_xaxes(axis("cases, in the order they were graded", type="category"))
    figure.update_yaxes(axis("exact agreement, %", range=[0, 105]))
    return figure


def block_words(block: Block) -> str:
    """Which cases a block is of."""
    return f"{block.start}-{block.end}"


def basis_words(curve: LearningCurve) -> str:
    """What the curve rests on."""
    cases = plural(curve.n, "case")
    left = (
        f", {plural(curve.n_not_graded, 'case')} could not be graded" if curve.n_not_graded else ""
    )
    unit = plural(curve.n_patients, curve.unit)
    return f"{cases} of {unit}{left}; bars: 95 % intervals by {curve.unit}"


def curve_rows(curve: LearningCurve) -> list[dict[str, Any]]:
    """The blocks and the whole, in full digits."""
    blocks = [(block_words(block), block) for block in curve.blocks]
    whole = [] if curve.whole is None else [("all", curve.whole)]
    return [
        {
            "cases": name, "n_cases": block.n, "n_patients": block.n_patients,
            **_named("exact agreement", block.exact), **_named("quadratic kappa", block.kappa),
        }
        for name, block in (*blocks, *whole)
    ]  # fmt: skip


def table_rows(curve: LearningCurve) -> list[dict[str, str]]:
    """The same, rounded and in words, for the screen."""
    blocks = [(block_words(block), block) for block in curve.blocks]
    whole = [] if curve.whole is None else [("all", curve.whole)]
    return [
        {
            "cases": name, "n": str(block.n), f"{curve.unit}s": str(block.n_patients),
            "exact agreement": figure_words(block.exact, percent=True),
            "quadratic kappa": figure_words(block.kappa, percent=False),
        }
        for name, block in (*blocks, *whole)
    ]  # fmt: skip


def figure_words(figure: Figure, *, percent: bool) -> str:
    """A figure with its interval, or why there is none."""
    if figure.value is None:
        return figure.reason or "not defined"
    scale, digits, unit = (100, 0, " %") if percent else (1, 2, "")
    value = f"{scale * figure.value:.{digits}f}{unit}"
    if figure.low is None or figure.high is None:
        return f"{value} ({figure.reason})"
    return f"{value} ({scale * figure.low:.{digits}f} to {scale * figure.high:.{digits}f})"


def _named(name: str, figure: Figure) -> dict[str, Any]:
    return {
        name: figure.value, f"{name} low": figure.low, f"{name} high": figure.high,
        f"{name} reason": figure.reason,
    }  # fmt: skip


def _bars(blocks: list[Block], values: list[float]) -> dict[str, Any]:
    """Whiskers; of no length where a block has no interval, which the table says."""
    high = [
        _end(block.exact.high, value) - value for block, value in zip(blocks, values, strict=True)
    ]
    low = [
        value - _end(block.exact.low, value) for block, value in zip(blocks, values, strict=True)
    ]
    return {"type": "data", "array": high, "arrayminus": low, "thickness": 1.6, "width": 6}


def _end(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else 100 * value
