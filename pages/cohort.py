"""Cohort: what is in it, who is in it, what is wrong with it, and every image from near."""

import html

import streamlit as st

from sgus.ui import filters, frame
from sgus.ui.charts import export
from sgus.ui.charts.kept import keep, recall
from sgus.ui.cohort import source
from sgus.ui.cohort.tabs import TAB, tabs


def main() -> None:
    left, right = st.columns([5, 2], vertical_alignment="bottom")
    left.title("Cohort: images and patients")
    with right:
        export.choose_format()
    shown = source.choose_cohort()
    if shown is None:
        return
    info = shown.view.cohort.info
    chip = f"{frame.SYNTHETIC_CHIP} all images and patients are simulated" if info.synthetic else ""
    st.html(f'<p class="sgus-name"><b>{html.escape(info.name)}</b> {chip}</p>')
    mask = filters.show_filters(shown.view)
    views = tabs()
    recall(TAB, next(iter(views)), list(views))
    tab = st.segmented_control(
        "View", list(views), key=TAB, on_change=keep, args=(TAB,), label_visibility="collapsed"
    ) or st.session_state.get(f"{TAB}_kept", next(iter(views)))  # fmt: skip
    views[tab](shown, mask)


frame.run(main)
