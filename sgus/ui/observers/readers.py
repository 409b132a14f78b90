"""The tab of single readers: how far each agrees with the others, and who is severe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from sgus.stats.agreement.bias import CONSENSUS, FROM_MEAN, severity_words
from sgus.stats.agreement.family import Agreement
from sgus.stats.agreement.reader_means import WITH_OTHERS
from sgus.ui.charts.export import show_figure
from sgus.ui.charts.kept import keep, recall
from sgus.ui.observers.forest import Line, forest_figure, forest_rows
from sgus.ui.observers.state import Figures, lookup
from sgus.ui.observers.words import WEIGHTS, basis_words, grey_words, made_from
from sgus.workflows.observers import Observed

_AGAINST: Final = "sgus_readers_against"
_WEIGHTS: Final = "sgus_readers_weights"
EACH, ALL = "each other reader (mean)", "the consensus of the others"
_COLOURS: Final = {"severe": "#D55E00", "lenient": "#0072B2"}
_SYMBOLS: Final = {"severe": "triangle-right", "lenient": "triangle-left"}


def show(observed: Observed) -> None:
    """Draw the tab.

    Args:
        observed: The readings.
    """
    if observed.panel.n_readers < 2:
        st.info("There is only one reader: with two or more, each is held against the others here.")
        return
    found = lookup(observed)
    left, right = st.columns(2, gap="medium")
    recall(_AGAINST, EACH, (EACH, ALL))
    against = left.segmented_control(
        "Each reader against", (EACH, ALL), key=_AGAINST, on_change=keep, args=(_AGAINST,)
    ) or EACH  # fmt: skip
    recall(_WEIGHTS, next(iter(WEIGHTS)), list(WEIGHTS))
    named = right.segmented_control(
        "Kappa with", list(WEIGHTS), key=_WEIGHTS, on_change=keep, args=(_WEIGHTS,)
    ) or next(iter(WEIGHTS))  # fmt: skip
    _show_kappas(observed, found, against, named)
    _show_bias(observed, found)
    st.subheader("All readers")
    st.dataframe(
        reader_rows(found, observed, WEIGHTS[named]), hide_index=True, width="stretch",
        column_config=_columns(named), placeholder="–",
    )  # fmt: skip


def _show_kappas(observed: Observed, found: Figures, against: str, named: str) -> None:
    weights, unit = WEIGHTS[named], observed.panel.unit
    rows = (
        found.all("mean_kappa", weights, WITH_OTHERS)
        if against == EACH
        else found.all("cohen_kappa", weights, CONSENSUS)
    )
    lines = [
        Line(row.label.raters[0], row, n=made_from(row, unit))
        for row in sorted(rows, key=lambda row: -2.0 if row.value is None else -row.value)
    ]
    if why := undefined(rows):
        st.info(f"There is no such kappa: {why}.")
        return
    light = found.one("light_kappa", weights)
    what = "mean kappa with each other reader" if against == EACH else "kappa with the consensus"
    figure = forest_figure(
        lines, title=f"Readers: {what}, {named.lower()}", along="kappa",
        at=light.value if light and against == EACH else None,
    )  # fmt: skip
    show_figure(
        figure, forest_rows(lines), name="readers", synthetic=observed.synthetic,
        basis=basis_words(observed, intervals=True), key="sgus-readers",
    )  # fmt: skip
    st.caption(
        "Dotted: the mean over all pairs (Light’s kappa). Each mean leaves out pairs without a "
        "kappa. Lines, and in brackets: 95 % intervals. " + grey_words(observed)
        if against == EACH
        else "Consensus: the median of the other readers, at least two of them; images where their "
        "two middle grades differ are left out. Kappa with a consensus lies above kappa with a "
        "single reader, because a median has less noise: do not compare the two."
    )


def _show_bias(observed: Observed, found: Figures) -> None:
    rows = sorted(
        found.all("reader_bias", None, FROM_MEAN),
        key=lambda row: 9.0 if row.value is None else -row.value,
    )
    lines = []
    for row in rows:
        word = severity_words(row.low, row.high)
        lines.append(
            Line(
                row.label.raters[0], row, _COLOURS.get(word, "#FFFFFF"),
                _SYMBOLS.get(word, "circle"), f"{word}; {made_from(row, observed.panel.unit)}",
            )
        )  # fmt: skip
    if why := undefined(rows):
        st.info(f"Nobody can be called severe or lenient here: {why}.")
        return
    figure = forest_figure(
        lines, title="Severe or lenient: mean grade less that of the others", signed=True, at=0.0,
        along="grades above (+) or below (−) the others",
    )  # fmt: skip
    show_figure(
        figure, forest_rows(lines), name="reader-bias", synthetic=observed.synthetic,
        basis=basis_words(observed, intervals=True), key="sgus-reader-bias",
    )  # fmt: skip
    st.caption(
        "Orange, pointing right: severe, the whole interval lies above 0. Blue, pointing left: "
        "lenient. White: no clear tendency. The others are two or more readers of the same image."
    )


def undefined(rows: Sequence[Agreement]) -> str:
    """Why none of the figures has a value; "" where one has, or there are none."""
    if any(row.value is not None for row in rows):
        return ""
    reasons = dict.fromkeys(row.reason.replace("item", "image") for row in rows if row.reason)
    return "; ".join(reasons)


def reader_rows(found: Figures, observed: Observed, weights: str) -> list[dict[str, Any]]:
    """A row a reader, in the order of the panel."""
    panel = observed.panel
    given = panel.given.sum(axis=0)
    kinds = {
        "kappa with each other": found.of_readers("mean_kappa", weights, WITH_OTHERS),
        "kappa with consensus": found.of_readers("cohen_kappa", weights, CONSENSUS),
        "on consensus": found.of_readers("percent_agreement", "unweighted", CONSENSUS),
        "above it": found.of_readers("reader_higher", None, CONSENSUS),
        "below it": found.of_readers("reader_lower", None, CONSENSUS),
        "bias": found.of_readers("reader_bias", None, FROM_MEAN),
    }
    rows = []
    for at, reader in enumerate(panel.readers):
        own = {name: _value(by.get((reader,))) for name, by in kinds.items()}
        bias = kinds["bias"].get((reader,))
        said = severity_words(None, None) if bias is None else severity_words(bias.low, bias.high)
        rows.append({"reader": reader, "images": int(given[at]), **own, "tendency": said})
    return rows


def _value(row: Agreement | None) -> float | None:
    """To two digits, as the table shows it: full digits are in the files."""
    return None if row is None or row.value is None else round(row.value, 2)


def _columns(named: str) -> dict[str, Any]:
    kappa = st.column_config.NumberColumn(format="%.2f", help=named)
    share = st.column_config.NumberColumn(format="percent")
    return {
        "kappa with each other": kappa,
        "kappa with consensus": kappa,
        "on consensus": share,
        "above it": share,
        "below it": share,
        "bias": st.column_config.NumberColumn(format="%+.2f", help="in grades"),
    }
