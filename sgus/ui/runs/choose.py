"""Which run is looked at: one choice for all pages of a session, and in the page's address."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Final

import streamlit as st

from sgus.core.errors import RunError
from sgus.ui.frame import RUN, SYNTHETIC_CHIP
from sgus.ui.model_choice import show_problem
from sgus.ui.runs.cached import opened
from sgus.ui.runs.listing import to_training
from sgus.ui.runs.session import open_one
from sgus.workflows.jobs import runs_folder
from sgus.workflows.run_list import DONE
from sgus.workflows.run_view import RunSummary, RunView, list_runs, summary_of

__all__ = ["RUN", "chosen_run", "finished_runs", "open_one", "show_chosen"]

ADDRESS: Final = "run"
"""In the address of the page, so that a reload, or a link somebody sends, shows the same run."""


def chosen_run() -> Path | None:
    """Directory of the run the session looks at; None where nothing is chosen or it is gone."""
    name = str(st.session_state.get(RUN, st.query_params.get(ADDRESS, "")))
    directory = runs_folder() / name
    if not name or Path(name).name != name or not directory.is_dir():
        st.session_state.pop(RUN, None)
        return None
    return directory


def finished_runs() -> list[RunSummary]:
    """Runs that can be looked at, newest first."""
    return [run for run in list_runs(runs_folder()) if run.state == DONE]


def remember(directory: Path | None) -> None:
    """Put the run into session and address, or take it out of both."""
    if directory is None:
        st.query_params.pop(ADDRESS, None)
        return
    st.session_state[RUN] = directory.name
    if st.query_params.get(ADDRESS) != directory.name:
        st.query_params[ADDRESS] = directory.name


def show_chosen(directory: Path) -> RunView | None:
    """Draw the name of the run and the way back.

    Returns:
        The run; None, after saying why, where it cannot be shown.
    """
    st.button("All runs", icon=":material/arrow_back:", key="sgus-runs-back", on_click=open_one,
              args=("",))  # fmt: skip
    try:
        view = opened(directory)
    except RunError as error:
        st.html(f'<p class="sgus-name"><b>{html.escape(directory.name)}</b></p>')
        show_problem(f"{error.item}: {error.cause}. {error.next_step}.")
        if summary_of(directory).state != DONE:
            to_training("See it on the page Train")
        return None
    chip = f"{SYNTHETIC_CHIP} all images and patients are simulated" if view.synthetic else ""
    run = summary_of(directory)
    facts = " · ".join(html.escape(text) for text in (run.cohort, run.split, run.trained) if text)
    st.html(
        f'<p class="sgus-name"><b>{html.escape(view.name)}</b> {chip}<br>'
        f'<span class="sgus-muted">{facts}</span></p>'
    )
    if view.cohort is None:
        st.warning(
            "The cohort of this run, exactly as it was, is not among those of this installation: "
            "figures stand, images, groups and readers cannot be shown."
        )
    return view
