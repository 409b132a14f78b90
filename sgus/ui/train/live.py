"""The runs as they go on: the queue, and one run from near, looked at again and again."""

from __future__ import annotations

from typing import Final

import streamlit as st

from sgus.core.errors import SgusError
from sgus.jobs.states import OPEN
from sgus.ui.charts.kept import keep, recall
from sgus.ui.model_choice import show_problem
from sgus.ui.train.one_run import show_run
from sgus.ui.train.words import NO_WORKER, ended_html, queue_html, run_label
from sgus.workflows.jobs import JobView, list_jobs, worker_runs

RUN: Final = "sgus_train_run"
RUN_IN_ADDRESS: Final = "run"
"""The directory of the run that is shown: made of cohort, split and preset, never of a patient."""
NONE: Final = "No run was ever started here. Start one under New run."
_BUSY_S: Final = 2.0
"""Each look costs 0.2 s of processor, most of it in the browser; everybody who looks pays it."""
_WAITING_S: Final = 3.0
_MOST: Final = 200


def listed() -> list[JobView] | None:
    """The queue; None, after saying why, where it cannot be read."""
    try:
        return list_jobs(limit=_MOST)
    except (SgusError, OSError) as error:
        show_problem(f"The queue of runs cannot be read now. {error}")
        return None


def asked_for() -> str:
    """The run that the address names; "" for none."""
    return str(st.query_params.get(RUN_IN_ADDRESS, ""))


def look_at(directory: str) -> None:
    """Show a run from now on, in the address too."""
    st.session_state[f"{RUN}_kept"] = directory
    st.query_params[RUN_IN_ADDRESS] = directory


def pace(views: list[JobView]) -> float | None:
    """Seconds between two looks; None where nothing will change by itself."""
    states = {view.job.state for view in views}
    if states & {"running", "lost"}:
        return _BUSY_S
    return _WAITING_S if states & set(OPEN) else None


def show_runs(views: list[JobView]) -> None:
    """Draw the queue and the chosen run; both follow what happens while something does.

    Args:
        views: The queue as it is.
    """
    if not views:
        st.info(NONE)
        return
    # Newest first, whatever their state: the list must not move under the mouse.
    newest = sorted(views, key=lambda view: -view.job.id)
    names = [view.job.spec.directory for view in newest]
    wanted = asked_for()
    if wanted and wanted not in names:
        show_problem(
            f"The address names a run that is not in this queue: {wanted[:100]}. Choose one below."
        )
    elif wanted:
        st.session_state[f"{RUN}_kept"] = wanted
    recall(RUN, views[0].job.spec.directory, names)
    labels = {view.job.spec.directory: run_label(view.job) for view in views}
    every_s = pace(views)
    # One timer for all that changes; a full run without it ends it.
    st.fragment(run_every=every_s)(_follow)(tuple(names), labels, every_s)


def _follow(names: tuple[str, ...], labels: dict[str, str], every_s: float | None) -> None:
    """What is drawn at each look. A run more or less, or another pace, draws the whole page."""
    views = listed()
    if views is None:
        return
    found = {view.job.spec.directory: view for view in views}
    if not worker_runs() and every_s is not None:
        show_problem(NO_WORKER.replace("`", ""))
    st.html(queue_html(views, chosen=str(st.session_state[f"{RUN}_kept"])))
    st.session_state.setdefault(RUN, st.session_state[f"{RUN}_kept"])  # after a look that failed
    chosen = st.selectbox("Run", names, key=RUN, format_func=labels.__getitem__, on_change=_choose)
    if chosen != asked_for():
        st.query_params[RUN_IN_ADDRESS] = chosen  # so that the address can be passed on
    show_run(found[chosen])
    ended = [view for view in views if view.job.state not in OPEN]
    if ended:
        with st.expander(f"Runs that ended ({len(ended)})", key="sgus-train-ended"):
            st.html(ended_html(ended, chosen=chosen))
    # Only now: a rerun before the choice is drawn would make Streamlit forget it.
    if set(found) != set(names) or pace(views) != every_s:
        st.rerun()


def _choose() -> None:
    keep(RUN)
    st.query_params[RUN_IN_ADDRESS] = st.session_state[RUN]
