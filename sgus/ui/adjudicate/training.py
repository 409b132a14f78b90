"""Training readers: graded cases with the readers' answer after each, and the learning curve."""

from __future__ import annotations

import streamlit as st

from sgus.ui.adjudicate.learning_chart import basis_words, curve_chart, curve_rows, table_rows
from sgus.ui.adjudicate.lobby import NO_NAME, show_queue
from sgus.ui.adjudicate.tabs import NEW, VIEW
from sgus.ui.adjudicate.words import done_by
from sgus.ui.charts.export import show_figure
from sgus.ui.cohort.source import Shown
from sgus.workflows import adjudication

NO_QUEUE = (
    "There is no training queue in this cohort yet. In one, everybody grades the same cases for "
    "themselves and sees after each what the readers said. Nothing of it settles a grade."
)


def show(shown: Shown, who: str) -> None:
    """Draw the view.

    Args:
        shown: The cohort.
        who: The person, "" where no name is given.
    """
    root = shown.view.cohort.root
    found = [state for state in adjudication.queues(root) if state.training]
    if not found:
        st.info(NO_QUEUE)
        st.button("Make one", type="primary", on_click=_make_one, key="sgus-adjudicate-make",
                  icon=":material/add:")  # fmt: skip
        return
    if not who:
        st.info(NO_NAME)
    for state in found:
        show_queue(shown, state, who)
    if who and any(done_by(state, "training", who) for state in found):
        show_curve(shown, who)


def show_curve(shown: Shown, who: str) -> None:
    """Draw how a reader came to agree with the others.

    Args:
        shown: The cohort.
        who: The reader.
    """
    curve = adjudication.learning_curve_of(shown.view.cohort.root, who)
    st.subheader(f"Learning curve of {who}")
    st.write(curve.sentence)
    synthetic = shown.view.cohort.info.synthetic
    if any(block.exact.value is not None for block in curve.blocks):
        show_figure(
            curve_chart(curve), curve_rows(curve), name="learning-curve", synthetic=synthetic,
            key="sgus-adjudicate-curve", basis=basis_words(curve),
        )  # fmt: skip
    if curve.whole is not None:
        st.dataframe(table_rows(curve), hide_index=True, width="stretch")
        st.caption(
            "The cases of a queue are not equally hard: a curve can rise or fall for that reason "
            "alone. The consensus is that of the readers of the cohort, not the truth."
        )


def _make_one() -> None:
    st.session_state[f"{VIEW}_kept"] = NEW
