"""The view of labels: which were learnt, what others say of the test images, what that changes."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from sgus.core.errors import SgusError
from sgus.report.figures import unit_noun
from sgus.ui.charts.export import show_figure
from sgus.ui.charts.kept import keep, recall
from sgus.ui.confusions.label_words import (
    KAPPA,
    SOFT_NOTE,
    WHY,
    difference_rows,
    figure_at,
    learnt_words,
    part_rows,
    relabelled_rows,
    table_html,
    version_lines,
    version_rows,
)
from sgus.ui.model_choice import show_problem
from sgus.ui.runs.cached import opened, resampling_of
from sgus.ui.runs.choose import finished_runs
from sgus.ui.runs.figure_words import csv_rows, grey_words, name_of
from sgus.ui.runs.forest_chart import forest_figure, shown_figures
from sgus.ui.runs.grey_table import show_table
from sgus.ui.runs.result import NOTHING
from sgus.workflows.label_effect import effect_of, ledger_state

if TYPE_CHECKING:
    from sgus.review.boundary import Boundary
    from sgus.workflows.run_view import RunView

_OTHER: Final = "sgus_confusions_other_run"
_NONE: Final = "no other run"
_KEPT: Final = 8


def show(view: RunView, boundary: Boundary) -> None:
    """Draw the view.

    Args:
        view: The run.
        boundary: The boundary.
    """
    if not view.has_test:
        st.info(NOTHING)
        return
    other = _other(view)
    views = [view] if other is None else [view, other]
    n_resamples, seed = resampling_of(view)
    key = tuple((one.key, ledger_state(one.cohort)) for one in views)
    try:
        effect = _effect(key, views, n_resamples=n_resamples, seed=seed)
    except SgusError as error:
        show_problem(str(error))
        return
    st.html(f'<p class="sgus-lead">{html.escape(learnt_words(effect["learnt"]))}</p>')
    _show_parts(views)
    if effect["warnings"]:
        st.warning("\n\n".join(map(_plain, effect["warnings"])), icon=":material/warning:")
    st.subheader("What other labels say of the test images")
    rows = version_rows(effect, boundary)
    if rows:
        st.html(table_html(rows))  # its long cells break into lines; those of `show_table` are cut
        st.caption(f"{SOFT_NOTE} {' '.join(effect['notes'])}")
    else:
        st.caption(f"No other version of the labels is at hand. {' '.join(effect['notes'])}")
    st.subheader("Judged by each version")
    st.caption(f"{WHY} n: images/{unit_noun(view.unit)}.")
    _show_figures(view, effect, boundary)
    _show_differences(view, effect)


def _other(view: RunView) -> RunView | None:
    names = {run.name: run.directory for run in finished_runs() if run.name != view.name}
    recall(_OTHER, _NONE, [_NONE, *names])
    name = st.selectbox(
        "Hold it against", [_NONE, *names], key=_OTHER, on_change=keep, args=(_OTHER,),
        help="Such as a run that learnt other labels on the same folds.",
    )  # fmt: skip
    if name == _NONE:
        return None
    try:
        return opened(names[name])
    except SgusError as error:
        show_problem(str(error))
        return None


@st.cache_resource(max_entries=_KEPT, show_spinner="Resampling patients")
def _effect(
    key: tuple[object, ...], _views: list[RunView], *, n_resamples: int, seed: int
) -> dict[str, Any]:
    del key
    return effect_of(_views, n_resamples=n_resamples, seed=seed)


def _plain(text: str) -> str:
    """Names of runs are no markup."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#$~:" else letter for letter in text)


def _show_parts(views: list[RunView]) -> None:
    for view in views:
        said = view.facts.get("labels")
        parts = said.get("parts") if isinstance(said, dict) else None
        if parts:
            with st.expander(f"What the labels of {_plain(view.name)} changed in each part"):
                show_table(part_rows(parts, view.unit))


def _show_figures(view: RunView, effect: dict[str, Any], boundary: Boundary) -> None:
    for wanted in (figure_at(boundary), KAPPA):
        lines = version_lines(effect, wanted)
        shown = shown_figures(lines)
        where = "" if wanted is KAPPA else f", {boundary.stage.title}"
        title = f"{name_of(shown[0])}{where}"
        show_figure(
            forest_figure(lines, title=title, along=name_of(shown[0])), csv_rows(shown),
            name=f"labels-{view.name}-{wanted['scope']}", synthetic=view.synthetic,
            key=f"confusions-labels-{wanted['scope']}",
        )  # fmt: skip


def _show_differences(view: RunView, effect: dict[str, Any]) -> None:
    rows, few = difference_rows(effect)
    if rows:
        first, second = effect["runs"]
        st.markdown(f"**{_plain(first)} less {_plain(second)}**, paired by {view.unit}")
        show_table(rows, few=few)
        st.caption(effect["caution"])
    rows, few = relabelled_rows(effect)
    if rows:
        with st.expander("What the other test labels alone did to the figures of one run"):
            show_table(rows, few=few)
            st.caption(grey_words(view.unit))
