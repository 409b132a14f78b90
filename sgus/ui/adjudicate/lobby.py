"""The queues of a cohort, with a button for each phase that is open to the person."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from sgus.review.entry import PHASES, Phase
from sgus.ui.adjudicate import place as places
from sgus.ui.adjudicate.tabs import NEW, VIEW
from sgus.ui.adjudicate.words import (
    button_words,
    done_by,
    may_know,
    nothing_open,
    queue_lines,
    unshown_words,
)
from sgus.ui.cohort.source import Shown
from sgus.ui.frame import SYNTHETIC_CHIP
from sgus.workflows import adjudication
from sgus.workflows.adjudication import QueueState, Unshown

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
    phases = adjudication.open_phases(root, state.name, who=who) if who else ()
    missing = _unshown(root, state, who, phases) if who else ()
    over = bool(who) and not phases and adjudication.nothing_left(root, state.name)
    telling = may_know(state, who, has_open=bool(phases), over=over)
    said = [*queue_lines(state, telling=telling), unshown_words(missing, state.n)]
    with st.container(border=True):
        lines = "".join(f"<p>{html.escape(line)}</p>" for line in said if line)
        st.html(
            f'<div class="sgus-facts"><b>{html.escape(state.name)}</b>{chip}'
            f'<div class="sgus-muted">{lines}</div></div>'
        )
        with st.container(horizontal=True):
            for phase in phases:
                st.button(
                    button_words(state, phase, who), type="primary",
                    key=f"sgus-adjudicate-{phase}-{state.name}", on_click=places.go_to,
                    args=(root, state.name, phase), icon=":material/play_arrow:",
                )  # fmt: skip
            if who and not phases and (why := nothing_open(state, who, n_unshown=len(missing))):
                st.caption(why)


def _unshown(
    root: Path, state: QueueState, who: str, phases: Sequence[Phase]
) -> tuple[Unshown, ...]:
    """Cases that cannot be shown in the phase that is this person's now, or was the last."""
    begun = [phase for phase in PHASES if done_by(state, phase, who)]
    other: Phase = "training" if state.training else "first"
    phase = phases[0] if phases else begun[-1] if begun else other
    return adjudication.unshown(root, state.name, who=who, phase=phase)


def _make_one() -> None:
    st.session_state[f"{VIEW}_kept"] = NEW
