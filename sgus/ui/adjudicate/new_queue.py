"""A queue made by hand, from the images of the cohort that are most contested."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from sgus.core.errors import SgusError
from sgus.review.boundary import BOUNDARIES
from sgus.ui.adjudicate import place as places
from sgus.ui.adjudicate.choosing import (
    BY_GRADE,
    CONTESTED,
    Chosen,
    by_grade,
    by_ids,
    most_contested,
    sources,
)
from sgus.ui.adjudicate.place import QUEUE
from sgus.ui.adjudicate.tabs import QUEUES, TRAINING, VIEW
from sgus.ui.adjudicate.words import NAME_HELP, neutral_name, plural, queue_names
from sgus.ui.charts.kept import keep, recall
from sgus.ui.cohort.source import Shown
from sgus.ui.filters import shown_images
from sgus.ui.model_choice import show_problem
from sgus.workflows import adjudication

_SOURCE: Final = "sgus_adjudicate_source"
_BOUNDARY: Final = "sgus_adjudicate_boundary"
_N: Final = "sgus_adjudicate_n"
_PROBLEM: Final = "sgus_adjudicate_new_problem"
_START_N: Final = 20
_MOST: Final = 500
SETTLE, TRAIN = "Settle grades (two adjudicators, then consensus)", "Train readers"
_HOW: Final = {
    CONTESTED: "Images that readers put on both sides of the boundary, those first on which most "
    "pairs of readers differ there; of equally contested ones the patients take turns.",
    BY_GRADE: "Images whose grade in the cohort is one of the two, both grades equally often as "
    "far as there are enough, drawn by the seed.",
}


def show(shown: Shown, who: str) -> None:
    """Draw the view.

    Args:
        shown: The cohort; the filters of the page Cohort hold here too.
        who: The person, "" where no name is given.
    """
    offered = sources(shown.view)
    use = st.radio("What for", [SETTLE, TRAIN], horizontal=True, key="sgus_adjudicate_use")
    left, middle, right, last = st.columns([4, 3, 2, 2])
    with left:
        recall(_SOURCE, offered[0], offered)
        source = st.selectbox("Images", offered, key=_SOURCE, on_change=keep, args=(_SOURCE,))
    names = list(BOUNDARIES)
    with middle:
        recall(_BOUNDARY, names[0], names)
        boundary = st.segmented_control(
            "Boundary", names, key=_BOUNDARY, on_change=keep, args=(_BOUNDARY,)
        ) or st.session_state[f"{_BOUNDARY}_kept"]  # fmt: skip
    with right:
        recall(_N, _START_N)
        n = st.number_input("At most", 1, _MOST, key=_N, on_change=keep, args=(_N,))
    seed = last.number_input("Seed", 0, 999_999, 0, key="sgus_adjudicate_seed",
                             help="Of the orders, and of a draw by grade.")  # fmt: skip
    chosen = _choose(shown, source, boundary, n=int(n), seed=int(seed))
    _say(shown, chosen, source)
    _make(shown, chosen, who, boundary=boundary, seed=int(seed), training=use == TRAIN)


def _choose(shown: Shown, source: str, boundary: str, *, n: int, seed: int) -> Chosen:
    mask = shown_images(shown.view)
    if source == CONTESTED:
        return most_contested(shown.view, mask, boundary, n=n)
    if source == BY_GRADE:
        return by_grade(shown.view, mask, boundary, n=n, seed=seed)
    text = st.text_area("Image ids, one a line", key="sgus_adjudicate_ids", height=160)
    return by_ids(shown.view, text)


def _say(shown: Shown, chosen: Chosen, source: str) -> None:
    if source in _HOW:
        st.caption(_HOW[source])
    if chosen.problem:
        show_problem(chosen.problem)
    n, patients = len(chosen.image_ids), chosen.n_patients
    unit = shown.view.unit
    st.markdown(f"**{plural(n, 'image')} of {plural(patients, unit)}**")
    if n:
        st.caption(
            f"At 10 seconds a case: about {max(1, round(n * 10 / 60))} min for each person. "
            "Excluded images are left out; the filters of the page Cohort hold here too. Everybody "
            "gets an order of their own."
        )


def _make(
    shown: Shown, chosen: Chosen, who: str, *, boundary: str, seed: int, training: bool
) -> None:
    taken = queue_names(shown.view.cohort.root)
    default = neutral_name(taken, word="Training" if training else "Queue")
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    name = left.text_input("Name of the queue", key="sgus_adjudicate_name", max_chars=60,
                           placeholder=default, help=NAME_HELP)  # fmt: skip
    name = " ".join(name.split()) or default
    problem = st.session_state.pop(_PROBLEM, "")
    if problem:
        show_problem(problem)
    if not who:
        st.info("Give your name first: a queue says who made it.")
    right.button(
        "Make the queue", type="primary", key="sgus-adjudicate-create",
        icon=":material/playlist_add:", disabled=not (who and chosen.image_ids),
        on_click=_create,
        args=(shown.view.cohort.root, name, chosen, who, boundary, seed, training),
    )  # fmt: skip


def _create(
    root: Path, name: str, chosen: Chosen, who: str, boundary: str, seed: int, training: bool
) -> None:
    try:
        adjudication.make_queue(
            root, name, image_ids=chosen.image_ids, who=who, boundary=boundary,
            words=chosen.words, seed=seed, training=training,
        )  # fmt: skip
    except SgusError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    st.session_state[QUEUE] = name
    st.session_state[f"{VIEW}_kept"] = TRAINING if training else QUEUES
    places.leave()
