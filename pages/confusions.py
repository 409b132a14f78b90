"""Confusions: which images a run mixes up at a boundary of grades, why, and what to do."""

import streamlit as st

from sgus.ui import frame
from sgus.ui.confusions.heading import TITLE, show_heading
from sgus.ui.confusions.tabs import tabs
from sgus.ui.runs.choose import chosen_run, remember
from sgus.ui.runs.listing import show_list
from sgus.workflows.jobs import runs_folder
from sgus.workflows.run_view import list_runs


def main() -> None:
    directory = chosen_run()
    remember(directory)
    if directory is None:
        st.title(TITLE)
        st.markdown(
            "Choose a run: this page shows which images its model puts on another side of a "
            "boundary than the readers did, why that may be, and lets you have them settled."
        )
        show_list(list_runs(runs_folder()))
        return
    chosen = show_heading(directory)
    if chosen is not None:
        view, boundary, tab = chosen
        tabs()[tab](view, boundary)


frame.run(main)
