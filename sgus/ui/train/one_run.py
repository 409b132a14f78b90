"""One run from near: where it stands, what can be done with it, its curves, its log."""

from __future__ import annotations

import html
from typing import Final

import streamlit as st

from sgus.core.errors import SgusError
from sgus.jobs.job import Job
from sgus.jobs.run_files import OUTPUT, last_lines
from sgus.jobs.states import OPEN, RESUMABLE
from sgus.ui import frame
from sgus.ui.charts.export import mark_synthetic, picture_config, show_figure
from sgus.ui.model_choice import show_problem
from sgus.ui.train.curves import kappa_figure, loss_figure, rows_of
from sgus.ui.train.tail import LOG_LINES, RunTail
from sgus.ui.train.user import SOMEBODY, user_name
from sgus.ui.train.words import (
    STATES,
    SYMBOLS,
    events_html,
    figure_sentence,
    fraction,
    state_sentence,
)
from sgus.workflows.jobs import JobView, cancel, job_events, move, resume
from sgus.workflows.run_list import RunSummary, summary_of

_TAIL: Final = "sgus_train_tail"
_CONFIRM: Final = "sgus_train_confirm"
_PROBLEM: Final = "sgus_train_problem"
_FIGURES: Final = (("loss", loss_figure), ("kappa", kappa_figure))


def show_run(view: JobView) -> None:
    """Draw a run."""
    job = view.job
    summary = summary_of(job.directory)
    chip = frame.SYNTHETIC_CHIP if summary.synthetic else ""
    st.html(
        f'<h3 class="sgus-run">{html.escape(job.spec.name)} '
        f'<span class="sgus-state sgus-state-{job.state}">{SYMBOLS[job.state]} '
        f"{STATES[job.state]}</span> {chip}</h3>"
    )
    _show_state(view, summary)
    _show_actions(job, place=view.place)
    tail = _tail(job)
    tail.look()
    if tail.epochs:
        _show_curves(job, tail, synthetic=summary.synthetic)
    _show_log(job, tail)
    with st.expander("What happened to it", key="sgus-train-events"):
        st.html(events_html(job_events(job.id)))


def _show_state(view: JobView, summary: RunSummary) -> None:
    job = view.job
    if job.state == "done":
        _show_result(job, summary)
    elif job.state == "failed":
        show_problem(state_sentence(view))
    elif job.state == "running":
        share = fraction(view.progress)
        st.progress(share, text=f"{100 * share:.0f} %. {state_sentence(view)}")
    else:
        st.html(f"<p>{html.escape(state_sentence(view))}</p>")


def _show_result(job: Job, summary: RunSummary) -> None:
    said = figure_sentence(summary.kappa, unit=summary.patient_unit)
    st.html(f'<p class="sgus-lead">{html.escape(said)}</p>')
    frame.link_to_results(job.spec.directory)


def _show_actions(job: Job, *, place: int | None) -> None:
    """Buttons for what can be done; asked twice before a run is cancelled."""
    problem = st.session_state.pop(_PROBLEM, None)
    if problem:
        show_problem(problem)
    if st.session_state.get(_CONFIRM) == job.id and job.state in OPEN:
        _confirm(job)
        return
    with st.container(horizontal=True):
        if job.state == "queued" and place is not None and place > 1:
            st.button("Move up", icon=":material/arrow_upward:", key="sgus-train-up",
                      on_click=_do, args=("up", job.id, place - 1))  # fmt: skip
            st.button("Start next", icon=":material/vertical_align_top:", key="sgus-train-first",
                      on_click=_do, args=("up", job.id, 1))  # fmt: skip
        if job.state in OPEN and not job.cancel_requested:
            st.button("Cancel …", icon=":material/stop_circle:", key="sgus-train-cancel",
                      on_click=_ask, args=(job.id,))  # fmt: skip
        if job.state in RESUMABLE:
            st.button("Resume", icon=":material/resume:", key="sgus-train-resume", type="primary",
                      on_click=_do, args=("resume", job.id))  # fmt: skip


def _confirm(job: Job) -> None:
    kept = "Its checkpoint is kept, and it can be resumed." if job.attempt else ""
    st.html(f"<p><b>Cancel {html.escape(job.spec.name)}?</b> {kept}</p>")
    with st.container(horizontal=True):
        st.button("Yes, cancel it", type="primary", key="sgus-train-cancel-yes",
                  on_click=_do, args=("cancel", job.id))  # fmt: skip
        st.button("No, let it be", key="sgus-train-cancel-no", on_click=_ask, args=(None,))


def _ask(job_id: int | None) -> None:
    st.session_state[_CONFIRM] = job_id


def _do(what: str, job_id: int, place: int = 1) -> None:
    """Change the queue; what it refuses is said at the next drawing."""
    user = user_name() or SOMEBODY
    st.session_state[_CONFIRM] = None
    try:
        if what == "cancel":
            cancel(job_id, user=user)
        elif what == "resume":
            resume(job_id, user=user)
        else:
            move(job_id, place)
    except (SgusError, OSError) as error:
        st.session_state[_PROBLEM] = str(error)


def _tail(job: Job) -> RunTail:
    """What the session has read of the run it looks at; of one run at a time."""
    found = st.session_state.get(_TAIL)
    if not isinstance(found, RunTail) or found.directory != job.directory:
        found = st.session_state[_TAIL] = RunTail(job.directory)
    return found


def _show_curves(job: Job, tail: RunTail, *, synthetic: bool) -> None:
    """While it runs, without a button to save them: its address would change under the mouse."""
    live = job.state in OPEN
    for column, (name, make) in zip(st.columns(2), _FIGURES, strict=True):
        figure = make(tail.epochs)
        key = f"sgus-train-{name}-{job.id}"
        file_name = f"{job.spec.directory}-{name}"
        with column:
            if live:
                if synthetic:
                    mark_synthetic(figure)
                config = picture_config(file_name, "PNG")
                st.plotly_chart(figure, width="stretch", theme=None, config=config, key=key)
            else:
                show_figure(figure, rows_of(tail.epochs), name=file_name, synthetic=synthetic,
                            key=f"{key}-ended")  # fmt: skip


def _show_log(job: Job, tail: RunTail) -> None:
    lines = list(tail.log.lines)
    said = last_lines(job.directory / OUTPUT, LOG_LINES) if job.state == "failed" else []
    shown = said or lines
    if shown:
        st.caption("What it printed last" if said else "End of its log")
        with st.container(key="sgus-train-log"):
            st.code("\n".join(shown), language=None)
