"""The tab of repeated readings: each reader with itself, and beside that with the others."""

from __future__ import annotations

import html
from typing import Final

import streamlit as st

from sgus.stats.agreement.intra import INTRA
from sgus.stats.agreement.intra_inter import INTER_MEAN, INTRA_MEAN
from sgus.ui.charts.export import show_figure
from sgus.ui.charts.kept import keep, recall
from sgus.ui.observers.forest import Line, forest_figure, forest_rows
from sgus.ui.observers.state import Figures, lookup
from sgus.ui.observers.words import WEIGHTS, basis_words, grey_words, made_from, value_words
from sgus.workflows.observers import Observed

NO_REPEATS: Final = (
    "No reader read an image twice, so that nothing is known of how far a reader agrees with "
    "itself. A table with a row a reading shows it here: give each row image_id, rater_id, grade "
    "and reading, with 1 for the first time and 2 for the second."
)
_WEIGHTS: Final = "sgus_intra_weights"
_DIFFERENCE: Final = "mean intra-reader less mean inter-reader kappa"
_OWN, _MEAN, _OTHERS = "#FFFFFF", "#0072B2", "#E69F00"


def show(observed: Observed) -> None:
    """Draw the tab.

    Args:
        observed: The readings.
    """
    found = lookup(observed)
    if observed.readings.n_readings < 2 or not found.all("cohen_kappa", "quadratic", INTRA):
        st.info(NO_REPEATS)
        return
    recall(_WEIGHTS, next(iter(WEIGHTS)), list(WEIGHTS))
    named = st.segmented_control(
        "Kappa with", list(WEIGHTS), key=_WEIGHTS, on_change=keep, args=(_WEIGHTS,)
    ) or next(iter(WEIGHTS))  # fmt: skip
    weights = WEIGHTS[named]
    items = "".join(f"<li>{html.escape(text)}</li>" for text in sentences(found, weights))
    st.html(f"<ul>{items}</ul>")
    lines = lines_of(found, weights, observed.panel.unit)
    figure = forest_figure(lines, title=f"The same reader twice, {named.lower()}", along="kappa")
    show_figure(
        figure, forest_rows(lines), name="same-reader-twice", synthetic=observed.synthetic,
        basis=basis_words(observed, intervals=True), key="sgus-intra",
    )  # fmt: skip
    st.caption(
        "Blue: the mean over readers with themselves. Orange: the same readers with each other, on "
        "the same images. White: each reader with itself. Lines, and in "
        f"brackets: 95 % intervals. {grey_words(observed)}{without_repeats(found, weights)}"
    )


def without_repeats(found: Figures, weights: str) -> str:
    """Who read nothing twice, in a sentence; nothing where everybody did."""
    names = [r.label.raters[0] for r in found.all("cohen_kappa", weights, INTRA) if not r.n_items]
    return f" Without repeated readings: {', '.join(names)}." if names else ""


def lines_of(found: Figures, weights: str, unit: str) -> list[Line]:
    """The two means, then each reader, the steadiest first."""
    lines = []
    for form, name, colour in (
        (INTRA_MEAN, "readers with themselves", _MEAN),
        (INTER_MEAN, "the same with each other", _OTHERS),
    ):
        row = found.one("light_kappa", weights, form)
        if row is not None:
            lines.append(Line(name, row, colour, "diamond", made_from(row, unit)))
    readers = sorted(
        (row for row in found.all("cohen_kappa", weights, INTRA) if row.n_items),
        key=lambda row: 9.0 if row.value is None else -row.value,
    )
    return [
        *lines,
        *(Line(row.label.raters[0], row, _OWN, n=made_from(row, unit)) for row in readers),
    ]


def sentences(found: Figures, weights: str) -> list[str]:
    """What repeated readings say, and how much of the disagreement between readers they explain."""
    own = found.one("light_kappa", weights, INTRA_MEAN)
    others = found.one("light_kappa", weights, INTER_MEAN)
    less = found.one("intra_minus_inter", weights, _DIFFERENCE)
    same = found.one("percent_agreement", "unweighted", "intra-reader, all readers")
    said = [
        f"Readers with themselves: kappa {value_words(own)}, the mean over readers.",
        "The same readers with each other, on the images they read twice: kappa "
        f"{value_words(others)}.",
        f"Difference: {value_words(less)}.{_meaning(less)}",
    ]
    if same is not None and same.value is not None:
        said.append(f"The second reading is the same grade in {value_words(same, share=True)}.")
    return said


def _meaning(less: object) -> str:
    low, high = getattr(less, "low", None), getattr(less, "high", None)
    if low is None or high is None:
        return ""
    if low > 0:
        return (
            " Above 0: readers differ from each other more than from themselves, which training "
            "or an atlas could reduce."
        )
    if high < 0:
        return " Below 0: readers are steadier with each other than with themselves."
    return " The interval holds 0: no clear difference between the two."
