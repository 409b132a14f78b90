"""A phase that is done: what comes next, and the last decision that can still be taken back."""

from __future__ import annotations

import streamlit as st

from sgus.core.errors import SgusError
from sgus.review.entry import Phase
from sgus.ui.adjudicate import place as places
from sgus.ui.adjudicate.acting import Place
from sgus.ui.adjudicate.case_data import PHASE_TITLES
from sgus.ui.adjudicate.tabs import REVEAL, TRAINING, VIEW, WHAT
from sgus.ui.adjudicate.words import after_phase, done_by, unshown_words
from sgus.ui.model_choice import show_problem
from sgus.workflows import adjudication
from sgus.workflows.adjudication import QueueState

_PROBLEM = "sgus_adjudicate_undo_problem"


def show_finished(place: Place, state: QueueState | None, *, late: str = "") -> None:
    """Say that a person has decided everything of a phase.

    Args:
        place: Who, and where.
        state: The queue; None where it is gone.
        late: What the last decision was refused with, should it have been.
    """
    if state is None:
        show_problem(f"{place.queue}: there is no such queue in this cohort. Choose another one.")
        st.button("Back to the queues", on_click=places.leave, key="sgus-adjudicate-back")
        return
    done = done_by(state, place.phase, place.who)
    open_ = adjudication.open_phases(place.cohort_dir, place.queue, who=place.who)
    missing = adjudication.unshown(
        place.cohort_dir, place.queue, who=place.who, phase=place.phase
    )  # fmt: skip
    over = adjudication.nothing_left(place.cohort_dir, place.queue)
    that = " that can be shown" if missing else ""
    all_ = f"All {done} cases{that}" if done else f"All cases{that}"
    st.subheader(f"{all_} of this {PHASE_TITLES[place.phase]} are done")
    if missing:
        n = state.differing if place.phase == "consensus" else state.n
        st.write(unshown_words(missing, n))
    st.write(after_phase(state, place.phase, place.who, open_=open_, over=over))
    problem = st.session_state.pop(_PROBLEM, "") or late
    if problem:
        show_problem(problem)
    with st.container(horizontal=True):
        for phase in open_:
            if phase != place.phase:
                st.button(f"Go on: {PHASE_TITLES[phase]}", type="primary", on_click=_go_on,
                          args=(place, phase), key=f"sgus-adjudicate-on-{phase}")  # fmt: skip
        training = place.phase == "training"
        st.button(
            "My learning curve" if training else "See what others said",
            on_click=_look, args=(TRAINING if training else REVEAL,), key="sgus-adjudicate-look",
            icon=":material/visibility:",
        )  # fmt: skip
        st.button("Back to the queues", on_click=places.leave, key="sgus-adjudicate-back",
                  icon=":material/arrow_back:")  # fmt: skip
        if done and not training:
            st.button("Undo the last decision", on_click=_undo, args=(place,), shortcut="u",
                      key="sgus-adjudicate-undo", icon=":material/undo:")  # fmt: skip


def _go_on(place: Place, phase: Phase) -> None:
    places.go_to(place.cohort_dir, place.queue, phase)


def _look(view: str) -> None:
    places.leave()
    st.session_state[f"{VIEW}_kept"] = view
    st.session_state.pop(f"{WHAT}_kept", None)  # so that the phase just done comes first


def _undo(place: Place) -> None:
    try:
        adjudication.undo(place.cohort_dir, place.queue, who=place.who, phase=place.phase)
    except SgusError as error:
        st.session_state[_PROBLEM] = str(error)
