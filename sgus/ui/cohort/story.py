"""One image: its region, who said what, what is known of it, what each run says, its maps."""

from __future__ import annotations

import html

import streamlit as st

from sgus.core.errors import ImageError
from sgus.core.grades import GRADES
from sgus.ui import theme
from sgus.ui.cohort.grid import close_image, open_image
from sgus.ui.cohort.maps import offer_maps
from sgus.ui.cohort.source import Shown
from sgus.ui.cohort.story_words import facts_html, predictions_html, reference_html
from sgus.ui.frame import SYNTHETIC_CHIP
from sgus.ui.model_choice import show_problem
from sgus.ui.pictures import data_url, draw_region
from sgus.workflows.cohort_predictions import predictions_of, runs_of
from sgus.workflows.cohort_story import (
    Picture,
    exclusion_of,
    facts_of,
    picture_of,
    readings_of,
)
from sgus.workflows.cohort_view import CohortView, IntArray

NO_RUN = (
    "No run was made from this cohort as it is now. `python -m sgus train` makes one; its "
    "predictions then stand here."
)
NOT_IN_RUNS = "Runs were made from this cohort, but none of them predicted this image: {names}."


def show_story(shown: Shown, row: int, rows: IntArray) -> None:
    """Draw the story of an image.

    Args:
        shown: The cohort.
        row: The image.
        rows: The images of the gallery in their order, to leaf through.
    """
    view = shown.view
    _leaf(view, row, rows)
    image_id = str(view.ids[row])
    chip = SYNTHETIC_CHIP if view.cohort.info.synthetic else ""
    st.html(f'<h3 class="sgus-name">{html.escape(image_id)} {chip}</h3>')
    if (reason := exclusion_of(view, row)) is not None:
        show_problem(f"Excluded from training and figures: {reason}.")
    left, right = st.columns([6, 5], gap="medium")
    with left:
        picture = _picture(view, row)
    with right:
        st.html(reference_html(int(view.grade[row]), readings_of(view, row)))
        flags = [flag.title for flag in shown.flags if image_id in flag.image_ids]
        st.html(facts_html(facts_of(view, row), flags, parts_of(view, row)))
    _predictions(view, image_id)
    if picture is not None:
        offer_maps(view, image_id, picture)


def parts_of(view: CohortView, row: int) -> list[str]:
    """Parts of splits that an image stands in."""
    facet = view.facets.get("part")
    if facet is None:
        return []
    return [
        name for name, member in zip(facet.options, facet.members[:, row], strict=True) if member
    ]


def _leaf(view: CohortView, row: int, rows: IntArray) -> None:
    place = (rows == row).nonzero()[0]
    at = int(place[0]) if place.size else None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Back to the gallery", icon=":material/grid_view:", on_click=close_image,
                  key="sgus-story-back")  # fmt: skip
        for label, step in (("Previous", -1), ("Next", 1)):
            there = at is not None and 0 <= at + step < len(rows)
            target = str(view.ids[rows[at + step]]) if there and at is not None else ""
            st.button(label, on_click=open_image, args=(target,), disabled=not there,
                      key=f"sgus-story-{label.lower()}")  # fmt: skip
        if at is None:
            st.caption("This image is not among those that the filters show.")
        else:
            st.caption(f"{at + 1:,} of {len(rows):,} shown")


def _picture(view: CohortView, row: int) -> Picture | None:
    try:
        found = picture_of(view, row)
    except ImageError as error:
        show_problem(f"{error.cause[:1].upper()}{error.cause[1:]}. {error.next_step}.")
        return None
    rgb = draw_region(found.image.pixels, found.region, text_mask=found.text_mask)
    st.image(data_url(rgb), width="stretch", alt="The image with its ultrasound region")
    keys = [] if found.region is None else [("Ultrasound region", theme.REGION_COLOUR)]
    if found.text_mask is not None and found.text_mask.any():
        keys.append(("Text, masked before a network sees it", theme.TEXT_COLOUR))
    marks = (
        f'<span><i style="border-color:rgb{colour}"></i>{name}</span>' for name, colour in keys
    )
    none = "" if keys else "The cohort names no ultrasound region for this image."
    st.html(f'<div class="sgus-keys">{"".join(marks)}{none}</div>')
    for note in found.image.notes:
        st.caption(note)
    return found


def _predictions(view: CohortView, image_id: str) -> None:
    st.subheader("What each run says")
    runs = runs_of(view.cohort.manifest_hash)
    if not runs:
        st.info(NO_RUN)
        return
    found, problems = predictions_of(image_id, runs)
    if problems:
        show_problem(*problems)
    if not found:
        st.info(NOT_IN_RUNS.format(names=", ".join(run.name for run in runs)))
        return
    st.html(predictions_html(found, grades=GRADES))
