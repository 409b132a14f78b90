"""The tab of thresholds: curves of each stage, and what a decision is worth at any threshold."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from sgus.core.grades import STAGES, Stage
from sgus.report.calibration_rows import calibration_rows
from sgus.report.chosen_threshold import AIMS, Aim, chosen_threshold
from sgus.report.figures import unit_noun
from sgus.report.scopes import CUT
from sgus.ui.charts.export import download_csv, show_figure
from sgus.ui.charts.kept import keep, recall
from sgus.ui.runs.cached import evidence_of, explored, thresholds_of
from sgus.ui.runs.curves_chart import MARK_COLOURS, Mark, curve_rows, curves_figure
from sgus.ui.runs.figure_words import (
    Figure,
    counted,
    csv_rows,
    grey_words,
    people_words,
    shown_rows,
    those,
)
from sgus.ui.runs.grey_table import show_table
from sgus.ui.runs.threshold_words import (
    OPTIMISTIC,
    PREVALENCE,
    area_row,
    chosen_words,
    decision_words,
    stage_words,
)
from sgus.workflows.run_view import RunView

_STAGE: Final = "sgus_runs_stage"
_AIM: Final = "sgus_runs_aim"
_LEAST: Final = "sgus_runs_least"
_LEAST_OPTIONS: Final = (0.8, 0.85, 0.9, 0.95)
_DECISION: Final = (
    "sensitivity", "specificity", "positive_predictive_value", "negative_predictive_value",
    "accuracy", "balanced_accuracy",
)  # fmt: skip
_STEP: Final = 0.01


def show(view: RunView) -> None:
    """Draw the tab.

    Args:
        view: The run.
    """
    section = explored(view)["curves"]
    _overview(view, section["figures"])
    titles = {stage.title: stage for stage in STAGES}
    recall(_STAGE, STAGES[0].title, list(titles))
    title = st.segmented_control(
        "Stage", list(titles), key=_STAGE, on_change=keep, args=(_STAGE,)
    ) or st.session_state.get(f"{_STAGE}_kept")  # fmt: skip
    stage = titles[str(title)]
    st.caption(stage_words(stage))
    _at_a_threshold(view, stage)


def _overview(view: RunView, figures: list[Figure]) -> None:
    """Areas of all stages: one look says which stage is hard."""
    rows = [area_row(stage, figures) for stage in STAGES]
    remarks = [f"{row['stage']}: {row.pop('remark')}." for row in rows if row["remark"]]
    show_table([{key: row[key] for key in row if key != "remark"} for row in rows])
    for remark in remarks:
        st.caption(remark)
    st.caption(
        f"95 % intervals: {unit_noun(view.unit)} are drawn again. A model that ranks at random has "
        "an AUC of 0.5, and the prevalence as its average precision."
    )
    download_csv(
        csv_rows(figures), name="stage-figures", synthetic=view.synthetic, key="runs-areas-csv"
    )


@st.fragment
def _at_a_threshold(view: RunView, stage: Stage) -> None:
    """Curves, the threshold that is dragged, and the one chosen elsewhere; answers by itself."""
    key = f"sgus_runs_threshold_{stage.name}"
    recall(key, CUT)
    threshold = st.slider(
        f"Threshold: from this probability on, an image is called {_side(stage)}", 0.0, 1.0,
        step=_STEP, key=key, on_change=keep, args=(key,),
    )  # fmt: skip
    figures = thresholds_of(view, stage.name).at(threshold)
    st.markdown(f"**{decision_words(stage, figures)}**")
    drawn = st.container()
    st.warning(OPTIMISTIC, icon=":material/warning:")
    found = _chosen(view, stage)
    marks: list[Mark] = [(f"threshold {threshold:.2f}", MARK_COLOURS[0], "circle", figures)]
    if found["figures"]:
        marks.append((f"chosen on {_short(found)}", MARK_COLOURS[1], "diamond", found["figures"]))
    with drawn:
        _draw(view, stage, marks)
    _table(view, figures, found)


def _chosen(view: RunView, stage: Stage) -> dict[str, Any]:
    """Ask for what must be reached where the threshold may be chosen."""
    evidence = evidence_of(view)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        recall(_AIM, AIMS[0], list(AIMS))
        aim: Aim = st.segmented_control(
            "Chosen without the test images, for a", list(AIMS), key=_AIM,
            on_change=keep, args=(_AIM,),
        ) or AIMS[0]  # fmt: skip
        recall(_LEAST, 0.9, list(_LEAST_OPTIONS))
        least = st.segmented_control(
            "of at least", list(_LEAST_OPTIONS), key=_LEAST, on_change=keep, args=(_LEAST,),
            format_func=lambda share: f"{share:.0%}",
        ) or 0.9  # fmt: skip
    found = chosen_threshold(evidence, calibration_rows(evidence), stage, aim=aim, least=least)
    if found["reason"]:
        st.info(f"No threshold can be chosen without the test images: {found['reason']}.")
    else:
        st.markdown(f"Threshold {chosen_words(found, noun=unit_noun(view.unit, n=1))}")
        if found["figures"][0]["threshold"] is not None:
            st.button(
                "Put the slider there", on_click=_move, key="sgus-runs-take",
                args=(f"sgus_runs_threshold_{stage.name}", found["lots"][0]["threshold"]),
            )  # fmt: skip
    return found


def _move(key: str, threshold: float) -> None:
    st.session_state[key] = st.session_state[f"{key}_kept"] = _below(threshold)


def _below(threshold: float) -> float:
    """The step of the slider at or below a threshold, so that what it calls stays called."""
    return int(threshold / _STEP) * _STEP


def _draw(view: RunView, stage: Stage, marks: list[Mark]) -> None:
    section = explored(view)["curves"]
    curve = next(one for one in section["curves"] if one["scope"] == stage.name)
    people = people_words(curve["n_patients"], view.unit)
    basis = f"{counted(curve['n_images'], 'image')} of {people}"
    show_figure(
        curves_figure(curve, section["figures"], marks, title=f"{stage.title}: {basis}"),
        curve_rows(curve), name=f"curves-{stage.name}", synthetic=view.synthetic,
        key=f"runs-curves-{stage.name}",
    )  # fmt: skip
    if curve["band_reason"]:
        st.caption(f"{curve['band_reason'].capitalize()}.")


def _table(view: RunView, figures: list[Figure], found: dict[str, Any]) -> None:
    dragged = [f for name in _DECISION for f in those(figures, figure=name)]
    chosen = [f for name in _DECISION for f in those(found["figures"], figure=name)]
    rows: list[dict[str, Any]] = []
    others = {row["statistic"]: row["value"] for row in shown_rows(chosen)}
    for row in shown_rows(dragged):
        more = {f"chosen on {_short(found)}": others[row["statistic"]]} if others else {}
        rows.append(
            {
                "statistic": row["statistic"], "at the slider": row["value"], **more,
                "made from (at the slider)": row["made from"], "remark": row["remark"],
            }
        )  # fmt: skip
    show_table(rows, few=[bool(figure["few"]) for figure in dragged])
    st.caption(
        f"{grey_words(view.unit)} 95 % intervals, {unit_noun(view.unit)} drawn again. {PREVALENCE}"
    )
    download_csv(
        csv_rows([f | {"chosen on": ""} for f in figures]
                 + [f | {"chosen on": found["source"]} for f in found["figures"]]),
        name="threshold", synthetic=view.synthetic, key="runs-threshold-csv",
    )  # fmt: skip


def _short(found: dict[str, Any]) -> str:
    return "other folds" if found["source"] != "validation" else "validation"


def _side(stage: Stage) -> str:
    return "/".join(map(str, stage.higher))
