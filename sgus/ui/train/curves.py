"""Loss and kappa against the epoch, as a run writes them; no streamlit here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from sgus.ui.charts.layout import axis, chart_layout, label
from sgus.ui.theme import MUTED
from sgus.ui.train.tail import Epoch

if TYPE_CHECKING:
    import plotly.graph_objects as go

TRAINING_COLOUR: Final = "#D55E00"
VALIDATION_COLOUR: Final = "#0072B2"
HEIGHT: Final = 340
_BELOW: Final = 84
_FADED: Final = 0.35
Read = Callable[[Epoch], float | None]


def loss_figure(epochs: Sequence[Epoch]) -> go.Figure:
    """The losses of training and validation; the last fold strong, those before it faint."""
    figure = _figure("Loss", epochs)
    _draw(figure, epochs, lambda e: e.train_loss, name="training", colour=TRAINING_COLOUR,
          dash="dot")  # fmt: skip
    _draw(figure, epochs, lambda e: e.validation_loss, name="validation",
          colour=VALIDATION_COLOUR, dash="solid")  # fmt: skip
    figure.update_yaxes(**axis("loss", rangemode="tozero"))
    return figure


def kappa_figure(epochs: Sequence[Epoch]) -> go.Figure:
    """The quadratic-weighted kappa on the validation part."""
    figure = _figure("Validation kappa", epochs)
    _draw(figure, epochs, lambda e: e.validation_kappa, name="validation",
          colour=VALIDATION_COLOUR, dash="solid")  # fmt: skip
    values = [e.validation_kappa for e in epochs if e.validation_kappa is not None]
    figure.update_layout(showlegend=False)
    low = min([0.0, *values])
    figure.update_yaxes(**axis("quadratic kappa", range=[low - 0.02, 1.02]))
    if not values:
        _say_nothing_yet(figure, epochs)
    return figure


def rows_of(epochs: Sequence[Epoch]) -> list[dict[str, Any]]:
    """For a CSV: a row an epoch."""
    return [
        {"fold": e.fold, "epoch": e.epoch, "training loss": e.train_loss,
         "validation loss": e.validation_loss, "validation quadratic kappa": e.validation_kappa}
        for e in epochs
    ]  # fmt: skip


def folds_in(epochs: Sequence[Epoch]) -> list[str]:
    """Names of the folds in the order in which they were trained."""
    return list(dict.fromkeys(epoch.fold for epoch in epochs))


def _figure(title: str, epochs: Sequence[Epoch]) -> go.Figure:
    import plotly.graph_objects as go

    folds = folds_in(epochs)
    if len(folds) > 1:
        title = f"{title}, fold {label(folds[-1], longest=12)} (faint: earlier)"
    figure = go.Figure(layout=chart_layout(title, height=HEIGHT, bottom=_BELOW))
    figure.update_layout(legend_y=-0.3)
    last = max((e.epoch for e in epochs), default=1)
    figure.update_xaxes(**axis("epoch", range=[0.5, max(last, 5) + 0.5], tickformat="d"))
    return figure


def _draw(
    figure: go.Figure, epochs: Sequence[Epoch], read: Read, *, name: str, colour: str, dash: str
) -> None:
    """One line for the last fold, one broken line for all before it."""
    folds = folds_in(epochs)
    for strong in (False, True):
        shown = folds[-1:] if strong else folds[:-1]
        x, y, text = _points(epochs, shown, read)
        if not any(value is not None for value in y):
            continue
        figure.add_scatter(
            x=x, y=y, text=text, name=name, mode="lines+markers" if len(x) < 60 else "lines",
            line={"color": colour, "width": 2.5 if strong else 1.2, "dash": dash},
            marker={"size": 6 if strong else 3}, opacity=1.0 if strong else _FADED,
            showlegend=strong, connectgaps=False,
            hovertemplate=f"{name}%{{text}}, epoch %{{x}}: %{{y:.3f}}<extra></extra>",
        )  # fmt: skip


def _points(
    epochs: Sequence[Epoch], folds: Sequence[str], read: Read
) -> tuple[list[int | None], list[float | None], list[str]]:
    x: list[int | None] = []
    y: list[float | None] = []
    text: list[str] = []
    for fold in folds:
        own = [epoch for epoch in epochs if epoch.fold == fold]
        x += [*(epoch.epoch for epoch in own), None]  # the gap between two folds
        y += [*(read(epoch) for epoch in own), None]
        text += [f", fold {label(fold)}"] * (len(own) + 1)
    return x, y, text


def _say_nothing_yet(figure: go.Figure, epochs: Sequence[Epoch]) -> None:
    said = "without a validation part there is none" if epochs else "after the first epoch"
    figure.update_layout(annotations=[{
        "text": said, "x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper", "showarrow": False,
        "font": {"color": MUTED},
    }])  # fmt: skip
