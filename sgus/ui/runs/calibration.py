"""The tab of calibration: whether the model's probabilities can be taken at their word."""

from __future__ import annotations

from typing import Final

import streamlit as st

from sgus.report.figures import unit_noun
from sgus.ui.charts.export import download_csv, show_figure
from sgus.ui.charts.kept import keep, recall
from sgus.ui.runs.cached import explored
from sgus.ui.runs.calibration_words import (
    MEANING,
    PARTS,
    axes_words,
    fitted_words,
    score_rows,
    temperature_rows,
)
from sgus.ui.runs.figure_words import (
    SCOPES,
    counted,
    csv_rows,
    grey_words,
    people_words,
    those,
)
from sgus.ui.runs.grey_table import show_table
from sgus.ui.runs.reliability_chart import bin_rows, reliability_figure
from sgus.workflows.run_view import RunView

_SCOPE: Final = "sgus_runs_calibration_scope"
_BINS: Final = "sgus_runs_calibration_bins"
_BINNINGS: Final = {"of equal width": "equal_width", "of equally many images": "equal_count"}


def show(view: RunView) -> None:
    """Draw the tab.

    Args:
        view: The run.
    """
    found = explored(view)
    st.caption(MEANING)
    with st.container(horizontal=True):
        scopes = {title: name for name, title in SCOPES.items()}
        recall(_SCOPE, next(iter(scopes)), list(scopes))
        title = st.segmented_control(
            "What is asked", list(scopes), key=_SCOPE, on_change=keep, args=(_SCOPE,)
        ) or next(iter(scopes))  # fmt: skip
        recall(_BINS, next(iter(_BINNINGS)), list(_BINNINGS))
        binning = st.segmented_control(
            "Bins", list(_BINNINGS), key=_BINS, on_change=keep, args=(_BINS,)
        ) or next(iter(_BINNINGS))  # fmt: skip
    scope, section = scopes[title], found["reliability"]
    diagrams = [
        one for one in section["diagrams"]
        if one["scope"] == scope and one["binning"] == _BINNINGS[binning]
    ]  # fmt: skip
    along, up = axes_words(scope)
    n_images = sum(one["n_images"] for one in diagrams[0]["bins"])
    figures = those(section["figures"], scope=scope)
    people = people_words(max(f["n_patients"] for f in figures), view.unit)
    show_figure(
        reliability_figure(
            diagrams, figures, along=along, up=up,
            title=f"{title}: {counted(n_images, 'image')} of {people}",
        ),
        bin_rows(diagrams), name=f"reliability-{scope}", synthetic=view.synthetic,
        key=f"runs-reliability-{scope}",
    )  # fmt: skip
    st.caption(f"Bars: 95 % intervals, {unit_noun(view.unit)} drawn again. {grey_words(view.unit)}")
    said = st.info if found["temperature"]["reason"] else st.markdown
    said(fitted_words(found["temperature"]))
    _scores(view, scope)
    _temperatures(view)


def _scores(view: RunView, scope: str) -> None:
    st.subheader("Scores")
    figures = explored(view)["reliability"]["figures"]
    own = those(figures, scope=scope, state="before")
    show_table(score_rows(figures, scope), few=[bool(figure["few"]) for figure in own])
    st.caption(f"{PARTS} Change: below zero, scaling helped; on the same resamples.")
    download_csv(
        csv_rows(figures), name="calibration", synthetic=view.synthetic, key="runs-scores-csv"
    )


def _temperatures(view: RunView) -> None:
    section = explored(view)["temperature"]
    if not section["figures"]:
        return
    st.subheader("Temperatures")
    rows = temperature_rows(section["figures"])
    said = {row["remark"] for row in rows}
    if len(said) == 1:  # the same words in each row would hide the figures
        rows = [{key: value for key, value in row.items() if key != "remark"} for row in rows]
    show_table(rows, few=[bool(figure["few"]) for figure in section["figures"]])
    only = f"{said.pop().capitalize()}. " if len(said) == 1 and said != {""} else ""
    st.caption(f"{only}{section['rule']}")
