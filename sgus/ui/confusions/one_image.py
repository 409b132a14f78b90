"""One image from near: large and measured, who says what, why, and what is like it."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from sgus.core.errors import ImageError
from sgus.ui.cohort.story_words import dot
from sgus.ui.confusions import maps, selection
from sgus.ui.confusions.cached import picture_at
from sgus.ui.confusions.choose import CELL, ORDER
from sgus.ui.confusions.image_words import row_of, verdict_of
from sgus.ui.confusions.sections import show_sections
from sgus.ui.frame import SYNTHETIC_CHIP
from sgus.ui.model_choice import show_problem
from sgus.ui.runs.figure_words import counted
from sgus.ui.runs.tiles import bar_html
from sgus.ui.viewer import ViewerPicture, show_viewer
from sgus.ui.words import percent
from sgus.workflows.cohort_story import place_of

if TYPE_CHECKING:
    from sgus.workflows.cohort_view import CohortView
    from sgus.workflows.confusions import BoundaryView
    from sgus.workflows.run_view import RunView

IMAGE: Final = "sgus_confusions_image"
"""In the session, never in the address: the image that is open, "" for the list."""
BESIDE: Final = "sgus_confusions_beside"
"""In the session: the image at its side, "" for none."""
_HEIGHT: Final = 640
"""Of a picture at most, CSS pixels; less on a low screen."""


def open_image(image_id: str) -> None:
    """Look at an image; "" goes back to the list."""
    st.session_state[IMAGE] = image_id
    st.session_state[BESIDE] = ""


def put_beside(image_id: str) -> None:
    """Show another image at the side of the open one; "" takes it away."""
    st.session_state[BESIDE] = image_id


def show_image(view: RunView, seen: BoundaryView, cohort: CohortView, image_id: str) -> None:
    """Draw the image.

    Args:
        view: The run.
        seen: The boundary; the image is in it.
        cohort: Its cohort.
        image_id: The image.
    """
    with st.container(key="sgus-confusions-one"):
        _leaf(view, seen, image_id)
    chip = SYNTHETIC_CHIP if seen.synthetic else ""
    st.html(
        f'<h3 class="sgus-name sgus-close">{html.escape(image_id)} {chip}</h3>'
        f"{_lead_html(seen, image_id)}"
    )
    beside = st.session_state.get(BESIDE, "")
    if beside:
        _pictures(view, seen, cohort, image_id, beside)
        st.html(_verdict_html(seen, image_id))
    else:
        left, right = st.columns([6, 4], gap="medium")
        with left:
            _pictures(view, seen, cohort, image_id, "")
        right.html(_verdict_html(seen, image_id))
    show_sections(view, seen, cohort, image_id, put_beside)


def _leaf(view: RunView, seen: BoundaryView, image_id: str) -> None:
    cell, order = (st.session_state.get(f"{key}_kept", "") for key in (CELL, ORDER))
    known = {one.name for one in seen.orders}
    names = seen.images(cell or "crossed", order if order in known else "margin")["image_id"]
    ids = names.tolist()
    at = ids.index(image_id) if image_id in ids else None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Back to the list", icon=":material/grid_view:", on_click=open_image, args=("",),
                  key="sgus-confusions-back")  # fmt: skip
        for label, step in (("Previous", -1), ("Next", 1)):
            there = at is not None and 0 <= at + step < len(ids)
            target = ids[at + step] if there and at is not None else ""
            st.button(label, on_click=open_image, args=(target,), disabled=not there,
                      key=f"sgus-confusions-{label.lower()}")  # fmt: skip
        place = selection.place_of(view.name, seen)
        selection.offer(place, image_id, key="sgus-tick-open", label="Have it settled")
        n = len(selection.ticked(place))
        where = "not in this list" if at is None else f"{at + 1:,} of {len(ids):,} in this list"
        st.caption(f"{where}; {counted(n, 'image')} ticked" if n else where)


def _lead_html(seen: BoundaryView, image_id: str) -> str:
    verdict = verdict_of(seen, image_id)
    return "" if verdict is None else f'<p class="sgus-close">{html.escape(verdict.lead)}</p>'


def _verdict_html(seen: BoundaryView, image_id: str) -> str:
    verdict, row = verdict_of(seen, image_id), row_of(seen, image_id)
    if verdict is None or row is None:
        return ""
    p = [float(row[f"p{grade}"]) for grade in range(4)]
    chances = " ".join(f"{dot(grade)} {percent(chance)}" for grade, chance in enumerate(p))
    lines = "".join(
        f"<p><b>{title}</b>: {html.escape(words)}</p>" for title, words in verdict.lines
    )
    facts = " \u00b7 ".join(
        html.escape(str(row[name])) for name in ("gland", "side", "centre", "device") if row[name]
    )
    return (
        f'<div class="sgus-card"><p class="sgus-advice">{html.escape(verdict.advice)}</p>'
        f'{bar_html(p)}<p class="sgus-chances">{chances}</p><div class="sgus-facts">{lines}'
        f'<p class="sgus-muted">{facts}</p></div></div>'
    )


def _pictures(
    view: RunView, seen: BoundaryView, cohort: CohortView, image_id: str, beside: str
) -> None:
    """The viewer, with the maps that were asked for."""
    row = row_of(seen, image_id)
    grade = "" if row is None else f"grade {row['grade']}, model {row['predicted']}"
    first = _picture(cohort, image_id, f"{image_id}: {grade}")
    if first is None:
        return
    second = None
    if beside:
        at = place_of(cohort, beside)
        said = int(cohort.grade[at]) if at is not None else -1
        graded = f"grade {said}" if said >= 0 else "not graded"
        second = _picture(cohort, beside, f"{beside}: {graded}")
    found = maps.kept(view, image_id)
    if found is not None:
        first = replace(first, maps=maps.ordered(found, seen.boundary))
    show_viewer(
        first, second, key="sgus-confusions-viewer", height=_HEIGHT,
        scroll_to=".st-key-sgus-confusions-one",
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        if found is None:
            maps.offer(view, seen, cohort, image_id)
        if second is not None:
            st.button("Take the right picture away", key="sgus-confusions-alone",
                      on_click=put_beside, args=("",))  # fmt: skip
    if found is not None:
        st.caption(maps.words_of(found))


def _picture(cohort: CohortView, image_id: str, title: str) -> ViewerPicture | None:
    at = place_of(cohort, image_id)
    if at is None:
        show_problem(f"{image_id}: the cohort has no such image. Choose another one.")
        return None
    try:
        return picture_at(cohort, at, title)
    except ImageError as error:
        show_problem(f"{error.cause[:1].upper()}{error.cause[1:]}. {error.next_step}.")
        return None
