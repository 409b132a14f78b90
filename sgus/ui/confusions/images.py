"""The first view: what is confused and how surely, the images behind it, one of them from near."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import streamlit as st

from sgus.ui.charts.export import download_csv
from sgus.ui.confusions import selection
from sgus.ui.confusions.cached import boundary_of, divided_of, shares_of
from sgus.ui.confusions.choose import PART, choose_cell, choose_order, choose_part, order_words
from sgus.ui.confusions.one_image import IMAGE, open_image, show_image
from sgus.ui.confusions.settle import offer_queue
from sgus.ui.confusions.summary_words import (
    found_words,
    groups_html,
    lead_words,
    next_words,
    sure_words,
)
from sgus.ui.confusions.tiles import tile_html
from sgus.ui.runs.cached import cohort_view_of, parts
from sgus.ui.runs.images import GONE
from sgus.ui.runs.result import NOTHING
from sgus.workflows.cohort_gallery import gallery_page, n_pages, page_rows, prepare_page

if TYPE_CHECKING:
    import pandas as pd

    from sgus.review.boundary import Boundary
    from sgus.workflows.cohort_view import CohortView
    from sgus.workflows.confusions import BoundaryView
    from sgus.workflows.run_view import RunView

_PAGE: Final = "sgus_confusions_page"
_SIZE: Final = 20
_WIDTH: Final = 200
_SPACED: Final = ' style="margin-bottom:.5rem"'


def show(view: RunView, boundary: Boundary) -> None:
    """Draw the view.

    Args:
        view: The run.
        boundary: The boundary.
    """
    found = parts(view)
    cohort = cohort_view_of(view)
    opened = st.session_state.get(IMAGE, "")
    part = st.session_state.get(f"{PART}_kept", "")
    if opened:
        if found and cohort is not None:
            seen = boundary_of(view, boundary, part if part in found else next(iter(found)))
            if opened in set(seen.rows["image_id"]):
                show_image(view, seen, cohort, opened)
                return
        st.session_state[IMAGE] = ""  # one of another run or part
        st.rerun()  # the heading was folded away for an image
    if not found:
        st.info(NOTHING)
        return
    part = choose_part(list(found))
    seen = boundary_of(view, boundary, part)
    _say(view, seen)
    if cohort is None:
        st.warning(GONE)
        return
    st.subheader("The images")
    _list(view, seen, cohort)


def _say(view: RunView, seen: BoundaryView) -> None:
    shares = shares_of(view, seen)
    blocks = (
        ("What was found", found_words(seen, shares, divided_of(view, seen))),
        ("How sure that is", sure_words(seen, shares)),
        ("What to do next", next_words(seen, shares)),
    )
    cards = "".join(_card(title, lines) for title, lines in blocks if lines)
    st.html(
        f'<p class="sgus-lead">{html.escape(lead_words(seen, shares))}</p>'
        f'<div class="sgus-cards">{cards}</div>'
    )
    table = groups_html(shares)
    with st.expander("By gland, centre and device"):
        st.html(table or "<p>All images are of one gland, centre and device, or these are not "
                "known.</p>")  # fmt: skip
        download_csv(
            [dict(vars(one)) for one in shares], synthetic=seen.synthetic,
            name=f"crossings-{seen.boundary.lower}-{seen.boundary.upper}",
            key="sgus-confusions-shares-csv",
        )  # fmt: skip


def _card(title: str, lines: Sequence[str]) -> str:
    paragraphs = "".join(f"<p{_SPACED}>{html.escape(line)}</p>" for line in lines)
    return f'<div class="sgus-card"><h4>{title}</h4>{paragraphs}</div>'


@st.fragment
def _list(view: RunView, seen: BoundaryView, cohort: CohortView) -> None:
    """Only this runs anew when somebody leafs or ticks; an opened image asks for the whole page."""
    if st.session_state.get(IMAGE):
        st.rerun()
    left, right = st.columns([5, 2], vertical_alignment="bottom")
    with left:
        cell = choose_cell(seen)
    with right:
        order = choose_order(seen)
    st.caption(f"{seen.cell_words(cell)}. {order_words(seen, order)}")
    rows = seen.images(cell, order)
    if rows.empty:
        st.info("No image is in this cell.")
        return
    last = n_pages(len(rows), _SIZE)
    page = _page(last, f"{seen.key[:8]} {seen.boundary.name} {cell} {order} {len(rows)}")
    places = page_rows(np.arange(len(rows), dtype=np.int64), page, _SIZE)
    place = selection.place_of(view.name, seen)
    _tools(view, seen, rows, rows.iloc[places]["image_id"].tolist(), place)
    _grid(cohort, seen, rows.iloc[places], order=order, place=place)
    ahead = page_rows(np.arange(len(rows), dtype=np.int64), min(page + 1, last), _SIZE)
    at = {name: row for row, name in enumerate(cohort.ids.tolist())}
    prepare_page(cohort, [at[name] for name in rows.iloc[ahead]["image_id"]])
    plain = rows.astype(object).where(rows.notna(), None)
    download_csv(
        [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")],
        name="confusions", synthetic=seen.synthetic, key="sgus-confusions-images-csv",
    )  # fmt: skip


def _tools(
    view: RunView, seen: BoundaryView, rows: pd.DataFrame, here: list[str], place: str
) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        offer_queue(view, seen)
        st.button(f"Tick these {len(here)}", key="sgus-confusions-tick", args=(place, here),
                  on_click=selection.tick)  # fmt: skip
        if selection.ticked(place):
            st.button("Untick all", key="sgus-confusions-untick", on_click=selection.clear,
                      args=(place,))  # fmt: skip
        st.caption(
            f"{len(rows):,} images of {rows['patient_id'].nunique():,} "
            f"{'patients' if seen.unit == 'patient' else 'groups'}. The bar below a picture: the "
            "model\u2019s probabilities of the grades from 0."
        )


def _grid(
    cohort: CohortView, seen: BoundaryView, rows: pd.DataFrame, *, order: str, place: str
) -> None:
    at = {name: row for row, name in enumerate(cohort.ids.tolist())}
    records = [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
    tiles = gallery_page(cohort, [at[row["image_id"]] for row in records])
    with st.container(horizontal=True, key="sgus-gallery-confusions-grid", gap="small"):
        for tile, row in zip(tiles, records, strict=True):
            with st.container(width=_WIDTH, gap=None):
                st.html(tile_html(tile, row, seen.boundary, order))
                st.button(
                    tile.image_id, key=f"sgus-gallery-confusions-{tile.image_id}",
                    on_click=open_image, args=(tile.image_id,), type="tertiary", wrap=True,
                )  # fmt: skip
                selection.offer(place, tile.image_id, key=f"sgus-tick-{tile.image_id}")


def _page(last: int, shown: str) -> int:
    """Draw the numbers of the pages; other images begin at the first page again."""
    known, page = st.session_state.get(_PAGE, ("", 1))
    page = min(page, last) if known == shown else 1
    st.session_state[_PAGE] = (shown, page)
    if last == 1:
        return 1
    key = f"sgus-confusions-page-{shown}"
    return int(st.pagination(last, default=page, key=key, on_change=_turn, args=(key, shown),
                             max_visible_pages=9))  # fmt: skip


def _turn(key: str, shown: str) -> None:
    st.session_state[_PAGE] = (shown, st.session_state[key])
