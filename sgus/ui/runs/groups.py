"""The tab of groups: where the model does worse, by gland, centre, device, sex and age."""

from __future__ import annotations

from typing import Final

import streamlit as st

from sgus.report.figures import unit_noun
from sgus.ui.charts.export import download_csv, show_figure
from sgus.ui.charts.kept import keep, recall
from sgus.ui.runs.cached import explored
from sgus.ui.runs.figure_words import csv_rows, grey_words
from sgus.ui.runs.forest_chart import forest_figure, shown_figures
from sgus.ui.runs.group_words import (
    LOOK,
    MEASURES,
    group_lines,
    left_out_words,
    shared_words,
    whole_value,
)
from sgus.workflows.run_view import RunView

_MEASURE: Final = "sgus_runs_group_measure"
_NO_COHORT: Final = (
    "The cohort of this run is not on this machine as it was when the run was made, so that gland, "
    "centre, device, sex and age of its images are not known here."
)


def show(view: RunView) -> None:
    """Draw the tab.

    Args:
        view: The run.
    """
    if view.images is None:
        st.info(_NO_COHORT)
        return
    found = explored(view)
    section = found["subgroups"]
    if not section["attributes"]:
        st.info(f"No groups can be compared. {left_out_words(section['left_out'])}")
        return
    names = list(MEASURES)
    recall(_MEASURE, names[0], names)
    measure = st.pills(
        "Figure", names, key=_MEASURE, on_change=keep, args=(_MEASURE,)
    ) or st.session_state[f"{_MEASURE}_kept"]  # fmt: skip
    st.warning(f"{section['caution']} {LOOK}", icon=":material/warning:")
    lines = group_lines(section, measure)
    whole = whole_value(view.report, measure, found["where"])
    drawn = forest_figure(
        lines, at=whole, along=measure,
        title=f"{measure[0].upper()}{measure[1:]} by group"
        + ("" if whole is None else " (dotted: all images)"),
    )  # fmt: skip
    show_figure(
        drawn, csv_rows(shown_figures(lines)), name="groups", synthetic=view.synthetic,
        key="runs-groups",
    )  # fmt: skip
    said = (
        f"95 % intervals, {unit_noun(view.unit)} drawn again; n: images/{unit_noun(view.unit)}.",
        grey_words(view.unit),
        shared_words(section["attributes"], view.unit),
        left_out_words(section["left_out"]),
    )
    st.caption(" ".join(part for part in said if part))
    download_csv(
        csv_rows(section["figures"]), name="all-groups", synthetic=view.synthetic,
        key="runs-all-groups-csv", label="Download all figures of all groups (CSV)",
    )  # fmt: skip
