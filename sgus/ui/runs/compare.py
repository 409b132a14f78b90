"""The tab that compares runs: differences, images that changed sides, settings."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from sgus.core.errors import RunError, SgusError
from sgus.report.compare import compare_runs
from sgus.ui.charts.export import download_csv, show_figure
from sgus.ui.charts.kept import keep, keep_all, recall
from sgus.ui.model_choice import show_problem
from sgus.ui.runs.cached import opened, resampling_of
from sgus.ui.runs.choose import finished_runs
from sgus.ui.runs.compare_words import (
    COLOURS_MEAN,
    MEANING,
    changed_rows,
    changed_words,
    count_rows,
    difference_lines,
    difference_rows,
    setting_rows,
    settings_of,
    shared_words,
)
from sgus.ui.runs.figure_words import SCOPES, counted, csv_rows
from sgus.ui.runs.forest_chart import forest_figure, shown_figures
from sgus.ui.runs.grey_table import show_table
from sgus.workflows.run_view import RunView

_OTHERS: Final = "sgus_runs_compared"
_SHARED: Final = "sgus_runs_intersect"
_SCOPE: Final = "sgus_runs_changed_scope"
_MOST: Final = 4
_KEPT: Final = 8


def show(view: RunView) -> None:
    """Draw the tab.

    Args:
        view: The run that others are held against.
    """
    views = _chosen(view)
    if len(views) < 2:
        return
    found = _compared(views)
    if found is None:
        return
    st.caption(f"{shared_words(found['images'])} {MEANING}")
    for other in found["runs"][1:]:
        _differences(view, found, other)
    st.warning(found["caution"], icon=":material/warning:")
    _changed(view, found)
    _settings(view, found)


def _chosen(view: RunView) -> list[RunView]:
    """The run looked at, and those that a person holds against it."""
    names = {run.name: run.directory for run in finished_runs() if run.name != view.name}
    if not names:
        st.info("There is no other finished run to compare with. Train one on the same split.")
        return [view]
    kept = st.session_state.get(f"{_OTHERS}_kept", [])
    st.session_state[f"{_OTHERS}_kept"] = [name for name in kept if name in names]
    recall(_OTHERS, [])
    chosen = st.multiselect(
        f"Compare {view.name} with", list(names), key=_OTHERS, on_change=keep_all,
        args=(_OTHERS,), max_selections=_MOST, placeholder="choose one run or more",
    )  # fmt: skip
    if not chosen:
        st.info("Choose a run that was tested on the same images.")
    views = [view]
    for name in chosen:
        try:
            views.append(opened(names[name]))
        except SgusError as error:
            show_problem(f"{error}")
    return views


def _compared(views: list[RunView]) -> dict[str, Any] | None:
    """The comparison; where the runs saw other images, a person may ask for those they share."""
    key = tuple(view.key for view in views)
    try:
        return _of_runs(key, views, intersect=False)
    except RunError as error:
        show_problem(str(error))
    recall(_SHARED, default=False)
    shared = st.toggle(
        "Compare the images that all of them were tested on", key=_SHARED, on_change=keep_all,
        args=(_SHARED,),
    )  # fmt: skip
    if not shared:
        return None
    try:
        return _of_runs(key, views, intersect=True)
    except RunError as error:
        show_problem(str(error))
        return None


@st.cache_resource(max_entries=_KEPT, show_spinner="Resampling patients")
def _of_runs(key: tuple[str, ...], _views: list[RunView], *, intersect: bool) -> dict[str, Any]:
    del key
    n_resamples, seed = resampling_of(_views[0])
    return compare_runs(
        {view.name: view.predictions for view in _views},
        configs={view.name: settings_of(view.facts) for view in _views},
        intersect=intersect, n_resamples=n_resamples, seed=seed, patient_unit=_views[0].unit,
    )  # fmt: skip


def _differences(view: RunView, found: dict[str, Any], other: str) -> None:
    lines = difference_lines(found["differences"], view.name, other)
    title = f"{other} minus {view.name}, same images"
    along = "difference (0.1 of a share: 10 points)"
    show_figure(
        forest_figure(lines, title=title, along=along, at=0.0, signed=True),
        csv_rows(shown_figures(lines)), name=f"compare-{view.name}-{other}",
        synthetic=view.synthetic, key=f"runs-compare-{other}",
    )  # fmt: skip
    st.caption(f"{COLOURS_MEAN} A ranked probability score below 0 is better.")
    rows = difference_rows(lines, view.name, other)
    show_table(rows, few=[bool(figure["few"]) for figure in shown_figures(lines)])


def _changed(view: RunView, found: dict[str, Any]) -> None:
    st.subheader("Images that changed sides")
    titles = {title: scope for scope, title in SCOPES.items()}
    recall(_SCOPE, next(iter(titles)), list(titles))
    title = st.segmented_control(
        "Stage", list(titles), key=_SCOPE, on_change=keep, args=(_SCOPE,),
        label_visibility="collapsed",
    ) or st.session_state[f"{_SCOPE}_kept"]  # fmt: skip
    scope = titles[str(title)]
    for other in found["runs"][1:]:
        st.markdown(changed_words(found["changed_counts"], other, view.name, scope))
    show_table(count_rows(found["changed_counts"], scope))
    rows = changed_rows(found["changed"], scope)
    if rows:
        st.caption(f"{counted(len(rows), 'image')} that the runs do not answer alike:")
        show_table(rows)
    download_csv(
        [
            {key: row[key] for key in ("scope", "image_id", "patient_id", "grade")} | row["said"]
            for row in found["changed"]
        ],
        name="changed-sides", synthetic=view.synthetic, key="runs-changed-csv",
        label="Download the list of all stages (CSV)",
    )  # fmt: skip


def _settings(view: RunView, found: dict[str, Any]) -> None:
    st.subheader("Settings that differ")
    rows = setting_rows(found["settings"])
    if not rows:
        st.caption("None: the runs were made with one configuration.")
        return
    show_table(rows)
    download_csv(
        rows, name="settings", synthetic=view.synthetic, key="runs-settings-csv"
    )  # fmt: skip
