"""The tab of patients: all glands of an examination together."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import streamlit as st

from sgus.report.figures import unit_noun
from sgus.ui.charts.export import download_csv, show_figure
from sgus.ui.charts.kept import keep, recall
from sgus.ui.runs.cached import explored
from sgus.ui.runs.figure_words import Figure, csv_rows, grey_words, shown_rows, those
from sgus.ui.runs.grey_table import show_table
from sgus.ui.runs.patient_words import (
    ANY,
    ANY_LABELS,
    SUMMARIES,
    Summary,
    any_counts,
    any_words,
    basis_words,
    complete,
    list_rows,
)
from sgus.ui.runs.patients_chart import cross_counts, cross_figure, cross_rows
from sgus.workflows.run_view import RunView

_SUMMARY: Final = "sgus_runs_summary"
_NO_COHORT: Final = (
    "The cohort of this run is not on this machine as it was when the run was made, so that it is "
    "not known here which gland an image shows."
)


def show(view: RunView) -> None:
    """Draw the tab.

    Args:
        view: The run.
    """
    if view.images is None:
        st.info(_NO_COHORT)
        return
    section = explored(view)["patients"]
    if section["reason"]:
        st.info(f"Glands of a patient cannot be put together: {section['reason']}.")
        return
    st.caption(f"{basis_words(section, view.unit)} {section['method']}")
    _any(view, section)
    _summaries(view, section)
    st.subheader("Examinations")
    st.caption("Those furthest off first.")
    show_table(list_rows(section["examinations"]))
    download_csv(
        section["examinations"], name="examinations", synthetic=view.synthetic,
        key="runs-examinations-csv", label="Download the list (CSV)",
    )  # fmt: skip


def _any(view: RunView, section: dict[str, Any]) -> None:
    """The call that matters most: does the patient have a gland of grade 2 or 3."""
    st.subheader("Any gland of grade 2 or 3")
    rows = section["examinations"]
    st.markdown(f"**{any_words(rows)}**")
    left, right = st.columns([2, 3], gap="medium")
    counts = np.array(any_counts(rows), dtype=np.int64)
    with left:
        show_figure(
            cross_figure(counts, ANY_LABELS, title=_title(rows), what="any of grade 2 or 3"),
            cross_rows(counts, ANY_LABELS), name="any-2-or-above", synthetic=view.synthetic,
            key="runs-any",
        )  # fmt: skip
    with right:
        _figures(view, those(section["figures"], scope=ANY), "any-2-or-above-figures")


def _summaries(view: RunView, section: dict[str, Any]) -> None:
    st.subheader("Highest grade, sum, number of glands")
    titles = {summary.title: summary for summary in SUMMARIES}
    recall(_SUMMARY, SUMMARIES[0].title, list(titles))
    title = st.segmented_control(
        "Summary", list(titles), key=_SUMMARY, on_change=keep, args=(_SUMMARY,),
        label_visibility="collapsed",
    ) or st.session_state[f"{_SUMMARY}_kept"]  # fmt: skip
    summary = titles[str(title)]
    rows = complete(section["examinations"], summary)
    if not rows:
        st.info("No examination has all four glands, so that there is no sum to compare.")
        return
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _matrix(view, summary, rows)
    with right:
        _figures(view, those(section["figures"], scope=summary.scope), summary.scope)


def _matrix(view: RunView, summary: Summary, rows: list[Any]) -> None:
    counts = cross_counts(rows, summary.column, k=summary.k)
    labels = [str(value) for value in range(summary.k)]
    show_figure(
        cross_figure(counts, labels, title=_title(rows), what=summary.what),
        cross_rows(counts, labels), name=f"patients-{summary.scope}", synthetic=view.synthetic,
        key=f"runs-{summary.scope}",
    )  # fmt: skip


def _figures(view: RunView, figures: list[Figure], name: str) -> None:
    show_table(shown_rows(figures), few=[bool(figure["few"]) for figure in figures])
    st.caption(f"95 % intervals, {unit_noun(view.unit)} drawn again. {grey_words(view.unit)}")
    download_csv(
        csv_rows(figures), name=name.replace("_", "-"), synthetic=view.synthetic,
        key=f"runs-patients-{name}-csv",
    )  # fmt: skip


def _title(rows: list[Any]) -> str:
    return f"{len(rows):,} examinations"
