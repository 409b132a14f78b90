"""The view of what to adjudicate next: the images that would teach most, and the way to settle."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from sgus.report.figures import unit_noun
from sgus.ui.charts.export import download_csv
from sgus.ui.cohort.story_words import dot
from sgus.ui.confusions import selection
from sgus.ui.confusions.cached import boundary_of
from sgus.ui.confusions.settle import offer_queue
from sgus.ui.confusions.tiles import picture_html
from sgus.ui.confusions.units import said_of
from sgus.ui.confusions.waiting import when_asked
from sgus.ui.runs.cached import cohort_view_of, parts
from sgus.ui.runs.figure_words import counted
from sgus.ui.runs.images import GONE
from sgus.ui.runs.result import NOTHING
from sgus.workflows.active import FOLDS, NOBODY, READERS, NextImages, choose_next
from sgus.workflows.cohort_gallery import gallery_page
from sgus.workflows.cohort_story import place_of

if TYPE_CHECKING:
    import pandas as pd

    from sgus.review.boundary import Boundary
    from sgus.workflows.cohort_gallery import Tile
    from sgus.workflows.cohort_view import CohortView
    from sgus.workflows.run_view import RunView

_COLUMNS: Final = 4
_ASKED: Final = {READERS: "readers", FOLDS: "held-out models", NOBODY: "nobody asked"}
HOW: Final = (
    "Worth = doubt x disagreement x density. **Doubt**: how undecided a model that never saw the "
    "patient is between the two grades. **Disagreement**: how divided the readers are (or, where "
    "there are not two readings, models of several folds). **Density**: how much of the cohort "
    "looks like it. Each image is also unlike those before it, so that one settled case does not "
    "stand for another. Nothing of this says that a label is wrong. docs/active.md has the "
    "measurements behind what it saves against a random choice, and where it saves nothing."
)
MEASURED: Final = (
    "Measured on simulated images only, where the truth is known: putting right grades that exist, "
    "this choice took about half the adjudications of a random one; for beginning a cohort without "
    "grades it saved nothing."
)
FACTORS: Final = (
    "Below each picture, from 0 to 1: doubt (how undecided a model is that never saw the patient), "
    "disagreement (how divided the readers are), density (how much the images of other patients "
    "look like it)."
)


def show(view: RunView, boundary: Boundary) -> None:
    """Draw the view.

    Args:
        view: The run.
        boundary: The boundary.
    """
    found = parts(view)
    cohort = cohort_view_of(view)
    if not found or cohort is None:
        st.info(NOTHING if not found else GONE)
        return
    st.caption(
        "Which images are worth an adjudicator\u2019s time: those the model doubts, readers "
        "disagree on, and many others are like."
    )
    chosen = when_asked(
        "choose-next", "Choose images: the model has to look at {n} images first, once",
        "The model looks at all images",
        lambda tell: choose_next(view, boundary, progress=tell),
    )  # fmt: skip
    if chosen is None:
        return
    lead = html.escape(lead_words(chosen, boundary, unit=view.unit))
    st.html(f'<p class="sgus-lead">{lead}</p>')
    notes = " ".join(f"{note[:1].upper()}{note[1:]}." for note in chosen.notes)
    st.caption(f"{MEASURED} {notes}")
    seen = boundary_of(view, boundary, next(iter(found)))
    place = selection.place_of(view.name, seen)
    ids = chosen.table["image_id"].tolist()
    left, middle, _ = st.columns([2, 2, 3])
    left.button(f"Tick all {len(ids)}", key="sgus-next-tick", on_click=selection.tick,
                args=(place, ids), icon=":material/done_all:")  # fmt: skip
    with middle:
        offer_queue(view, seen)
    st.caption(said_of(FACTORS, view.unit))
    _tiles(cohort, chosen.table)
    with st.expander("How these were chosen"):
        st.markdown(said_of(HOW, view.unit))
        download_csv(
            _records(chosen.table), synthetic=chosen.synthetic,
            name=f"next-{boundary.lower}-{boundary.upper}", key="sgus-next-csv",
        )  # fmt: skip


def lead_words(chosen: NextImages, boundary: Boundary, *, unit: str = "patient") -> str:
    """What was chosen from what.

    Args:
        chosen: The images.
        boundary: The boundary.
        unit: What `patient_id` is.
    """
    n, pool = len(chosen.table), counted(chosen.n_pool, "held-out image")
    people = counted(chosen.n_patients, unit_noun(unit, n=1))
    words = (
        f"Of {pool} of {people}, settling these {n} next would probably teach a model most about "
        f"grade {boundary.lower} v {boundary.upper}."
    )
    if chosen.n_settled:
        words += f" {counted(chosen.n_settled, 'image')} settled or in a queue left out."
    return words


def _tiles(cohort: CohortView, table: pd.DataFrame) -> None:
    rows = _records(table)
    places = [place_of(cohort, str(row["image_id"])) for row in rows]
    known = [(place, row) for place, row in zip(places, rows, strict=True) if place is not None]
    tiles = gallery_page(cohort, [place for place, _ in known])
    for start in range(0, len(known), _COLUMNS):
        cells = st.columns(_COLUMNS)
        shown = zip(cells, tiles[start : start + _COLUMNS], known[start:], strict=False)
        for number, (cell, tile, (_, row)) in enumerate(shown, start + 1):
            cell.html(_tile_html(tile, row, number))


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False)]


def _tile_html(tile: Tile, row: Mapping[str, Any], number: int) -> str:
    alt = f"Grade {row['grade']} of the cohort, model says {row['predicted']}"
    lines: Sequence[str] = (
        f"<b>{number}.</b> {html.escape(str(row['image_id']))}",
        f"grade {dot(int(row['grade']))} model {dot(int(row['predicted']))}",
        f"doubt {row['doubt']:.2f}, disagreement {row['disagreement']:.2f} "
        f"({_ASKED[str(row['asked'])]}), density {row['density']:.2f}",
    )
    return (
        f'<figure class="sgus-tile">{picture_html(tile, alt)}'
        f"<figcaption>{'<br>'.join(lines)}</figcaption></figure>"
    )
