"""The grading screen: the case that is next, until there is none."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import streamlit as st

from sgus.core.errors import SgusError
from sgus.ui.adjudicate import place as places
from sgus.ui.adjudicate.acting import Place, Reply, act
from sgus.ui.adjudicate.case_data import PHASE_TITLES, atlas_data, atlas_ids, case_data
from sgus.ui.adjudicate.component import case_component
from sgus.ui.adjudicate.events import NEXT, SAVE, UNDO, Event, parse_event
from sgus.ui.adjudicate.finished import show_finished
from sgus.ui.adjudicate.place import REPLY
from sgus.ui.adjudicate.words import done_by, unshown_words
from sgus.ui.model_choice import show_problem
from sgus.workflows import adjudication
from sgus.workflows.adjudication import BlindCase, Opinion, QueueState, TrainingAnswer

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

TRAINING: Final = "training"
CONSENSUS: Final = "consensus"
_SHOWN: Final = "sgus_adjudicate_shown"
_ON_SCREEN: Final = "sgus_adjudicate_on_screen"
_ANSWERED: Final = "sgus_adjudicate_answered"


@dataclass(frozen=True, eq=False)
class _Answered:
    """A training case that was graded, and what readers say of it."""

    place: Place
    case: BlindCase
    answer: TrainingAnswer


def show_screen(place: Place) -> None:
    """Draw the next case, or that all are done.

    Args:
        place: Who grades, and where.
    """
    below = _bar(place)
    try:
        state = queue_state(place)
        answered = _answered(place)
        case = answered.case if answered else _next(place)
        if case is None:
            reply = cast("Reply | None", st.session_state.get(REPLY))
            late = "" if reply is None or reply.saved else reply.words
            show_finished(place, state, late=late)
            return
        _say_unshown(below, place, case)
        _draw(place, case, state, None if answered is None else answered.answer)
    except SgusError as error:
        show_problem(str(error))
        st.caption("What was decided so far is in the ledger.")


def queue_state(place: Place) -> QueueState | None:
    """How far the queue has come; None where it is gone."""
    found = adjudication.queues(place.cohort_dir)
    return next((state for state in found if state.name == place.queue), None)


def take(place: Place, event: Event) -> Reply:
    """Do what the adjudicator asked for.

    Args:
        place: Who, and where.
        event: What.

    Returns:
        The answer to it, which the next run of the page shows.
    """
    former = cast("Reply | None", st.session_state.get(REPLY))
    if former is not None and former.nonce == event.nonce:
        return former  # said again before the answer came
    if event.kind == NEXT:
        st.session_state.pop(_ANSWERED, None)
        return Reply(event.nonce, "", saved=False)
    reply = act(place, event, atlas_ids=_atlas(place)[1])
    if reply.saved and event.kind == UNDO:
        st.session_state.pop(_SHOWN, None)
    shown = cast("BlindCase | None", st.session_state.get(_ON_SCREEN))
    graded = reply.saved and event.kind == SAVE and place.phase == TRAINING
    if graded and shown is not None and shown.token == event.token:
        answer = adjudication.reveal_case(
            place.cohort_dir, place.queue, who=place.who, token=event.token
        )
        st.session_state[_ANSWERED] = _Answered(place, shown, answer)
    return reply


def _answered(place: Place) -> _Answered | None:
    found = cast("_Answered | None", st.session_state.get(_ANSWERED))
    return found if found is not None and found.place == place else None


def _bar(place: Place) -> DeltaGenerator:
    """Where one is; below it, beside the button, there is room for a line."""
    left, right = st.columns([6, 1], vertical_alignment="center", gap="small")
    phase = PHASE_TITLES[place.phase]
    left.html(
        f'<p class="sgus-name"><b>Adjudicate</b> · {html.escape(place.queue)} · {phase} · '
        f"{html.escape(place.who)}</p>"
    )
    right.button("Leave", icon=":material/arrow_back:", on_click=places.leave,
                 key="sgus-adjudicate-leave", width="stretch",
                 help="Everything decided is saved; you can come back at any time.")  # fmt: skip
    return left


def _next(place: Place) -> BlindCase | None:
    return adjudication.next_case(place.cohort_dir, place.queue, who=place.who, phase=place.phase)


def _say_unshown(below: DeltaGenerator, place: Place, case: BlindCase) -> None:
    """That cases are passed over: their numbers do not come, and files can be put back."""
    missing = adjudication.unshown(
        place.cohort_dir, place.queue, who=place.who, phase=place.phase
    )  # fmt: skip
    if missing:
        below.caption(unshown_words(missing, case.n))


def _draw(
    place: Place, case: BlindCase, state: QueueState | None, answer: TrainingAnswer | None
) -> None:
    st.session_state[_ON_SCREEN] = case
    row, ids = _atlas(place)
    if answer is None:
        _say_shown(place, case, ids)
    data = case_data(
        case,
        atlas=row,
        done=0 if state is None else done_by(state, place.phase, place.who),
        reply=st.session_state.get(REPLY),
        opinions=_opinions(place, case),
        answer=answer,
    )

    def on_act(said: object) -> None:
        event = parse_event(said)
        if event is not None:
            st.session_state[REPLY] = take(place, event)

    case_component(data, on_act=on_act)


def _opinions(place: Place, case: BlindCase) -> tuple[Opinion, ...]:
    if place.phase != CONSENSUS:
        return ()
    return adjudication.opinions(place.cohort_dir, place.queue, who=place.who, token=case.token)


def _say_shown(place: Place, case: BlindCase, ids: list[str]) -> None:
    """Once a case and session; the ledger itself writes it down once until it is decided."""
    said = (place, case.token)
    if st.session_state.get(_SHOWN) != said:
        adjudication.mark_shown(
            place.cohort_dir, place.queue, who=place.who, phase=place.phase, token=case.token,
            saw={"atlas": ids},
        )  # fmt: skip
        st.session_state[_SHOWN] = said


def _atlas(place: Place) -> tuple[list[dict[str, Any]], list[str]]:
    table = place.cohort_dir / "images.csv"
    changed = table.stat().st_mtime_ns if table.is_file() else 0
    return _atlas_of(str(place.cohort_dir), place.queue, changed, place)


@st.cache_resource(max_entries=8, show_spinner="Looking for reference images")
def _atlas_of(
    cohort_dir: str, queue: str, changed: int, _place: Place
) -> tuple[list[dict[str, Any]], list[str]]:
    del cohort_dir, queue, changed  # only part of the key
    found = adjudication.atlas(_place.cohort_dir, _place.queue, per_grade=1)
    return atlas_data(found), atlas_ids(found)
