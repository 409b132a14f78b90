"""The form of a new run: what on, how, what it will do, and the start."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final, Literal

import streamlit as st

from sgus.core.errors import SgusError
from sgus.jobs.job import Job
from sgus.ui.charts.kept import keep_all, recall
from sgus.ui.frame import SYNTHETIC_CHIP
from sgus.ui.model_choice import show_problem
from sgus.ui.train.label_choice import labels_of
from sgus.ui.train.parts import Chosen, accepted, choose_parts, place_of
from sgus.ui.train.presets import choose_way, title_of
from sgus.ui.train.settings import changes, show_settings
from sgus.ui.train.user import user_name
from sgus.ui.train.words import NO_WORKER
from sgus.workflows.jobs import JobView, runs_folder, submit_training, worker_runs
from sgus.workflows.train_plan import (
    Wish,
    estimate_text,
    estimated,
    free_name,
    make_wish,
    measure,
    places_text,
    refusals_of,
    refuse_name,
    what_it_will_do,
)

if TYPE_CHECKING:
    from sgus.workflows.duration import Estimate

NAME: Final = "sgus_train_name"


def show_form(views: list[JobView]) -> Job | None:
    """Draw the form.

    Args:
        views: The queue as it is.

    Returns:
        The job, when the person has just put one into the queue.
    """
    st.subheader("1. What on")
    chosen = choose_parts()
    if chosen is None:
        return None
    may_start = accepted(chosen.verdict, key=place_of(chosen.cohort.root, chosen.split))
    st.subheader("2. How")
    preset = choose_way(chosen.cohort, chosen.folds)
    show_settings(preset)
    st.subheader("3. What it will do")
    try:
        wish = make_wish(preset, changes(preset))
    except SgusError as error:
        show_problem(str(error))
        return None
    if chosen.cohort.info.synthetic:
        st.html(f"<p>{SYNTHETIC_CHIP} It learns from simulated images alone.</p>")
    labels, no_labels = labels_of(wish, chosen)
    lines = [*what_it_will_do(wish, chosen.folds), *labels]
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    st.html(f"<ul>{items}</ul>")
    estimate = _show_estimate(wish, chosen, views)
    problems = refusals_of(wish, chosen.cohort, chosen.folds, runs=runs_folder()) + no_labels
    if problems:
        show_problem(*problems)
    return _start(wish, chosen, estimate, views, may_start=may_start and not problems)


def _show_estimate(wish: Wish, chosen: Chosen, views: list[JobView]) -> Estimate | None:
    runs = runs_folder()
    found = estimated(wish.config, chosen.folds, chosen.cohort, runs=runs)
    busy = any(view.job.state == "running" for view in views)
    if found is not None:
        st.markdown(f"**{estimate_text(found)}**")
    else:
        st.markdown("How long this takes was not measured on this machine yet.")
    if busy:
        st.caption("A run is at work: measured now, it would look too long.")
    label = "Measure this machine (some seconds, once)" if found is None else "Measure again"
    kind: Literal["secondary", "tertiary"] = "secondary" if found is None else "tertiary"
    if st.button(label, icon=":material/timer:", key="sgus-train-measure", type=kind):
        try:
            with st.spinner("Training a few batches of made-up images, timed"):
                measure(wish.config, runs=runs)
        except (SgusError, OSError) as error:
            show_problem(str(error))
        else:
            st.rerun()
    return found


def _start(
    wish: Wish,
    chosen: Chosen,
    estimate: Estimate | None,
    views: list[JobView],
    *,
    may_start: bool,
) -> Job | None:
    plain = f"{chosen.cohort.root.name} {chosen.split} {title_of(wish.preset).lower()}"
    if wish.config.labels != "reference":
        plain += f" {wish.config.labels} labels"
    suggested = free_name(plain, [view.job.spec.name for view in views])
    user = user_name()
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    recall(NAME, "")
    said = left.text_input(
        "Name of the run", key=NAME, placeholder=suggested, on_change=keep_all, args=(NAME,),
        max_chars=120, help="Everybody who uses this installation sees it: no names of patients.",
    )  # fmt: skip
    st.caption(places_text(user, views))
    if not worker_runs():
        show_problem(NO_WORKER.replace("`", ""))
    if not right.button("Start", type="primary", disabled=not may_start, width="stretch",
                        icon=":material/play_arrow:", key="sgus-train-start"):  # fmt: skip
        return None
    if not user:
        show_problem("Your name is missing: write it at the top of the page, then press start.")
        return None
    return _submitted(wish, chosen, estimate, views, user=user, name=said.strip() or suggested)


def _submitted(
    wish: Wish,
    chosen: Chosen,
    estimate: Estimate | None,
    views: list[JobView],
    *,
    user: str,
    name: str,
) -> Job | None:
    """Nothing is drawn between the request and its answer: a second click would interrupt it."""
    try:
        refuse_name(name, views)
        job = submit_training(
            chosen.cohort.root, chosen.split, user=user, preset=wish.preset,
            settings=wish.settings, name=name, estimate_s=estimate.seconds if estimate else None,
        )  # fmt: skip
    except SgusError as error:
        show_problem(str(error))
        return None
    except OSError as error:
        cause = error.strerror or str(error)
        show_problem(f"The run could not be written down ({cause}). Free some room, press start.")
        return None
    st.session_state[f"{NAME}_kept"] = ""
    return job
