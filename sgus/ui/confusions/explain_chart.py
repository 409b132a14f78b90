"""Charts of the audit and of one image's deletion curves; no streamlit here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sgus.report.figures import unit_noun
from sgus.ui.charts.layout import FONT_SIZE, axis, chart_layout
from sgus.ui.runs.figure_words import counted
from sgus.ui.theme import INK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import plotly.graph_objects as go
    from numpy.typing import NDArray

Key = tuple[str, str]

_OF_STAGE: Final = {"stage2a": ("stage2a", "auc"), "stage1": ("stage1", "auc")}
_LINE: Final = 30
_AROUND: Final = 150
_COLOURS: Final = {"full image": "#0072B2", "gland hidden": "#D55E00", "border only": "#CC79A7"}
_OTHER: Final = "#666666"
ORDERS: Final = {
    "map": ("order of the map", "#0072B2", "solid"),
    "random": ("random order", "#666666", "dot"),
    "reverse": ("reverse order", "#D55E00", "dash"),
}


def key_of(stage: str) -> Key:
    """Scope and name of the figure that is drawn for a stage; kappa where it has none."""
    return _OF_STAGE.get(stage, ("four_grades", "quadratic_kappa"))


def audit_rows(found: dict[str, Any], key: Key | None) -> list[dict[str, Any]]:
    """Rows of one figure of an audit, or of all, flat, for a chart or a table."""
    return [
        {
            "input": row["input"], "hidden by": row["fill"], "scope": row["scope"],
            "figure": row["figure"], "value": row["value"], "low": row["low"], "high": row["high"],
            "images": row["n_images"], "patients": row["n_patients"],
            "by chance": row["chance"], "beside": row["beside"]["of"],
            "its value": row["beside"]["value"], "difference": row["beside"]["difference"],
            "difference low": row["beside"]["low"], "difference high": row["beside"]["high"],
            "remark": row["reason"],
        }
        for row in found["figures"]
        if key is None or (row["scope"], row["figure"]) == key
    ]  # fmt: skip


def audit_figure(found: dict[str, Any], key: Key) -> go.Figure:
    """A line an input, with its interval; dotted what knowing nothing comes to.

    Args:
        found: As `workflows.audit.audit` made it.
        key: Scope and name of the figure.
    """
    import plotly.graph_objects as go

    from sgus.workflows.audit_figures import FIGURES

    rows = [row for row in audit_rows(found, key) if row["value"] is not None]
    names = [f"{r['input']}, {r['hidden by']}" if r["hidden by"] else r["input"] for r in rows]
    above = [0.0 if r["high"] is None else r["high"] - r["value"] for r in rows]
    below = [0.0 if r["low"] is None else r["value"] - r["low"] for r in rows]
    drawn = go.Figure(
        go.Scatter(
            x=[r["value"] for r in rows], y=names, mode="markers",
            marker={"size": 10, "color": [_COLOURS.get(r["input"], _OTHER) for r in rows]},
            error_x={"type": "data", "array": above, "arrayminus": below, "symmetric": False,
                     "color": INK, "thickness": 1.5},
            hovertemplate="%{y}: %{x:.2f}<extra></extra>", showlegend=False,
        )
    )  # fmt: skip
    drawn.update_layout(
        **chart_layout(
            f"What the model knows with less to see: {FIGURES[key]}",
            height=_AROUND + _LINE * len(rows), left=210,
        ),
        title_subtitle={"text": made_of(rows, found["unit"]), "font": {"size": FONT_SIZE}},
        xaxis=axis(f"{FIGURES[key]}, 95 % interval"),
        yaxis=axis(None, autorange="reversed", showgrid=False),
    )  # fmt: skip
    if rows:
        level = rows[0]["its value"]
        drawn.update_layout(
            shapes=[{"type": "line", "x0": level, "x1": level, "yref": "paper", "y0": 0, "y1": 1,
                     "line": {"dash": "dot", "color": INK, "width": 1.5}}]
        )  # fmt: skip
    return drawn


def made_of(rows: Sequence[Mapping[str, Any]], unit: str) -> str:
    """`404 images of 50 patients`: what a chart of an audit was made from.

    Args:
        rows: Of `audit_rows`.
        unit: What a patient is here.
    """
    if not rows:
        return "no image"
    said = []
    for name, noun in (("images", "image"), ("patients", unit_noun(unit, n=1))):
        n = [int(row[name]) for row in rows]
        few = f"{min(n):,} to " if min(n) < max(n) else ""
        said.append(f"{few}{counted(max(n), noun)}")
    return " of ".join(said)


def deletion_figure(curves: NDArray[Any]) -> go.Figure:
    """Deletion curves of one image and stage.

    Args:
        curves: `(3, steps + 1)` in the order of `ORDERS`, from 0 to 1.
    """
    import plotly.graph_objects as go

    last = curves.shape[1] - 1
    removed = [100.0 * step / last for step in range(last + 1)]
    drawn = go.Figure(
        [
            go.Scatter(x=removed, y=curve, name=name, mode="lines+markers",
                       line={"color": colour, "dash": dash, "width": 2.5})
            for (name, colour, dash), curve in zip(ORDERS.values(), curves, strict=True)
        ]
    )  # fmt: skip
    drawn.update_layout(
        **chart_layout("Probability of the side chosen while the image is blurred away",
                       height=330),
        xaxis=axis("% of the pixels blurred"), yaxis=axis("probability", range=[0, 1.02]),
    )  # fmt: skip
    return drawn
