"""From ticked images to an adjudication queue, and to the page where it is worked off."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from sgus.core.errors import SgusError
from sgus.core.rng import generator
from sgus.ui.confusions import selection
from sgus.ui.frame import PAGES
from sgus.ui.model_choice import show_problem
from sgus.ui.runs.figure_words import counted

if TYPE_CHECKING:
    from sgus.workflows.confusions import BoundaryView
    from sgus.workflows.run_view import RunView

PAGE: Final = "pages/adjudicate.py"
_NAME: Final = "sgus_confusions_queue_name"
_CONTROLS: Final = "sgus_confusions_queue_controls"
_LONGEST: Final = 60
_SECONDS: Final = 10
BLIND: Final = (
    "Adjudicators see neither grade nor model nor readings. Whoever has looked at these images "
    "here is not blinded any more: leave the deciding to others."
)


def offer_queue(view: RunView, seen: BoundaryView) -> None:
    """Draw the way from the ticked images to a queue.

    Args:
        view: The run; its cohort is at hand.
        seen: The boundary.
    """
    place = selection.place_of(view.name, seen)
    chosen = selection.ticked(place)
    label = f"Settle {counted(len(chosen), 'image')}" if chosen else "Settle: tick images first"
    with st.popover(label, icon=":material/gavel:", disabled=not chosen):
        st.markdown(f"**An adjudication queue of {counted(len(chosen), 'image')}**")
        st.caption(BLIND)
        _form(view, seen, chosen)


def _form(view: RunView, seen: BoundaryView, chosen: list[str]) -> None:
    from sgus.ui.adjudicate.place import ask_name
    from sgus.ui.adjudicate.words import NAME_HELP, neutral_name, queue_names

    left, right = st.columns(2)  # one row: the box is low, and its button would be out of sight
    with left:
        who = ask_name()
    default = neutral_name(queue_names(view.cohort))
    name = right.text_input("Name of the queue", key=_NAME, max_chars=_LONGEST,
                            placeholder=default, help=NAME_HELP)  # fmt: skip
    problem = st.container()
    controls = controls_for(seen, chosen)
    mixed = bool(controls) and st.checkbox(
        f"Mix in {counted(len(controls), 'image')} that nobody contests", key=_CONTROLS,
        help="Images of the same two grades on which model and readers agree. Otherwise the "
        "adjudicator knows that every image of the queue is contested.",
    )  # fmt: skip
    images = [*chosen, *(controls if mixed else [])]
    named = "" if who else " Give your name: a queue says who made it."
    minutes = max(1, round(len(images) * _SECONDS / 60))
    st.caption(f"About {minutes} min for each adjudicator.{named}")
    made = st.button("Make the queue and go to it", type="primary", key="sgus-confusions-queue",
                     disabled=not who or PAGE not in PAGES)  # fmt: skip
    if made and view.cohort is not None:
        title = " ".join(name.split()) or default
        with problem:  # above the button: below it, it would be out of sight
            _make(view, view.cohort, seen, name=title, images=images, who=who,
                  n_controls=len(images) - len(chosen))  # fmt: skip


def _make(
    view: RunView, cohort: Path, seen: BoundaryView, *, name: str, images: list[str], who: str,
    n_controls: int,
) -> None:  # fmt: skip
    from sgus.ui.adjudicate.place import QUEUE, leave
    from sgus.workflows.adjudication import make_queue

    words = f"Ticked on the page Confusions at {seen.boundary.name} of the run {view.name}"
    if n_controls:
        words += f"; {n_controls} controls mixed in"
    try:
        make_queue(cohort, name, image_ids=images, who=who, boundary=seen.boundary.name,
                   words=words[:300])  # fmt: skip
    except SgusError as error:
        show_problem(str(error))
        return
    _look_at(view)
    st.session_state[QUEUE] = name
    leave()
    selection.clear(selection.place_of(view.name, seen))
    st.switch_page(PAGE)


def _look_at(view: RunView) -> None:
    """Have the other page look at the cohort of the run."""
    from sgus.ui.cohort.source import COHORT
    from sgus.ui.runs.cached import cohort_view_of

    cohort = cohort_view_of(view)
    if cohort is not None:
        info, root = cohort.cohort.info, cohort.cohort.root
        st.session_state[f"{COHORT}_kept"] = f"{info.name} ({root.name})"


def controls_for(seen: BoundaryView, chosen: list[str]) -> list[str]:
    """As many images as chosen on which model and readers agree; the same ones every time.

    Args:
        seen: The boundary.
        chosen: Ids; none of them is taken.
    """
    rows = seen.rows
    calm = rows["readers_apart"].isna() | (rows["readers_apart"] == 0)
    grade = rows["grade"].isin(seen.boundary.grades)
    free = rows[seen.cell("agreed") & calm & grade & ~rows["image_id"].isin(chosen)]["image_id"]
    rng = generator(0, "controls", seen.key, *chosen)
    n = min(len(chosen), len(free))
    return sorted(rng.choice(free.to_numpy(dtype=str), size=n, replace=False).tolist()) if n else []
