"""The queues of a cohort, with a button for each phase that is open to the person."""

from __future__ import annotations

import html

import streamlit as st

from sgus.ui.adjudicate import place as places
from sgus.ui.adjudicate.tabs import NEW, VIEW
from sgus.ui.adjudicate.words import button_words, nothing_open, queue_lines
from sgus.ui.cohort.source import Shown
from sgus.ui.frame import SYNTHETIC_CHIP
from sgus.workflows import adjudication
from sgus.workflows.adjudication import QueueState

NO_QUEUE = (
    "There is no queue in this cohort yet. A queue is a list of images that two people grade "
    "anew, each without seeing what anybody said."
)
NO_NAME = "Give your name to begin: it stands beside your decisions in the ledger."


def show(shown: Shown, who: str) -> None:
    """Draw the view.

    Args:
        shown: The cohort.
        who: The person, "" where no name is given.
    """
    found = [
        state for state in adjudication.queues(shown.view.cohort.root) if not state.training
    ]  # fmt: skip
    if not found:
        st.info(NO_QUEUE)
        st.button("Make one", type="primary", on_click=_make_one, key="sgus-adjudicate-make",
                  icon=":material/add:")  # fmt: skip
        return
    if not who:
        st.info(NO_NAME)
    for state in sorted(found, key=lambda one: one.name != st.session_state.get(places.QUEUE)):
        show_queue(shown, state, who)


def show_queue(shown: Shown, state: QueueState, who: str) -> None:
    """Draw one queue.

    Args:
        shown: Its cohort.
        state: The queue.
        who: The person, "" where no name is given.
    """
    root = shown.view.cohort.root
    chip = f" {SYNTHETIC_CHIP}" if shown.view.cohort.info.synthetic else ""
    with st.container(border=True):
        lines = "".join(f"<p>{html.escape(line)}</p>" for line in queue_lines(state))
        st.html(
            f'<div class="sgus-facts"><b>{html.escape(state.name)}</b>{chip}'
            f'<div class="sgus-muted">{lines}</div></div>'
        )
        phases = adjudication.open_phases(root, state.name, who=who) if who else ()
        with st.container(horizontal=True):
            for phase in phases:
                st.button(
                    button_words(state, phase, who), type="primary",
                    key=f"sgus-adjudicate-{phase}-{state.name}", on_click=places.go_to,
                    args=(root, state.name, phase), icon=":material/play_arrow:",
                )  # fmt: skip
            if who and not phases and (said := nothing_open(state, who)):
                st.caption(said)


def _make_one() -> None:
    st.session_state[f"{VIEW}_kept"] = NEW
