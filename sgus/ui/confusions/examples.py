"""The nearest confidently graded examples of both grades, to be put beside the open image."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import streamlit as st

from sgus.ui.cohort.story_words import dot
from sgus.ui.confusions.units import said_of
from sgus.ui.confusions.waiting import when_asked
from sgus.ui.runs.figure_words import counted
from sgus.workflows.cohort_gallery import gallery_page
from sgus.workflows.cohort_story import place_of
from sgus.workflows.look_neighbours import nearest

if TYPE_CHECKING:
    from sgus.workflows.cohort_gallery import Tile
    from sgus.workflows.cohort_view import CohortView
    from sgus.workflows.confusions import BoundaryView
    from sgus.workflows.look_neighbours import Nearest, Neighbour
    from sgus.workflows.run_view import RunView

_WIDTH: Final = 200
_K: Final = 4
DISTANCE: Final = (
    "Cosine distance: how unlike two images are to the model, from 0 (it sees no difference) over "
    "1 (nothing in common) to 2."
)


def show(
    view: RunView, seen: BoundaryView, cohort: CohortView, image_id: str,
    put_beside: Callable[[str], None],
) -> None:  # fmt: skip
    """Draw the section.

    Args:
        view: The run.
        seen: The boundary.
        cohort: The cohort.
        image_id: The image.
        put_beside: Shows another image at its side.
    """
    found = when_asked(
        "examples", "Find examples: the model has to look at {n} images first, once for each fold",
        "The model looks at all images",
        lambda tell: nearest(view, image_id, seen.boundary, k=_K, progress=tell),
    )  # fmt: skip
    if found is None:
        return
    st.markdown(f"**{said_of(nearest_words(found, seen.boundary.grades), seen.unit)}**")
    words = f"{DISTANCE} {found.confidence_words} {found.model_words}"
    st.caption(said_of(words, seen.unit))
    lower, upper = seen.boundary.grades
    for grade, examples in ((lower, found.lower), (upper, found.upper)):
        n, patients = found.n_candidates.get(grade, 0), found.n_patients.get(grade, 0)
        st.html(
            f"<p>{dot(grade)} <b>Grade {grade}</b>: the nearest of {counted(n, 'such image')} of "
            f"{counted(patients, said_of('other patient', seen.unit))}</p>"
        )
        if found.reasons.get(grade):
            st.caption(said_of(f"{found.reasons[grade]}.", seen.unit))
        _row(cohort, examples, put_beside)


def nearest_words(found: Nearest, grades: tuple[int, int]) -> str:
    """Which grade's examples are nearer; distances of the two nearest of each, no test."""
    if not found.lower or not found.upper:
        lacking = [grade for grade, side in zip(grades, (found.lower, found.upper), strict=True)
                   if not side]  # fmt: skip
        which = " or ".join(str(grade) for grade in lacking)
        return f"No other patient has a surely graded example of grade {which}: no comparison."
    low, high = (min(one.distance for one in side) for side in (found.lower, found.upper))
    words = f"cosine distance {low:.3f} against {high:.3f}"
    nearer, other = grades if low <= high else grades[::-1]
    if min(low, high) > 0.8 * max(low, high):
        return (
            f"In the eyes of the model it is about as near to grade {grades[0]} as to grade "
            f"{grades[1]} ({words})."
        )
    return (
        f"In the eyes of the model it is nearer to an example of grade {nearer} than to any of "
        f"grade {other} ({words})."
    )


def _row(
    cohort: CohortView, examples: Sequence[Neighbour], put_beside: Callable[[str], None]
) -> None:
    places = [(one, place_of(cohort, one.image_id)) for one in examples]
    known = [(one, at) for one, at in places if at is not None]
    tiles = gallery_page(cohort, [at for _, at in known])
    with st.container(horizontal=True, gap="small"):
        for (one, _), tile in zip(known, tiles, strict=True):
            with st.container(width=_WIDTH, gap=None):
                st.html(_example_html(one, tile))
                st.button("Put beside", key=f"sgus-beside-{one.image_id}", on_click=put_beside,
                          args=(one.image_id,), type="tertiary",
                          icon=":material/compare:")  # fmt: skip


def _example_html(one: Neighbour, tile: Tile) -> str:
    shown = f'<p class="sgus-problem sgus-small">{html.escape(tile.problem)}</p>'
    if tile.picture is not None:
        data = base64.b64encode(tile.picture).decode()
        alt = f"Example of grade {one.grade}"
        shown = f'<img src="data:image/webp;base64,{data}" alt="{alt}">'
    gland = " ".join(filter(None, (one.gland, one.side)))
    other = "" if one.same_gland else " (another gland)"
    learnt = "<br>The model learnt from it." if one.learnt else ""
    return (
        f'<figure class="sgus-tile">{shown}<figcaption>{html.escape(gland)}{other} \u00b7 distance '
        f"{one.distance:.3f}<br>{html.escape(one.why)}{learnt}</figcaption></figure>"
    )
