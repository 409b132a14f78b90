"""Runs: what each model found on patients it never saw, and the images behind every figure."""

import streamlit as st

from sgus.ui import frame
from sgus.ui.charts import export
from sgus.ui.charts.kept import keep, recall
from sgus.ui.runs.choose import chosen_run, remember, show_chosen
from sgus.ui.runs.listing import show_list
from sgus.ui.runs.tabs import TAB, tabs
from sgus.workflows.jobs import runs_folder
from sgus.workflows.run_view import list_runs


def main() -> None:
    left, right = st.columns([5, 2], vertical_alignment="bottom")
    left.title("Runs: what a model found")
    directory = chosen_run()
    remember(directory)
    if directory is None:
        show_list(list_runs(runs_folder()))
        return
    with right:
        export.choose_format()
    view = show_chosen(directory)
    if view is None:
        return
    views = tabs()
    recall(TAB, next(iter(views)), list(views))
    tab = st.segmented_control(
        "View", list(views), key=TAB, on_change=keep, args=(TAB,), label_visibility="collapsed"
    ) or st.session_state.get(f"{TAB}_kept", next(iter(views)))  # fmt: skip
    views[tab](view)


frame.run(main)
