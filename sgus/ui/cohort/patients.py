"""The view of patients: their age and sex, each of them once."""

from __future__ import annotations

import html

import streamlit as st

from sgus.ui.charts.export import show_figure
from sgus.ui.cohort.charts import age_bars
from sgus.ui.cohort.source import Shown
from sgus.workflows.cohort_counts import People, people
from sgus.workflows.cohort_view import CONTRADICTORY, UNKNOWN, BoolArray

GROUPS_NOTE = (
    "The source of this cohort names no patients. What is counted here are groups that are safe to "
    "split by: people who look alike in the table may be one group. It is not a count of patients."
)


def show(shown: Shown, mask: BoolArray) -> None:
    """Draw the view.

    Args:
        shown: The cohort.
        mask: The images whose patients are counted.
    """
    if not mask.any():
        return
    view = shown.view
    found = people(view, mask)
    st.html("".join(f"<p>{html.escape(text)}</p>" for text in sentences(found, view.unit)))
    if view.unit != "patient":
        st.info(GROUPS_NOTE)
    if not found.n_patients:
        st.info(f"No {view.unit} to count: none of the images shown names one.")
        return
    if not found.n_ages and set(found.sexes) == {UNKNOWN}:
        st.info(
            "The table has neither age nor sex: columns age_years and sex in images.csv would be "
            "shown here."
        )
        return
    rows = [
        {"age": band, "sex": sex, f"{view.unit}s": n}
        for band, counts in found.bands.items()
        for sex, n in counts.items()
    ]
    title = f"Age and sex of {found.n_patients:,} {view.unit}s, each counted once"
    show_figure(
        age_bars(found.bands, title), rows, name="age-and-sex",
        synthetic=view.cohort.info.synthetic, key="sgus-cohort-ages",
    )  # fmt: skip


def sentences(found: People, unit: str) -> list[str]:
    """What is known of the patients, in words.

    Args:
        found: The counts.
        unit: What a patient is called.
    """
    sexes = ", ".join(f"{n:,} {sex}" for sex, n in found.sexes.items() if n)
    said = [f"{found.n_patients:,} {unit}s{f': {sexes}' if sexes else ''}."]
    if found.median_age is not None:
        said.append(
            f"Age: median {found.median_age:g} years, from {found.lowest_age} to "
            f"{found.highest_age} (of {found.n_ages:,} whose age is known; the lowest where a "
            f"{unit} has several)."
        )
    if found.sexes.get(CONTRADICTORY):
        said.append(f"Contradictory: rows of one {unit} say different things. Correct images.csv.")
    if found.n_nameless:
        said.append(f"{found.n_nameless:,} images name no {unit} and are not counted here.")
    return said
