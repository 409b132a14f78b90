"""Confusions: which images a run mixes up at a boundary of grades, why, and what to do."""

import streamlit as st

from sgus.ui import frame
from sgus.ui.charts import export
from sgus.ui.charts.kept import keep, recall
from sgus.ui.confusions.choose import choose_boundary
from sgus.ui.confusions.tabs import TAB, tabs
from sgus.ui.runs.choose import chosen_run, remember, show_chosen
from sgus.ui.runs.listing import show_list
from sgus.workflows.jobs import runs_folder
from sgus.workflows.run_view import list_runs


def main() -> None:
    left, right = st.columns([5, 2], vertical_alignment="bottom")
    left.title("Confusions: grades mixed up")
    directory = chosen_run()
    remember(directory)
    if directory is None:
        st.markdown(
            "Choose a run: this page shows which images its model puts on another side of a "
            "boundary than the readers did, why that may be, and lets you have them settled."
        )
        show_list(list_runs(runs_folder()))
        return
    with right:
        export.choose_format()
    left, right = st.columns([5, 2], vertical_alignment="bottom")
    with left:
        view = show_chosen(directory)
    if view is None:
        return
    with right:
        boundary = choose_boundary()
    views = tabs()
    recall(TAB, next(iter(views)), list(views))
    tab = st.segmented_control(
        "View", list(views), key=TAB, on_change=keep, args=(TAB,), label_visibility="collapsed"
    ) or st.session_state.get(f"{TAB}_kept", next(iter(views)))  # fmt: skip
    views[tab](view, boundary)


frame.run(main)
