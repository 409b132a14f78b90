"""The ceiling that readers' errors leave, as a table with its assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from sgus.stats.consensus import Ceiling
from sgus.stats.consensus.ceiling import LABELS
from sgus.ui.charts.export import download_csv
from sgus.ui.observers.accuracy_chart import SCOPES
from sgus.ui.words import percent

FIGURES: Final = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "quadratic_kappa": "quadratic-weighted kappa",
}
ASSUMPTIONS: Final = (
    "What a model that knew every true grade would reach, because it is judged by readings and "
    "readers err. Two assumptions of Dawid-Skene: readers err independently once the true grade "
    "is given, and all images of a grade are equally hard. Images between two grades break the "
    "second, which makes the ceiling too high, most against the median: a model below it may have "
    "reached all that can be reached."
)


def show_ceilings(ceilings: Sequence[Ceiling], *, unit: str, synthetic: bool | None) -> None:
    """Draw the table.

    Args:
        ceilings: Of all labels, scopes and figures.
        unit: What is resampled.
        synthetic: The readings are of phantoms.
    """
    st.subheader("The ceiling that readers' errors leave")
    st.caption(ASSUMPTIONS)
    reason = next((one.reason for one in ceilings if one.value is None), None)
    if all(one.value is None for one in ceilings):
        st.write(f"There is no ceiling: {reason}.")
        return
    st.dataframe(table_rows(ceilings), hide_index=True, width="stretch")
    first = ceilings[0]
    units = "" if unit == "item" else f" of {first.n_units:,} {unit}s"
    st.caption(
        f"{first.n_items:,} images{units}, read by {first.n_readers} readers, three or more an "
        f"image. In brackets: 95 % intervals. {first.method}."
    )
    why = sorted({one.reason for one in ceilings if one.reason is not None})
    if why:
        st.caption(f"Not defined, or without interval: {'; '.join(why)}.")
    download_csv(
        [one.row() for one in ceilings], name="ceiling", synthetic=synthetic, key="sgus-ceiling-csv"
    )


def table_rows(ceilings: Sequence[Ceiling]) -> list[dict[str, str]]:
    """A row a scope and figure, a column a label."""
    places = dict.fromkeys((one.scope, one.figure) for one in ceilings)
    return [
        {
            "what is told apart": SCOPES.get(scope, scope),
            "figure": FIGURES[figure],
            **{
                f"against {LABELS[one.label]}": ceiling_words(one)
                for one in ceilings
                if (one.scope, one.figure) == (scope, figure)
            },
        }
        for scope, figure in places
    ]


def ceiling_words(ceiling: Ceiling) -> str:
    """`88 % (80 to 93 %)`, `0.91 (0.88 to 0.94)` for a kappa, or that there is none."""
    if ceiling.value is None:
        return "not defined"
    ends = (ceiling.low, ceiling.high)
    if ceiling.figure == "quadratic_kappa":
        value, shown = f"{ceiling.value:.2f}", [f"{end:.2f}" for end in ends if end is not None]
    else:
        value, shown = percent(ceiling.value), [percent(end) for end in ends if end is not None]
        shown[:1] = [text.removesuffix("\u00a0%") for text in shown[:1]]
    return f"{value} ({' to '.join(shown)})" if len(shown) == 2 else f"{value} (no interval)"
