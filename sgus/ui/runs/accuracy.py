"""The run beside answers that need no network, beside the readers, and below their ceiling."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from sgus.core.errors import CohortError, RunError
from sgus.stats.comparison.stage_accuracy import AccuracyPoint, ceiling_points, stage_accuracies
from sgus.stats.consensus import Ceiling
from sgus.ui.charts.export import download_csv, show_figure
from sgus.ui.model_choice import show_problem
from sgus.ui.observers.accuracy_chart import accuracy_figure
from sgus.ui.observers.ceiling import ASSUMPTIONS
from sgus.ui.observers.model_chart import ROW
from sgus.ui.runs.accuracy_words import ceilings_of, differences_html, report_points
from sgus.ui.runs.baselines_button import offer_baselines
from sgus.ui.runs.cached import resampling_of
from sgus.workflows.baselines import read_baselines
from sgus.workflows.run_view import RunView

if TYPE_CHECKING:
    import plotly.graph_objects as go

_LEAST_ROWS: Final = 3
_AROUND: Final = 250
_RATINGS: Final = "ratings.csv"


def show_accuracies(view: RunView) -> None:
    """Draw the section.

    Args:
        view: A run that was evaluated on a test part.
    """
    report = view.report or {}
    ceilings = ceilings_of(report)
    limits = [point for point in ceiling_points(ceilings) if point.against == "consensus"]
    st.subheader("Beside answers that need no network, and the ceiling")
    found = _baselines(view)
    points = [*report_points(report, found), *limits]
    figure, rows = accuracy_figure(
        points, unit=view.unit, title="Accuracy by stage, judged by the cohort\u2019s grades"
    )
    _fit(figure, found)
    show_figure(
        figure, rows, name="run-accuracy", synthetic=view.synthetic, key="sgus-runs-accuracy"
    )
    st.caption(_ceiling_words(report, ceilings))
    if found is None:
        offer_baselines(view)
    else:
        _differences(view, found)
    _readers(view, limits)


def _baselines(view: RunView) -> Mapping[str, Any] | None:
    try:
        return read_baselines(view.directory)
    except RunError as error:
        show_problem(f"baselines.json: {error.cause}. {error.next_step}.")
        return None


def _fit(figure: go.Figure, found: Mapping[str, Any] | None) -> None:
    """The readers' chart with the legend of this one, and room for it below so few rows."""
    rows = _LEAST_ROWS if found is None else max(_LEAST_ROWS, 1 + len(found.get("baselines", [])))
    figure.update_layout(height=_AROUND + rows * ROW, legend_y=-70 / (rows * ROW))
    figure.update_traces(showlegend=False, selector={"name": "mean of the readers"})
    if found is None:
        figure.update_traces(showlegend=False, selector={"name": "reader"})
    figure.update_traces(name="answers without a network", selector={"name": "reader"})


def _ceiling_words(report: Mapping[str, Any], ceilings: Sequence[Ceiling]) -> str:
    known = [one for one in ceilings if one.value is not None]
    if known:
        return f"Ceiling, against the median of the readers: {ASSUMPTIONS}"
    reason = (report.get("ceiling") or {}).get("reason") or "the report does not speak of it"
    return f"There is no ceiling: {reason}."


def _differences(view: RunView, found: Mapping[str, Any]) -> None:
    rows: Iterable[Mapping[str, Any]] = found.get("differences", [])
    if not rows:
        st.caption(f"No differences from them: {found.get('reason')}.")
        return
    with st.expander("By how much the model is better: paired differences", expanded=True):
        st.html(differences_html(found, unit=view.unit))
        caution = f"Of the ranked probability score, less is better. {found.get('caution') or ''}"
        st.html(f'<p class="sgus-muted sgus-small">{html.escape(caution)}</p>')
        download_csv(
            [{k: v for k, v in row.items() if not isinstance(v, dict)} for row in rows],
            name="baseline-differences", synthetic=view.synthetic, key="sgus-runs-differences-csv",
        )  # fmt: skip


def _readers(view: RunView, limits: Sequence[AccuracyPoint]) -> None:
    st.subheader("Beside the readers")
    if view.cohort is None or not (view.cohort / _RATINGS).is_file():
        st.caption(
            "There are no single readings to compare with: the run's cohort is not here, or it "
            "has no ratings.csv."
        )
        return
    n_resamples, seed = resampling_of(view)
    try:
        points = _reader_points(view.key, n_resamples, seed, view)
    except CohortError as error:
        show_problem(f"ratings.csv: {error.cause}. {error.next_step}.")
        return
    own = [point for point in points if point.against == "consensus"]
    figure, rows = accuracy_figure(
        [*own, *limits], unit=view.unit,
        title="Accuracy by stage of model and readers, judged by the other readers\u2019 median",
    )  # fmt: skip
    show_figure(figure, rows, name="run-readers", synthetic=view.synthetic, key="sgus-runs-readers")
    st.caption(
        "Each reader is judged by the median of the others, and so is the model: it is compared "
        "with people on the very images they read. More about readers stands on the page Observers."
    )


@st.cache_resource(max_entries=8, show_spinner="Comparing with the readers")
def _reader_points(key: str, n_resamples: int, seed: int, _view: RunView) -> list[AccuracyPoint]:
    from sgus.stats.comparison.beside import beside_readers
    from sgus.workflows.observer_models import model_readings
    from sgus.workflows.observers import cohort_readings

    del key
    if _view.cohort is None:
        return []
    observed = cohort_readings(_view.cohort)
    found = model_readings(_view.directory / "predictions.csv", observed)
    beside = beside_readers(
        observed.panel, found.codes, name=found.name, n_resamples=n_resamples, seed=seed
    )
    return stage_accuracies(observed.panel, found.codes, beside, n_resamples=n_resamples, seed=seed)
