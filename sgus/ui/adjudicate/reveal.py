"""What readers, the reference and a model said of the images that a person has decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from sgus.review.entry import PHASES, Phase
from sgus.review.queue import person_key
from sgus.ui.adjudicate.case_data import PHASE_TITLES
from sgus.ui.adjudicate.place import QUEUE
from sgus.ui.adjudicate.reveal_table import (
    csv_rows,
    model_grades,
    reveal_html,
    summary_words,
)
from sgus.ui.adjudicate.tabs import WHAT
from sgus.ui.adjudicate.words import about_words, plural
from sgus.ui.charts.export import download_csv
from sgus.ui.charts.kept import keep, recall
from sgus.ui.cohort.source import Shown
from sgus.ui.frame import SYNTHETIC_CHIP
from sgus.workflows import adjudication
from sgus.workflows.adjudication import QueueState
from sgus.workflows.cohort_gallery import gallery_page, n_pages
from sgus.workflows.cohort_predictions import runs_of

if TYPE_CHECKING:
    import pandas as pd

_RUN: Final = "sgus_adjudicate_run"
_REVEALED: Final = "sgus_adjudicate_revealed"
_NO_RUN: Final = "no model"
_PAGE: Final = 20
NOTHING: Final = (
    "Here stands what others said of your cases, once you have decided all of a phase. "
    "So far you have finished none."
)
WARNING: Final = (
    "From then on your decisions on these images can no longer be undone: a new one would not be "
    "blind. The ledger notes that you looked."
)
BEFORE_CONSENSUS: Final = "You still differ with your colleague on some: settle those first."


def show(shown: Shown, who: str) -> None:
    """Draw the view.

    Args:
        shown: The cohort.
        who: The person, "" where no name is given.
    """
    found = _finished(shown, who) if who else {}
    if not found:
        st.info(NOTHING)
        return
    left, right = st.columns(2)
    with left:
        recall(WHAT, next(iter(found)), list(found))
        what = st.selectbox("Queue", list(found), key=WHAT, on_change=keep, args=(WHAT,))
    state, phase = found[what]
    with right:
        run = _choose_run(shown)
    if not _agreed(shown, state, phase, who):
        return
    st.caption(about_words(state))
    model = model_grades(shown.view, run) if run else None
    rows = adjudication.reveal(
        shown.view.cohort.root, state.name, who=who, phase=phase, model=model
    )
    _draw(shown, rows, consensus=phase == "consensus")


def _finished(shown: Shown, who: str) -> dict[str, tuple[QueueState, Phase]]:
    """The phases that this person has decided, the last one first, each by its title."""
    found = {}
    states = adjudication.queues(shown.view.cohort.root)
    for state in sorted(states, key=lambda one: one.name != st.session_state.get(QUEUE)):
        if state.training:
            continue
        still_open = adjudication.open_phases(shown.view.cohort.root, state.name, who=who)
        for (phase, person), n in sorted(state.done.items(), key=lambda one: -_rank(one[0][0])):
            if n and person_key(person) == person_key(who) and phase not in still_open:
                title = f"{state.name} ({PHASE_TITLES[phase]}, {plural(n, 'image')})"
                found[title] = (state, phase)
    return found


def _rank(phase: Phase) -> int:
    return PHASES.index(phase)


def _choose_run(shown: Shown) -> str:
    runs = [run.name for run in runs_of(shown.view.cohort.manifest_hash)]
    recall(_RUN, runs[0] if runs else _NO_RUN, [*runs, _NO_RUN])
    name = st.selectbox(
        "Model of the run", [*runs, _NO_RUN], key=_RUN, on_change=keep, args=(_RUN,),
        help="Only what it says of images that it did not learn from.",
    )  # fmt: skip
    return "" if name == _NO_RUN else name


def _agreed(shown: Shown, state: QueueState, phase: Phase, who: str) -> bool:
    """Whether the person said that they want to know; asked once a session and phase."""
    said = (str(shown.view.cohort.root), state.name, phase, who)
    agreed: set[tuple[str, str, str, str]] = st.session_state.setdefault(_REVEALED, set())
    if said in agreed:
        return True
    open_ = adjudication.open_phases(shown.view.cohort.root, state.name, who=who)
    st.info(f"{BEFORE_CONSENSUS} {WARNING}" if "consensus" in open_ else WARNING)
    if st.button("Show what others said", type="primary", key="sgus-adjudicate-reveal",
                 icon=":material/visibility:"):  # fmt: skip
        agreed.add(said)
        st.rerun()
    return False


def _draw(shown: Shown, rows: pd.DataFrame, *, consensus: bool) -> None:
    view = shown.view
    if view.cohort.info.synthetic:
        st.html(SYNTHETIC_CHIP)
    st.write(summary_words(rows, unit=view.unit))
    last = n_pages(len(rows), _PAGE)
    page = 1
    if last > 1:
        page = int(st.number_input("Page", 1, last, key="sgus_adjudicate_page", width=140))
    part = rows.iloc[(page - 1) * _PAGE : page * _PAGE]
    place = {name: at for at, name in enumerate(view.ids.tolist())}
    at = [place[name] for name in part["image_id"] if name in place]
    tiles = {tile.image_id: tile for tile in gallery_page(view, at)}
    st.html(reveal_html(part, tiles, consensus=consensus))
    download_csv(csv_rows(rows), name="adjudicated", synthetic=view.cohort.info.synthetic,
                 key="sgus-adjudicate-csv")  # fmt: skip
