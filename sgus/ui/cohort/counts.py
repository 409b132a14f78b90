"""The view of counts: grade by gland, centre and device, and whatever else is known."""

from __future__ import annotations

from typing import Final

import streamlit as st

from sgus.ui.charts.export import download_csv, show_figure
from sgus.ui.charts.kept import keep, keep_all, recall
from sgus.ui.cohort.charts import MOST_BARS, grade_bars
from sgus.ui.cohort.source import Shown
from sgus.ui.cohort.tables import MOST_ROWS, cross_html
from sgus.workflows.cohort_counts import DIMENSIONS, cross_table
from sgus.workflows.cohort_view import BoolArray, CohortView

_ROWS: Final = "sgus_cohort_rows"
_BARS: Final = "sgus_cohort_bars"
_FIRST: Final = ("gland", "centre", "device")


def show(shown: Shown, mask: BoolArray) -> None:
    """Draw the view.

    Args:
        shown: The cohort.
        mask: The images counted.
    """
    view = shown.view
    if not mask.any():
        return
    titles = {name: view.facets[name].title for name in DIMENSIONS if name in view.facets}
    _bars(view, mask, titles)
    st.subheader("How many of each kind")
    recall(_ROWS, list(_FIRST))
    rows = st.pills(
        "Rows by", list(titles), key=_ROWS, on_change=keep_all, args=(_ROWS,),
        selection_mode="multi", format_func=titles.__getitem__,
    )  # fmt: skip
    table = cross_table(view, mask, [name for name in titles if name in rows])
    more = (
        f" The {MOST_ROWS} largest of {len(table.keys):,} rows; the CSV has all."
        if len(table.keys) > MOST_ROWS
        else ""
    )
    st.caption(
        f"Images, and in brackets the {view.unit}s among them. One {view.unit} may stand in "
        f"several cells, so that {view.unit}s do not add up.{more}"
    )
    st.html(cross_html(table, [titles[name] for name in table.rows]))
    download_csv(
        table.records(), name="counts", synthetic=view.cohort.info.synthetic,
        key="sgus-cohort-counts-csv",
    )  # fmt: skip


def _bars(view: CohortView, mask: BoolArray, titles: dict[str, str]) -> None:
    recall(_BARS, "centre", list(titles))
    by = st.segmented_control(
        "Bars by", list(titles), key=_BARS, on_change=keep, args=(_BARS,),
        format_func=titles.__getitem__,
    ) or st.session_state[f"{_BARS}_kept"]  # fmt: skip
    table = cross_table(view, mask, [by])
    title = f"Images by {titles[by].lower()} and grade ({int(mask.sum()):,} images)"
    if len(table.keys) > MOST_BARS:
        title += f", the {MOST_BARS} largest of {len(table.keys):,}"
    show_figure(
        grade_bars(table, title), table.records(), name=f"images-by-{by}",
        synthetic=view.cohort.info.synthetic, key=f"sgus-cohort-bars-{by}",
    )  # fmt: skip
