"""Which run is looked at: one choice for all pages of a session."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from sgus.workflows.jobs import runs_folder
from sgus.workflows.run_list import DONE
from sgus.workflows.run_view import RunSummary, list_runs

RUN: Final = "sgus_run"
"""In the session: name of the run's directory; "" for none."""


def chosen_run() -> Path | None:
    """Directory of the run the session looks at; None where nothing is chosen or it is gone."""
    name = str(st.session_state.get(RUN, ""))
    directory = runs_folder() / name
    return directory if name and Path(name).name == name and directory.is_dir() else None


def open_one(name: str) -> None:
    """Look at a run from now on, on every page.

    Args:
        name: Name of its directory; "" to go back to the list.
    """
    st.session_state[RUN] = name


def finished_runs() -> list[RunSummary]:
    """Runs that can be looked at, newest first."""
    return [run for run in list_runs(runs_folder()) if run.state == DONE]
