"""The images of a run: of a cell or of all, by how sure the model was, and each one's story."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import streamlit as st

from sgus.ui import filters
from sgus.ui.charts.export import download_csv
from sgus.ui.charts.kept import keep, recall
from sgus.ui.cohort import grid, source
from sgus.ui.cohort.tabs import GALLERY
from sgus.ui.cohort.tabs import TAB as COHORT_TAB
from sgus.ui.runs.cached import cohort_view_of, parts
from sgus.ui.runs.cell import cell_words, choose_cell, choose_part
from sgus.ui.runs.tabs import IMAGES, TAB
from sgus.ui.runs.tiles import ORDERS, ordered, table_rows, tile_html
from sgus.workflows.cohort_gallery import gallery_page, n_pages, page_rows
from sgus.workflows.run_cells import KINDS, margins, matrix_of
from sgus.workflows.run_view import RunView

if TYPE_CHECKING:
    import pandas as pd

    from sgus.workflows.cohort_view import CohortView

_ORDER: Final = "sgus_runs_order"
_PAGE: Final = "sgus_runs_page"
_SIZE: Final = 24
_FIRST: Final = 6
_WIDTH: Final = 200
TRAINING: Final = "train"
GONE: Final = (
    "The cohort of this run, exactly as it was, is not among those of this installation: its "
    "images cannot be shown. Restore it, or take the table of the run."
)


def show(view: RunView) -> None:
    """Draw the view.

    Args:
        view: The run.
    """
    found = dict(parts(view))
    table = view.predictions
    if (table["split"] == TRAINING).any():
        found[TRAINING] = table[table["split"] == TRAINING].reset_index(drop=True)
    part = choose_part(list(found))
    rows = found[part]
    cell = choose_cell()
    rows = rows[matrix_of(rows, KINDS[cell[0]]).cell(cell[1], cell[2])]
    cohort = cohort_view_of(view)
    if cohort is None:
        st.warning(GONE)
    else:
        mask = filters.show_filters(cohort)
        rows = rows[rows["image_id"].isin(set(cohort.ids[mask].tolist()))]
    patients = rows["patient_id"].nunique()
    st.markdown(f"**{cell_words(cell)}: {len(rows):,} images of {patients:,} {view.unit}s**")
    if rows.empty:
        st.info("No image is both in this cell and among those that the filters leave.")
        return
    _ordered(view, rows, cohort)


def show_first(view: RunView, rows: pd.DataFrame) -> None:
    """Draw the first few images of a cell, and the way to all of them.

    Args:
        view: The run.
        rows: Of its prediction table.
    """
    if rows.empty:
        st.caption("No image is in this cell.")
        return
    cohort = cohort_view_of(view)
    order = ordered(margins(rows), ORDERS[0])
    chosen = rows.iloc[order[:_FIRST]]
    if cohort is None:
        st.warning(GONE)
    _grid(cohort, chosen, key="sgus-gallery-cell")
    if st.button(
        f"All {len(rows):,} images, with filters and other orders", key="sgus-runs-all-images",
        icon=":material/grid_view:",
    ):  # fmt: skip
        st.session_state[f"{TAB}_kept"] = IMAGES
        st.rerun()


def _ordered(view: RunView, rows: pd.DataFrame, cohort: CohortView | None) -> None:
    recall(_ORDER, ORDERS[0], ORDERS)
    st.segmented_control(
        "Order", ORDERS, key=_ORDER, on_change=keep, args=(_ORDER,),
        help="By margin: the probability of the readers' grade less the largest of the others. "
        "Below zero the model preferred another grade.",
    )  # fmt: skip
    found = margins(rows)
    order = ordered(found, st.session_state[f"{_ORDER}_kept"])
    rows, found = rows.iloc[order], found[order]
    last = n_pages(len(rows), _SIZE)
    page = _page(last, f"{view.key[:8]} {len(rows)} {hash(tuple(rows['image_id']))}")
    st.caption(
        f"Images {(page - 1) * _SIZE + 1:,} to {min(page * _SIZE, len(rows)):,} of {len(rows):,}. "
        "Below each: the bar and numbers are the model's probabilities of the grades from 0. The "
        "button opens all that is known of the image on the page Cohort."
    )
    places = page_rows(np.arange(len(rows), dtype=np.int64), page, _SIZE)
    _grid(cohort, rows.iloc[places], key="sgus-gallery-run")
    download_csv(
        table_rows(rows, found), name="run-images", synthetic=view.synthetic,
        key="sgus-runs-images-csv",
    )  # fmt: skip


def _grid(cohort: CohortView | None, rows: pd.DataFrame, *, key: str) -> None:
    records = [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
    if cohort is None:
        st.dataframe(table_rows(rows, margins(rows)), hide_index=True, width="stretch")
        return
    place = {name: at for at, name in enumerate(cohort.ids.tolist())}
    tiles = gallery_page(cohort, [place[row["image_id"]] for row in records])
    with st.container(horizontal=True, key=f"{key}-grid", gap="small"):
        for tile, row in zip(tiles, records, strict=True):
            with st.container(width=_WIDTH, gap=None):
                st.html(tile_html(tile, row))
                if st.button(
                    tile.image_id, key=f"{key}-{row['fold']}-{tile.image_id}", type="tertiary",
                    wrap=True,
                ):  # fmt: skip
                    _open_story(cohort, tile.image_id)


def _open_story(cohort: CohortView, image_id: str) -> None:
    """Go to the story of an image on the cohort page."""
    root = cohort.cohort.root
    name = f"{cohort.cohort.info.name} ({root.name})"
    st.session_state[f"{source.COHORT}_kept"] = name
    st.session_state[grid.IMAGE] = image_id
    st.session_state[f"{COHORT_TAB}_kept"] = GALLERY
    st.switch_page("pages/cohort.py")


def _page(last: int, shown: str) -> int:
    """Draw the numbers of the pages; other images begin at the first page again."""
    known, page = st.session_state.get(_PAGE, ("", 1))
    page = min(page, last) if known == shown else 1
    st.session_state[_PAGE] = (shown, page)
    if last == 1:
        return 1
    key = f"sgus-runs-page-{shown}"
    return int(st.pagination(last, default=page, key=key, on_change=_turn, args=(key, shown),
                             max_visible_pages=9))  # fmt: skip


def _turn(key: str, shown: str) -> None:
    st.session_state[_PAGE] = (shown, st.session_state[key])
