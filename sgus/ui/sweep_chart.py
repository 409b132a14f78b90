"""The severity sweep as a picture and as sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sgus.core.grades import GRADES
from sgus.ui.theme import GRADE_COLOURS, INK, LINE, MUTED
from sgus.ui.tree import FONT
from sgus.workflows.severity_sweep import Crossing, Sweep, reader_curves

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT: Final = 460
_DASHES: Final = "dash"
_MODEL_WIDTH, _READER_WIDTH = 3.2, 1.8
_TURN_Y: Final = 1.09
"""Where the turning points stand, above the curves."""


def sweep_figure(sweep: Sweep, turns: Sequence[Crossing], *, severity: float) -> go.Figure:
    """Severity against P(grade): the model's mean over glands, and the average reader's, dashed.

    Args:
        sweep: The model's answers.
        turns: Where it turns to each grade; drawn above the curves with their intervals.
        severity: The one dialled, a dotted line.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    fine, reader = reader_curves()
    mean = sweep.mean
    for grade in GRADES:
        colour = GRADE_COLOURS[grade]
        figure.add_scatter(
            x=fine, y=reader[:, grade], mode="lines", name=f"reader: grade {grade}",
            line={"color": colour, "dash": _DASHES, "width": _READER_WIDTH},
            hoverinfo="skip", showlegend=False,
        )  # fmt: skip
        figure.add_scatter(
            x=sweep.severities, y=mean[:, grade], mode="lines+markers", name=f"grade {grade}",
            line={"color": colour, "width": _MODEL_WIDTH}, marker={"size": 6},
            hovertemplate=f"P(grade {grade}) %{{y:.0%}} at severity %{{x:.2f}}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=[None], y=[None], mode="lines", name="average reader",
        line={"color": MUTED, "dash": _DASHES, "width": _READER_WIDTH},
    )  # fmt: skip
    _add_turns(figure, turns)
    figure.add_vline(x=severity, line={"color": INK, "dash": "dot", "width": 1.5})
    figure.update_layout(**_layout())
    return figure


def _add_turns(figure: go.Figure, turns: Sequence[Crossing]) -> None:
    """A triangle and its interval for each turn, in the colour of the grade turned to."""
    for turn in turns:
        if turn.severity is None:
            continue
        spread: dict[str, Any] = {}
        if turn.low is not None and turn.high is not None:
            arrays = {
                "array": [turn.high - turn.severity],
                "arrayminus": [turn.severity - turn.low],
            }
            spread = {"error_x": {"type": "data", "symmetric": False, "thickness": 2, **arrays}}
        figure.add_scatter(
            x=[turn.severity], y=[_TURN_Y], mode="markers+text", showlegend=False,
            text=[f"{turn.grade - 1} to {turn.grade}"], textposition="top center",
            textfont={"size": 14, "color": INK},
            marker={"symbol": "triangle-down", "size": 13, "color": GRADE_COLOURS[turn.grade],
                    "line": {"color": INK, "width": 1}},
            hovertemplate=f"turns to grade {turn.grade} at %{{x:.2f}}<extra></extra>", **spread,
        )  # fmt: skip


def _layout() -> dict[str, Any]:
    axis = {"showgrid": True, "gridcolor": LINE, "zeroline": False, "linecolor": INK}
    return {
        "height": HEIGHT,
        "margin": {"l": 72, "r": 16, "t": 8, "b": 96},
        "font": {"size": 15, "color": INK, "family": FONT},
        "plot_bgcolor": "#fff",
        "xaxis": axis | {
            "title": {"text": "severity set in the simulator (whole part = true grade)",
                      "standoff": 8},
            "range": [0, 4], "dtick": 1, "fixedrange": True,
        },
        "yaxis": axis | {
            "title": {"text": "probability of the grade", "standoff": 8},
            "range": [0, 1.22], "fixedrange": True,
            "tickvals": [0, 0.25, 0.5, 0.75, 1], "tickformat": ".0%",
        },
        "legend": {"orientation": "h", "y": -0.24, "x": 0, "font": {"size": 15}},
        "hovermode": "closest",
    }  # fmt: skip


def turn_sentences(
    sweep: Sweep, turns: Sequence[Crossing], readers: Sequence[float], *, model: str
) -> list[str]:
    """Where the model turns, in words, with the number of phantoms and the intervals.

    Args:
        sweep: The answers.
        turns: Where the model turns to grade 1, 2, 3.
        readers: The same of the average reader.
        model: What the model is called.
    """
    first = (
        f"{model} read {sweep.n_phantoms} phantoms: {sweep.n_glands} glands, each simulated at "
        f"{len(sweep.severities)} severities. It turns to a grade where that grade or a higher "
        "one becomes more likely than not."
    )
    return [first, *(_turn(turn, reader) for turn, reader in zip(turns, readers, strict=True))]


def _turn(turn: Crossing, reader: float) -> str:
    ways = f"From {turn.grade - 1} to {turn.grade}"
    readers = f"the average reader at {reader:.2f}"
    if turn.severity is None:
        return f"{ways}: nowhere between 0 and 4 ({turn.reason}); {readers}."
    interval = "no interval over glands: " + str(turn.reason)
    if turn.low is not None and turn.high is not None:
        interval = f"95 % interval over glands {turn.low:.2f} to {turn.high:.2f}"
    return f"{ways}: at severity {turn.severity:.2f} ({interval}); {readers}."
