"""The tab of pairs: the heat map, and two readers from near."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import streamlit as st

from sgus.core.errors import CohortError, ImageError
from sgus.stats.agreement.family import Agreement
from sgus.ui.charts.export import download_csv, show_figure
from sgus.ui.charts.kept import keep, recall
from sgus.ui.observers.cached import content_key
from sgus.ui.observers.cross import Differing, cross_html, cross_table, differing
from sgus.ui.observers.heatmap import (
    LABELS_UP_TO,
    MEASURES,
    cluster_order,
    heatmap_figure,
    pair_matrix,
)
from sgus.ui.observers.plain import short, show_heading
from sgus.ui.observers.state import Figures, lookup
from sgus.ui.observers.words import basis_words, made_from, value_words
from sgus.ui.pictures import data_url
from sgus.workflows.observer_images import cohort_root, read_item
from sgus.workflows.observers import Observed

_MEASURE: Final = "sgus_pairs_measure"
_FIRST: Final = "sgus_pairs_first"
_SECOND: Final = "sgus_pairs_second"
_PAGE: Final = "sgus_pairs_page"
PICTURES: Final = 12
_THUMBNAIL: Final = 300


def show(observed: Observed) -> None:
    """Draw the tab.

    Args:
        observed: The readings.
    """
    readers = observed.panel.readers
    if len(readers) < 2:
        st.info("There is only one reader: a table with two or more shows their pairs here.")
        return
    found = lookup(observed)
    recall(_MEASURE, next(iter(MEASURES)), list(MEASURES))
    name = st.segmented_control(
        "Each cell shows", list(MEASURES), key=_MEASURE, on_change=keep, args=(_MEASURE,)
    ) or next(iter(MEASURES))  # fmt: skip
    left, right = st.columns([6, 5], gap="medium")
    with right:
        first, second = _choose(readers)
        _show_table(observed, found, first, second)
    with left:
        _show_heatmap(observed, found, name, (first, second))
    _show_differing(observed, first, second)


def _choose(readers: Sequence[str]) -> tuple[str, str]:
    """Two different readers, by hand; a click on the heat map sets the same two boxes."""
    st.subheader("Two readers")
    left, right = st.columns(2)
    recall(_FIRST, readers[0], readers)
    first = left.selectbox("Reader", readers, key=_FIRST, on_change=keep, args=(_FIRST,))
    rest = [reader for reader in readers if reader != first]
    recall(_SECOND, rest[0], rest)
    second = right.selectbox("with reader", rest, key=_SECOND, on_change=keep, args=(_SECOND,))
    return first, second


def _show_heatmap(observed: Observed, found: Figures, name: str, chosen: tuple[str, str]) -> None:
    measure = MEASURES[name]
    pairs = found.of_readers(measure.statistic, measure.weights, "pair")
    readers = observed.panel.readers
    # One order whatever is shown, so that a reader stays in its place.
    kappas = found.of_readers("cohen_kappa", "quadratic", "pair")
    order = cluster_order(pair_matrix(kappas, readers))
    placed = [readers[at] for at in order]
    key = f"sgus-pairs-{content_key(observed)[:8]}-{measure.statistic}-{measure.weights}"
    figure = heatmap_figure(pairs, placed, measure, chosen=chosen)
    show_figure(
        figure, [row.row() for row in pairs.values()], name=f"reader-pairs-{name.lower()}"
        .replace(" ", "-"), synthetic=observed.synthetic, basis=basis_words(observed),
        key=key, on_select=lambda: _take(key),
    )  # fmt: skip
    undefined = sum(row.value is None for row in pairs.values())
    missing = (
        f" {undefined} pairs are not defined (–): too few images in common, or one grade only; "
        "they count as average in this order."
        if undefined
        else ""
    )
    point = " Point at a cell for its number." if len(readers) > LABELS_UP_TO else ""
    st.caption(
        "Click a cell to see its two readers. Readers who agree more lie side by side (average "
        f"linkage on 1 less the quadratic kappa).{point}{missing}"
    )


def _take(key: str) -> None:
    """Put the two readers of a clicked cell into the boxes."""
    chosen = clicked(st.session_state[key])
    if chosen is not None:
        for box, reader in zip((_FIRST, _SECOND), chosen, strict=True):
            st.session_state[box] = reader
            keep(box)


def clicked(event: Any) -> tuple[str, str] | None:
    """The two readers of a selection of `st.plotly_chart`, None where nothing was chosen."""
    points = event["selection"]["points"]
    if not points:
        return None
    data = points[0]["customdata"]
    names = list(data.values()) if isinstance(data, dict) else list(data)
    return str(names[0]), str(names[1])


def _show_table(observed: Observed, found: Figures, first: str, second: str) -> None:
    panel = observed.panel
    table = cross_table(panel, first, second)
    st.html(cross_html(table, panel.scale, first, second))
    items = "".join(
        f"<li>{html.escape(measure.title)}: {html.escape(value_words(row, share=measure.share))}"
        "</li>"
        for measure in MEASURES.values()
        if (row := _of_pair(found, measure.statistic, measure.weights, first, second))
    )
    kappa = _of_pair(found, "cohen_kappa", "quadratic", first, second)
    rests = (
        ""
        if kappa is None
        else f"{made_from(kappa, panel.unit)}; interval of kappa: {kappa.method}."
    )
    st.html(f'<ul>{items}</ul><p class="sgus-muted sgus-small">{html.escape(rests)}</p>')
    rows = [
        {"reader": first, "grade": a, "with": second, "its grade": b, "images": int(table[i, j])}
        for i, a in enumerate(panel.scale)
        for j, b in enumerate(panel.scale)
    ]
    download_csv(
        rows, name="two-readers", synthetic=observed.synthetic, key="sgus-pair-csv",
        label="Download the cross-table (CSV)",
    )  # fmt: skip


def _of_pair(
    found: Figures, statistic: str, weights: str, first: str, second: str
) -> Agreement | None:
    pairs = found.of_readers(statistic, weights, "pair")
    return pairs.get((first, second)) or pairs.get((second, first))


def _show_differing(observed: Observed, first: str, second: str) -> None:
    items = differing(observed.panel, first, second)
    n_both = int(cross_table(observed.panel, first, second).sum())
    show_heading(f"Images on which {short(first)} and {short(second)} disagree")
    if not items:
        st.write(f"None of the {n_both:,} images both read.")
        return
    st.caption(f"{len(items):,} of {n_both:,} images both read; the furthest apart come first.")
    rows = differing_rows(items, first, second)
    st.dataframe(rows, hide_index=True, width="stretch", height=38 * (min(len(rows), 6) + 1) + 3)
    download_csv(
        rows, name="images-two-readers-disagree-on", synthetic=observed.synthetic,
        key="sgus-differing-csv", label="Download this list (CSV)",
    )  # fmt: skip
    if cohort_root(observed) is not None:
        _show_pictures(observed, items, first, second)


def differing_rows(
    items: Sequence[Differing], first: str, second: str
) -> list[dict[str, str | int | None]]:
    """The images as rows of a table; patients where they are known."""
    return [
        {
            "image": one.item,
            **({} if one.patient is None else {"patient": one.patient}),
            first: one.first,
            second: one.second,
            "grades apart": one.apart,
        }
        for one in items
    ]


@st.fragment
def _show_pictures(observed: Observed, items: Sequence[Differing], first: str, second: str) -> None:
    n_pages = -(-len(items) // PICTURES)
    pages = list(range(1, n_pages + 1))
    key = f"{_PAGE}-{first}-{second}"
    page = 1
    if n_pages > 1:
        recall(key, 1, pages)
        page = st.selectbox(
            f"Pictures, {PICTURES} at a time", pages, key=key, on_change=keep, args=(key,),
            format_func=lambda number: f"page {number} of {n_pages}",
        )  # fmt: skip
    shown = items[(page - 1) * PICTURES : page * PICTURES]
    with st.spinner("Reading the pictures"):
        figures = [_picture_html(observed, one, first, second) for one in shown]
    st.html(f'<div class="sgus-thumbs">{"".join(figures)}</div>')


def _picture_html(observed: Observed, one: Differing, first: str, second: str) -> str:
    try:
        url = _thumbnail(observed.manifest_hash, one.item, observed)
        picture = f'<img src="{url}" alt="{html.escape(one.item)}" loading="lazy">'
    except (CohortError, ImageError) as error:
        picture = f'<p class="sgus-problem">{html.escape(f"{error.cause}. {error.next_step}.")}</p>'
    words = f"{first}: {one.first} · {second}: {one.second}"
    return (
        f"<figure>{picture}<figcaption><b>{html.escape(words)}</b><br>{html.escape(one.item)}"
        "</figcaption></figure>"
    )


@st.cache_resource(max_entries=240, show_spinner=False)
def _thumbnail(manifest_hash: str, item: str, _observed: Observed) -> str:
    del manifest_hash  # only part of the key
    root = cohort_root(_observed)
    if root is None:
        raise CohortError(item, "its cohort is not there any more", "Restore it")
    pixels = read_item(root, _observed, item).pixels
    return data_url(np.repeat(pixels[..., None], 3, axis=2), max_width=_THUMBNAIL)
