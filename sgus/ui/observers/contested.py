"""Images in the order of how much their readers disagree, and one of them from near."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import streamlit as st

from sgus.core.errors import CohortError, ImageError, SgusError
from sgus.core.synthetic import SYNTHETIC_MARK
from sgus.stats.boundary import ContestedItem, boundaries
from sgus.ui.charts.export import download_csv
from sgus.ui.charts.kept import keep, recall
from sgus.ui.charts.letters import grade_style
from sgus.ui.frame import SYNTHETIC_CHIP
from sgus.ui.model_choice import show_problem
from sgus.ui.observers.cached import contested_of
from sgus.ui.pictures import data_url
from sgus.workflows.observer_images import cohort_root, read_item
from sgus.workflows.observers import Observed

EVERYTHING: Final = "any grades"
_WHICH: Final = "sgus_contested_which"
_ON_BOUNDARY: Final = "on this boundary"
_ROWS_SHOWN: Final = 8
_ROW_HEIGHT: Final = 38


def show_contested(observed: Observed, key: str) -> None:
    """The table, and what is known of the row that is chosen.

    Args:
        observed: The readings.
        key: Of their content.
    """
    st.subheader("Images, the most contested first")
    known = {EVERYTHING: None} | {f"{a} v {b}": (a, b) for a, b in boundaries(observed.panel.scale)}
    recall(_WHICH, EVERYTHING, list(known))
    which = st.segmented_control(
        "Disagreement between", list(known), key=_WHICH, on_change=keep, args=(_WHICH,)
    ) or EVERYTHING  # fmt: skip
    items = [item for item in contested_of(key, known[which], observed) if item.disagreement > 0]
    if not items:
        st.write("Readers disagree on none of the images in this way.")
        return
    rows = table_rows(items, observed.panel.scale, boundary=known[which] is not None)
    st.caption(
        f"{len(items):,} of {observed.panel.n_items:,} images, by the share of pairs of readings "
        "that differ. Choose a row (tick its box at the left) to see who said what."
    )
    chosen = st.dataframe(
        [_in_percent(row) for row in rows],
        hide_index=True, width="stretch", key=f"sgus-contested-{key}-{which}",
        height=_ROW_HEIGHT * (min(len(rows), _ROWS_SHOWN) + 1) + 3,
        on_select="rerun", selection_mode="single-row",
        column_config=_columns(observed.panel.n_readers),
    )  # fmt: skip
    plain = [row | {"votes": ", ".join(map(str, row["votes"]))} for row in rows]
    download_csv(
        plain, name="contested-images", synthetic=observed.synthetic, key="sgus-contested-csv"
    )
    selected = chosen["selection"]["rows"]
    if selected and selected[0] < len(items):
        show_item(observed, items[selected[0]])


def table_rows(
    items: Sequence[ContestedItem], scale: Sequence[int], *, boundary: bool
) -> list[dict[str, Any]]:
    """Rows of the table, in the order of the items.

    Args:
        items: The images.
        scale: The grades.
        boundary: The images are ordered by one boundary: it has a column then.
    """
    return [
        {
            "image": item.item,
            **({} if item.patient is None else {"patient": item.patient}),
            "votes": list(item.counts),
            **{f"said {grade}": n for grade, n in zip(scale, item.counts, strict=True)},
            "disagree": item.disagreement,
            **({_ON_BOUNDARY: item.on_boundary} if boundary else {}),
            "grades apart": item.spread,
            **({} if item.crosses is None else {"crosses >= 2": "yes" if item.crosses else "no"}),
        }
        for item in items
    ]


def _in_percent(row: dict[str, Any]) -> dict[str, Any]:
    """A row as it is shown: shares without digits that mean nothing."""
    return row | {name: 100.0 * row[name] for name in ("disagree", _ON_BOUNDARY) if name in row}


def _columns(n_readers: int) -> dict[str, Any]:
    share: dict[str, Any] = {"format": "%.0f %%", "min_value": 0.0, "max_value": 100.0}
    return {
        "votes": st.column_config.BarChartColumn(
            "votes", y_min=0, y_max=n_readers, width="small",
            help="A bar a grade, the lowest at the left",
        ),
        "disagree": st.column_config.ProgressColumn(
            help="Share of the pairs of readings that differ", **share
        ),
        _ON_BOUNDARY: st.column_config.ProgressColumn(
            help="Share of all pairs of readings on this boundary", **share
        ),
        "grades apart": st.column_config.NumberColumn(
            "apart", width="small", help="Highest less lowest grade"
        ),
        "crosses >= 2": st.column_config.TextColumn(
            "calls differ", width="small",
            help="Readers differ on whether the gland is pathological"
        ),
    }  # fmt: skip


def show_item(observed: Observed, item: ContestedItem) -> None:
    """Who said what of one image, and its picture where the cohort is on disk."""
    chip = SYNTHETIC_CHIP if observed.synthetic else ""
    root = cohort_root(observed)
    left, right = st.columns([5, 6], gap="medium") if root else (st.container(), None)
    with left:
        st.html(f'<h4 class="sgus-name">{html.escape(item.item)} {chip}</h4>')
        st.html(votes_html(observed, item))
    if root is not None and right is not None:
        with right:
            _show_picture(observed, item)


def votes_html(observed: Observed, item: ContestedItem) -> str:
    """The readers behind each grade; a reader who read twice stands with both grades."""
    panel, place = observed.panel, observed.panel.items.index(item.item)
    rows = []
    for code, grade in enumerate(panel.scale):
        at = np.flatnonzero(panel.codes[place] == code)
        names = ", ".join(html.escape(_named(observed, place, int(j))) for j in at)
        rows.append(
            f'<tr><td><span class="sgus-dot" style="{grade_style(grade, panel.scale)}">{grade}'
            f"</span></td><td><b>{len(at)}</b></td><td>{names or '–'}</td></tr>"
        )
    silent = int((~panel.given[place]).sum())
    note = f'<p class="sgus-muted">{silent} readers did not read it.</p>' if silent else ""
    head = "<tr><th>Grade</th><th>Readers</th><th>Who</th></tr>"
    return f'<table class="sgus-table">{head}{"".join(rows)}</table>{note}'


def _named(observed: Observed, place: int, reader: int) -> str:
    name, scale = observed.panel.readers[reader], observed.panel.scale
    codes = [int(code) for code in observed.readings.codes[place, reader] if code >= 0]
    if len(codes) < 2:
        return name
    return f"{name} (then {', '.join(str(scale[code]) for code in codes[1:])})"


def _show_picture(observed: Observed, item: ContestedItem) -> None:
    try:
        url = _picture(observed.manifest_hash, item.item, observed)
    except (CohortError, ImageError) as error:
        show_problem(_said(error))
        return
    mark = f"{SYNTHETIC_MARK}: " if observed.synthetic else ""
    st.image(url, width="stretch", alt=f"{mark}ultrasound image that readers disagree on")


def _said(error: SgusError) -> str:
    return f"{error.cause}. {error.next_step}."


@st.cache_resource(max_entries=32, show_spinner="Reading the image")
def _picture(manifest_hash: str, item: str, _observed: Observed) -> str:
    del manifest_hash  # only part of the key
    root = cohort_root(_observed)
    if root is None:
        raise CohortError(item, "its cohort is not there any more", "Restore it")
    pixels = read_item(root, _observed, item).pixels
    return data_url(np.repeat(pixels[..., None], 3, axis=2))
