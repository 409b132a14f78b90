"""Trying the program without an image of one's own: those of the demo cohort, and phantoms."""

from __future__ import annotations

from typing import Final

import streamlit as st

from sgus.core.errors import CohortError
from sgus.ui import session
from sgus.ui.cohorts import installed_cohorts
from sgus.ui.grading import CHOSEN
from sgus.ui.model_choice import show_problem
from sgus.workflows.cohorts import CohortFacts
from sgus.workflows.phantom_view import Shown, severity_words
from sgus.workflows.samples import demo_cohort, sample_image

_NUMBER: Final = "sgus_sample_number"
_PROBLEM: Final = "sgus_sample_problem"


def offer_sample() -> None:
    """A button that grades an image of the demo cohort; nothing where there is no such cohort."""
    cohort = demo_cohort(installed_cohorts()[0])
    if cohort is None:
        return
    st.button(
        "Try an image of the demo cohort (simulated)",
        icon=":material/science:",
        on_click=_take_sample,
        args=(cohort,),
    )
    if problem := st.session_state.pop(_PROBLEM, None):
        show_problem(problem)


def _take_sample(cohort: CohortFacts) -> None:
    number = st.session_state.get(_NUMBER, 0)
    st.session_state[_NUMBER] = number + 1
    try:
        sample = sample_image(cohort.root, number)
    except CohortError as error:
        st.session_state[_PROBLEM] = f"{cohort.name}: {error.cause}. {error.next_step}."
        return
    st.session_state[CHOSEN] = session.add(sample.name, sample.data, note=sample.note)


def offer_grading(shown: Shown) -> None:
    """A button that opens a phantom on the grade page, with its three decisions and maps."""
    if not st.button("Open it on the grade page", icon=":material/arrow_forward:"):
        return
    request = shown.phantom.request
    note = f"Simulated with severity {request.severity:.2f}: {severity_words(request)}."
    st.session_state[CHOSEN] = session.add(f"{shown.file_stem}.png", shown.png, note=note)
    st.switch_page("pages/grade.py")
