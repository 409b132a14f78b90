"""The tab of the model as one more reader."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Final

import streamlit as st

from sgus.core.errors import ConfigError
from sgus.report.published_bands import bands_for, others
from sgus.stats.agreement.cohen import WEIGHTINGS
from sgus.stats.comparison.alternative_annotator import EPSILON_EXPERTS
from sgus.stats.comparison.beside import Beside
from sgus.stats.comparison.measures import measures_of, whole_scale
from sgus.stats.comparison.noninferior import non_inferiority
from sgus.ui.charts.export import download_csv, show_figure
from sgus.ui.charts.kept import keep, keep_all, recall
from sgus.ui.model_choice import show_problem
from sgus.ui.observers.accuracy_chart import SCOPES, accuracy_figure
from sgus.ui.observers.boundary_words import counted
from sgus.ui.observers.cached import (
    accuracies_of,
    alternative_of,
    beside_of,
    content_key,
    model_key,
)
from sgus.ui.observers.model_chart import (
    consensus_forest,
    difference_forest,
    letters_of,
    readers_forest,
)
from sgus.ui.observers.model_source import choose_readings
from sgus.ui.observers.model_words import alternative_words, band_words, basis, lead
from sgus.ui.observers.state import n_resamples, seed
from sgus.workflows.observer_models import ModelReadings
from sgus.workflows.observers import Observed

_WEIGHTS: Final = "sgus_model_weights"
_BANDS: Final = "sgus_model_bands"
_FIGURE: Final = "sgus_model_figure"
_MARGIN: Final = "sgus_model_margin"
_EPSILON: Final = "sgus_model_epsilon"
_CLOSE: Final = "sgus_model_closeness"
_LABEL: Final = "sgus_model_label"
_CLOSENESS: Final = {"distance in grades": "rmse", "the same grade or not": "exact"}
_LABELS: Final = {
    "the consensus of the other readers": "consensus",
    "one other reader": "one_reader",
}


@dataclass(frozen=True, eq=False)
class _Case:
    """What is looked at, and the keys it is cached by."""

    observed: Observed
    found: ModelReadings
    beside: Beside
    key: str
    model: str

    @property
    def scope(self) -> str:
        return whole_scale(self.observed.panel.scale)

    @property
    def synthetic(self) -> bool | None:
        return self.observed.synthetic


def show(observed: Observed) -> None:
    """Draw the tab.

    Args:
        observed: The readings of people.
    """
    key = content_key(observed)
    found = choose_readings(observed, key)
    if found is None:
        return
    model = model_key(found)
    beside = beside_of(key, model, n_resamples(), seed(), observed, found)
    case = _Case(observed, found, beside, key, model)
    weights = _show_kappas(case)
    _show_difference(case, weights)
    _show_accuracies(case)
    _show_alternative(case)


def _show_kappas(case: _Case) -> str:
    recall(_WEIGHTS, "quadratic", WEIGHTINGS)
    weights = st.segmented_control(
        "Weights of kappa", WEIGHTINGS, key=_WEIGHTS, on_change=keep, args=(_WEIGHTS,),
        help="Unweighted: every disagreement counts alike. Linear, quadratic: two grades apart "
        "count more than one. The three are not interchangeable.",
    ) or "quadratic"  # fmt: skip
    st.html(f'<p class="sgus-lead">{html.escape(lead(case.beside, weights, case.scope))}</p>')
    figure, rows = consensus_forest(case.beside, weights, case.scope)
    show_figure(
        figure, rows, name="model-and-readers-v-consensus", synthetic=case.synthetic,
        basis=_rests_on(case, weights), key="sgus-model-consensus",
    )  # fmt: skip
    st.caption(basis(case.beside, weights, case.scope))
    _show_readers(case, weights)
    return weights


def _rests_on(case: _Case, weights: str) -> str:
    """What the figures of kappa rest on, for a saved picture."""
    compared = case.beside.against("cohen_kappa", weights, scope=case.scope)
    return f"95 % intervals; {counted(compared.model, case.beside.unit)}"


def _show_readers(case: _Case, weights: str) -> None:
    st.subheader("With each reader")
    known = {one.band.study: one for one in bands_for("cohen_kappa", weights)}
    recall(_BANDS, [])
    st.session_state[_BANDS] = [name for name in st.session_state[_BANDS] if name in known]
    chosen = st.multiselect(
        "Published figures to lay behind", list(known), key=_BANDS, on_change=keep_all,
        args=(_BANDS,), placeholder="none",
        help="Only kappas between readers on the same score; each with its own statistic.",
    )  # fmt: skip
    bands = [known[name] for name in chosen]
    figure, rows = readers_forest(case.beside, weights, bands)
    show_figure(
        figure, rows, name="model-with-each-reader", synthetic=case.synthetic,
        basis=_rests_on(case, weights), key="sgus-model-readers",
    )  # fmt: skip
    for letter, one in letters_of(bands):
        st.caption(band_words(letter, one))
    with st.expander("Published figures that do not belong here, and why"):
        lines = "".join(
            f"<li>{html.escape(f'{one.band.study}, {one.band.title}: {one.reason}')}</li>"
            for one in others("cohen_kappa", weights)
        )
        st.html(f"<ul>{lines}</ul>")


def _show_difference(case: _Case, weights: str) -> None:
    st.subheader("No worse than a reader?")
    named = {_measure_name(one.statistic, one.weights, one.scope): one
             for one in measures_of(case.observed.panel.scale)
             if one.weights in (None, weights)}  # fmt: skip
    left, right = st.columns([3, 2], gap="medium")
    recall(_FIGURE, next(iter(named)), list(named))
    name = left.selectbox(
        "Figure", list(named), key=_FIGURE, on_change=keep, args=(_FIGURE,)
    )  # fmt: skip
    recall(_MARGIN, None)
    margin = right.number_input(
        "Acceptable loss (margin)", value=None,
        min_value=0.01, max_value=0.99, step=0.01, key=_MARGIN,
        on_change=keep_all, args=(_MARGIN,), placeholder="such as 0.05", format="%.2f",
        help="How much worse than a reader the model may be, in units of the figure. It has to be "
        "chosen before the figures are looked at: a margin chosen to fit them proves nothing.",
    )  # fmt: skip
    measure = named[name]
    compared = case.beside.against(measure.statistic, measure.weights, scope=measure.scope)
    if margin is None:
        st.write(
            "Enter the margin that you chose before looking: how much worse than a reader is "
            "still acceptable. Without it nothing is said of non-inferiority."
        )
    else:
        try:
            said = non_inferiority(compared, margin=margin, unit=case.beside.unit)
        except ConfigError as error:
            show_problem(str(error))
            return
        st.html(f"<p><b>{html.escape(said.sentence)}</b></p>")
        st.caption(said.detail)
    figure, rows = difference_forest(
        case.beside, measure.statistic, measure.weights, measure.scope, margin=margin,
        title=f"Model less reader: {name}, against the consensus of the others",
    )  # fmt: skip
    show_figure(
        figure, rows, name="model-less-reader", synthetic=case.synthetic, key="sgus-model-less"
    )


def _measure_name(statistic: str, weights: str | None, scope: str) -> str:
    if statistic == "cohen_kappa":
        return f"kappa ({weights})"
    return f"accuracy, {SCOPES[scope]}"


def _show_accuracies(case: _Case) -> None:
    st.subheader("Accuracy by stage, below the ceiling")
    recall(_LABEL, next(iter(_LABELS)), list(_LABELS))
    label = st.segmented_control(
        "Judged by", list(_LABELS), key=_LABEL, on_change=keep, args=(_LABEL,)
    ) or next(iter(_LABELS))  # fmt: skip
    points = accuracies_of(
        case.key, case.model, n_resamples(), seed(), case.observed, case.found
    )  # fmt: skip
    own = [point for point in points if point.against == _LABELS[label]]
    figure, rows = accuracy_figure(own, unit=case.beside.unit, title=f"Accuracy, judged by {label}")
    show_figure(
        figure, rows, name="accuracy-by-stage", synthetic=case.synthetic, key="sgus-model-accuracy"
    )
    reason = next((one.reason for one in own if one.kind == "ceiling" and one.value is None), None)
    st.caption(
        f"There is no ceiling: {reason}." if reason else
        "Ceiling: what a model that knew the true grade would reach, because the labels are "
        "readings and readers err (Dawid-Skene). It takes readers as independent and all images "
        "of a grade as equally hard. Images between two grades break that, which makes the "
        "ceiling too high: a model below it may have reached all that can be reached. In 0 v 1 "
        "and 2 v 3 only images with such a label count."
    )  # fmt: skip


def _show_alternative(case: _Case) -> None:
    st.subheader("Could the model take a reader's place?")
    left, right = st.columns([2, 3], gap="medium")
    recall(_EPSILON, EPSILON_EXPERTS)
    epsilon = left.number_input(
        "Bonus for the model (epsilon)", min_value=0.0, max_value=0.95, step=0.05, key=_EPSILON,
        on_change=keep, args=(_EPSILON,), format="%.2f",
        help="What a model saves in time, as a share of images it may lose on. The authors advise "
        "0.2 where readers are experts. To be chosen before looking.",
    )  # fmt: skip
    recall(_CLOSE, next(iter(_CLOSENESS)), list(_CLOSENESS))
    close = right.segmented_control(
        "Closeness to the other readers", list(_CLOSENESS), key=_CLOSE, on_change=keep,
        args=(_CLOSE,),
    ) or next(iter(_CLOSENESS))  # fmt: skip
    found = alternative_of(
        case.key, case.model, "exact" if _CLOSENESS[close] == "exact" else "rmse",
        float(epsilon), n_resamples(), seed(), case.observed, case.found,
    )  # fmt: skip
    first, *rest = alternative_words(found)
    st.html(f"<p><b>{html.escape(first)}</b> {html.escape(' '.join(rest))}</p>")
    rows = [vars(one) for one in found.against]
    with st.expander("The test reader by reader"):
        shown = [
            {
                "reader": one.reader, "model at least as close": one.model_advantage,
                "reader at least as close": one.reader_advantage, "p": one.p_value,
                "model wins": "–" if one.wins is None else "yes" if one.wins else "no",
                "images": one.n_items, f"{case.beside.unit}s": one.n_units,
                "test": one.test or one.reason,
            }
            for one in found.against
        ]  # fmt: skip
        percents = st.column_config.NumberColumn(format="percent")
        st.dataframe(
            shown, hide_index=True, width="stretch",
            column_config={
                "model at least as close": percents, "reader at least as close": percents,
                "p": st.column_config.NumberColumn(format="%.4f"),
            },
        )  # fmt: skip
        download_csv(
            rows, name="alternative-annotator", synthetic=case.synthetic, key="sgus-model-alt-csv"
        )
    st.caption(
        f"Alternative annotator test (Calderon et al. 2025, 10.18653/v1/2025.acl-long.782). "
        f"{found.method}. {' '.join(f'{note}.' for note in found.notes)}"
    )
