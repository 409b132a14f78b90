"""The tab of the boundary between grades: where disagreement lies, and what is at stake."""

from __future__ import annotations

import html
from typing import Final

import streamlit as st

from sgus.core.grades import GRADES
from sgus.stats.boundary import boundaries
from sgus.ui.charts.export import show_figure
from sgus.ui.charts.kept import keep, recall
from sgus.ui.observers.boundary_chart import (
    agreement_row,
    groups_figure,
    shares_figure,
    swap_heatmap,
)
from sgus.ui.observers.boundary_words import FEW_PATIENTS, lead, more, swap_lead
from sgus.ui.observers.cached import content_key, disagreement_of, swaps_of
from sgus.ui.observers.contested import show_contested
from sgus.ui.observers.state import n_resamples, seed
from sgus.ui.observers.words import basis_words
from sgus.workflows.observer_boundary import Disagreement, Swaps
from sgus.workflows.observers import Observed

_WHICH: Final = "sgus_boundary_which"
_OF: Final = "sgus_boundary_of"
_ALL, _NEAR = "all images both read", "images both put next to the boundary"


def show(observed: Observed) -> None:
    """Draw the tab.

    Args:
        observed: The readings.
    """
    key = content_key(observed)
    found = disagreement_of(key, n_resamples(), seed(), observed)
    _show_shares(found, observed)
    if not found.n_met:
        return
    st.subheader("Swaps over one boundary")
    steps = {f"{a} v {b}": (a, b) for a, b in boundaries(observed.panel.scale)}
    recall(_WHICH, next(iter(steps)), list(steps))
    recall(_OF, _ALL, (_ALL, _NEAR))
    left, right = st.columns([4, 5], gap="medium")
    which = left.segmented_control(
        "Boundary", list(steps), key=_WHICH, on_change=keep, args=(_WHICH,)
    ) or next(iter(steps))  # fmt: skip
    of = right.segmented_control(
        "As a share of", (_ALL, _NEAR), key=_OF, on_change=keep, args=(_OF,),
        help="All images: how much trouble the boundary makes here. Images next to it: how often "
        "two readers differ once both say one of these two grades.",
    ) or _ALL  # fmt: skip
    swapped = swaps_of(key, steps[which], n_resamples(), seed(), observed)
    _show_swaps(swapped, observed, within=of == _NEAR)
    show_contested(observed, key)


def _show_shares(found: Disagreement, observed: Observed) -> None:
    panel = observed.panel
    st.html(f'<p class="sgus-lead">{html.escape(lead(found, panel.scale))}</p>')
    items = "".join(
        f"<li>{html.escape(text)}</li>" for text in more(found, panel.scale, panel.unit)
    )
    if items:
        st.html(f"<ul>{items}</ul>")
    if not found.n_differing:
        return
    rows = [agreement_row(one) for one in (*found.between, *found.within)]
    figure = shares_figure(found, panel.scale)
    show_figure(
        figure, rows, name="where-readers-disagree", synthetic=observed.synthetic,
        basis=basis_words(observed, intervals=True), key="sgus-boundary-shares",
    )  # fmt: skip
    resampled = "images" if panel.unit == "item" else f"{panel.unit}s"
    threshold = (
        " 0 v 1 and 2 v 3 leave the call of the gland as it is; 1 v 2 and all that is two or more "
        "grades apart change it."
        if panel.scale == GRADES
        else ""
    )
    st.caption(
        f"Disagreement: two readings of one image that differ, every pair of readers counted."
        f"{threshold} Lines, and in brackets: 95 % intervals, {n_resamples():,} resamples of "
        f"{resampled}."
    )


def _show_swaps(found: Swaps, observed: Observed, *, within: bool) -> None:
    st.html(f"<p>{html.escape(swap_lead(found, observed.panel.unit))}</p>")
    name = f"swaps-{found.boundary[0]}-{found.boundary[1]}"
    figure, rows = swap_heatmap(found.matrix, found.boundary, within=within)
    show_figure(
        figure, rows, name=f"{name}-readers", synthetic=observed.synthetic,
        basis=basis_words(observed), key="sgus-swap-matrix",
    )  # fmt: skip
    st.caption(
        "Percent of images on which the two readers gave the two grades, one each; readers who "
        "do so least come first. Point at a cell for the counts."
    )
    if len(found.groups) < 2:
        st.write(
            "Nothing is said of gland, device, centre or the readers' experience in these "
            "readings, so that swaps cannot be told apart by them."
        )
        return
    unit = observed.panel.unit
    figure = groups_figure(found.groups, found.boundary, within=within, unit=unit)
    rows = [
        agreement_row(rate, attribute=group.attribute, group=group.group)
        for group in found.groups
        for rate in (group.rate, group.within)
    ]
    show_figure(
        figure, rows, name=f"{name}-groups", synthetic=observed.synthetic, key="sgus-swap-groups"
    )
    few = "" if unit == "item" else f" Grey: fewer than {FEW_PATIENTS} {unit}s."
    st.caption(
        f"Dotted: all images. Lines: 95 % intervals.{few} Groups differ in how many glands lie "
        "near the boundary, so that a difference is no proof of worse reading."
    )
