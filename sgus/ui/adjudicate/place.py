"""Where the session is: the name, the queue and the phase; and how a new session finds back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast
from uuid import uuid4

import streamlit as st

from sgus.review.entry import PHASES, Phase
from sgus.review.form import LedgerError
from sgus.review.queue import person_name
from sgus.ui.adjudicate.acting import Place
from sgus.ui.adjudicate.component import remembered
from sgus.ui.charts.kept import keep_all, recall
from sgus.ui.cohort.source import COHORT
from sgus.ui.cohorts import installed_cohorts
from sgus.ui.model_choice import show_problem
from sgus.ui.train.user import USER, user_name

QUEUE: Final = "sgus_adjudicate_queue"
"""In the session: the queue to look at first; another page that made one puts its name here."""
REPLY: Final = "sgus_adjudicate_reply"
"""In the session: the answer to the last event of the screen; of no other place."""
_PLACE: Final = "sgus_adjudicate_place"
_ASK: Final = "sgus_adjudicate_ask"
_HEARD: Final = "sgus_adjudicate_heard"
LONGEST_NAME: Final = 60


def ask_name() -> str:
    """Draw the field for the name.

    Returns:
        The name, with single blanks; "" where none is given, or one that the ledger would refuse,
        which is said.
    """
    recall(USER, "")
    st.text_input(
        "Your name", key=USER, on_change=keep_all, args=(USER,), max_chars=LONGEST_NAME,
        placeholder="as others know you",
        help="It stands beside your decisions in the ledger of the cohort. It is no login: the "
        "page believes it. It is in no address and no cookie.",
    )  # fmt: skip
    name = user_name()
    try:
        return person_name(name) if name else ""
    except LedgerError as error:
        show_problem(f"{error.cause[:1].upper()}{error.cause[1:]}. {error.next_step}.")
        return ""


def here() -> Place | None:
    """Where the session grades; None where it grades nothing."""
    return cast("Place | None", st.session_state.get(_PLACE))


def go_to(cohort_dir: Path, queue: str, phase: Phase) -> None:
    """Begin, or go on with, a phase of a queue."""
    st.session_state[QUEUE] = queue
    st.session_state.pop(REPLY, None)
    st.session_state[_PLACE] = Place(cohort_dir, queue, phase, user_name())


def leave() -> None:
    """Back to the queues; what was decided is in the ledger."""
    st.session_state.pop(_PLACE, None)


def find_back() -> None:
    """Have the tab remember where it is; a session just begun goes where the tab was.

    A reload, or a server that was restarted, begins a new session, which knows nothing.
    """
    ask = st.session_state.setdefault(_ASK, uuid4().hex)
    heard = bool(st.session_state.get(_HEARD))
    said = remembered(_facts(here(), user_name()) if heard else None, ask=ask)
    # Until the tab has answered nothing is kept: a name alone, which the browser may send again
    # to a restarted server, would take the place of what the tab remembers.
    if not heard and said is not None:
        st.session_state[_HEARD] = True
        if here() is None:
            _restore(said)


def _facts(place: Place | None, name: str) -> dict[str, str]:
    if place is None:
        return {"who": name}
    return {
        "who": place.who, "cohort": place.cohort_dir.name, "queue": place.queue,
        "phase": place.phase,
    }  # fmt: skip


def _restore(said: Mapping[str, str]) -> None:
    """Take up what the tab remembers, as far as it still is there."""
    name = " ".join(said.get("who", "").split())[:LONGEST_NAME]
    if not name:
        return
    st.session_state[f"{USER}_kept"] = name
    found, _ = installed_cohorts()
    known = {facts.root.name: facts for facts in found}
    facts = known.get(said.get("cohort", ""))
    phase, queue = said.get("phase", ""), said.get("queue", "")
    if facts is None or phase not in PHASES or not queue:
        return
    st.session_state[f"{COHORT}_kept"] = f"{facts.name} ({facts.root.name})"
    go_to(facts.root, queue, phase)
