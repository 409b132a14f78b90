"""What more is known of the open image: one section at a time, only that one is worked out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import streamlit as st

from sgus.core.errors import SgusError
from sgus.core.grades import GRADES
from sgus.ui.charts.kept import keep, recall
from sgus.ui.cohort.source import shown_at
from sgus.ui.cohort.story import NO_RUN, NOT_IN_RUNS, parts_of
from sgus.ui.cohort.story_words import facts_html, predictions_html, reference_html
from sgus.ui.confusions import examples, texture, variations
from sgus.ui.confusions.units import said_of
from sgus.ui.model_choice import show_problem
from sgus.workflows.cohort_predictions import predictions_of, runs_of
from sgus.workflows.cohort_story import facts_of, place_of, readings_of

if TYPE_CHECKING:
    from sgus.workflows.cohort_view import CohortView
    from sgus.workflows.confusions import BoundaryView
    from sgus.workflows.run_view import RunView

SECTION: Final = "sgus_confusions_section"
WHO, EXAMPLES, TEXTURE, WHAT_IF = "Who said what", "Examples of both grades", "Texture", "What if"
_ALL: Final = (WHO, EXAMPLES, TEXTURE, WHAT_IF)


def show_sections(
    view: RunView, seen: BoundaryView, cohort: CohortView, image_id: str,
    put_beside: Callable[[str], None],
) -> None:  # fmt: skip
    """Draw the choice of a section and the section.

    Args:
        view: The run.
        seen: The boundary.
        cohort: The cohort.
        image_id: The image.
        put_beside: Shows another image at its side.
    """
    recall(SECTION, WHO, _ALL)  # the only one that never has to compute
    section = st.segmented_control(
        "More of this image", _ALL, key=SECTION, on_change=keep, args=(SECTION,)
    ) or st.session_state[f"{SECTION}_kept"]  # fmt: skip
    try:
        if section == EXAMPLES:
            examples.show(view, seen, cohort, image_id, put_beside)
        elif section == TEXTURE:
            texture.show(view, seen, image_id)
        elif section == WHAT_IF:
            variations.show(view, seen, image_id)
        else:
            _who(cohort, image_id)
    except SgusError as error:
        words = f"{error.cause[:1].upper()}{error.cause[1:]}. {error.next_step}."
        show_problem(said_of(words, seen.unit))


def _who(cohort: CohortView, image_id: str) -> None:
    """Readers, what the table says, and every run that has an opinion."""
    at = place_of(cohort, image_id)
    if at is None:
        return
    left, right = st.columns(2, gap="medium")
    left.html(reference_html(int(cohort.grade[at]), readings_of(cohort, at)))
    known = shown_at(cohort.cohort.root).flags
    flags = [flag.title for flag in known if image_id in flag.image_ids]
    right.html(facts_html(facts_of(cohort, at), flags, parts_of(cohort, at)))
    runs = runs_of(cohort.cohort.manifest_hash)
    if not runs:
        st.info(NO_RUN)
        return
    found, problems = predictions_of(image_id, runs)
    if problems:
        show_problem(*problems)
    if found:
        st.html(predictions_html(found, grades=GRADES))
    else:
        st.info(NOT_IN_RUNS.format(names=", ".join(run.name for run in runs)))
