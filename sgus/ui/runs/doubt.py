"""The tab of doubt: prediction sets, which grades an image may have at a promised chance."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from sgus.core.grades import DESCRIPTIONS
from sgus.report.figures import unit_noun
from sgus.ui.charts.export import download_csv, show_figure
from sgus.ui.charts.kept import keep, keep_all, recall
from sgus.ui.runs.cached import evidence_of, explored
from sgus.ui.runs.doubt_words import (
    MEANING,
    NOT_PROMISED,
    SCORES,
    coverage_words,
    promise_words,
    refusal_words,
    size_rows,
    sizes_words,
    too_wide_words,
)
from sgus.ui.runs.figure_words import Figure, csv_rows, grey_words, those
from sgus.ui.runs.forest_chart import Line, forest_figure, span_of
from sgus.ui.runs.grey_table import show_table
from sgus.ui.runs.sets_chart import sets_figure
from sgus.workflows.run_view import RunView

_ALPHA: Final = "sgus_runs_alpha"
_SCORE: Final = "sgus_runs_score"
_SET: Final = "sgus_runs_set"
_ALPHAS: Final = (0.05, 0.1, 0.2, 0.3)
_HEADINGS: Final = {"grade": "true grade", "device": "device", "device_class": "device class"}
_LIST_HEIGHT: Final = 400


def show(view: RunView) -> None:
    """Draw the tab.

    Args:
        view: The run.
    """
    st.caption(MEANING)
    alpha, score = _choices()
    section = explored(view, alpha)["conformal"]
    if section["reason"]:
        st.info(refusal_words(section["reason"], view.unit))
        return
    rows = size_rows(section["counts"], score)
    st.markdown(f"**{sizes_words(rows)}** {coverage_words(section['figures'], score, alpha)}")
    wide = too_wide_words(rows, alpha)
    if wide:
        st.info(wide)
    counts = [count for count in section["counts"] if count["score"] == score]
    show_figure(
        sets_figure(counts, title="Images by the set of grades they get"), counts,
        name="prediction-sets", synthetic=view.synthetic, key="runs-sets",
    )  # fmt: skip
    _forests(view, those(section["figures"], score=score), alpha)
    _images(view, section["sets"][score])
    with st.expander("How the sets were made"):
        st.markdown(section["method"])
        st.markdown(section["calibration"])
        thresholds = [one for one in section["thresholds"] if one["score"] == score]
        show_table(thresholds)


def _choices() -> tuple[float, str]:
    with st.container(horizontal=True):
        recall(_ALPHA, 0.1, list(_ALPHAS))
        alpha = st.segmented_control(
            "A set is to hold the true grade in", list(_ALPHAS), key=_ALPHA, on_change=keep,
            args=(_ALPHA,), format_func=promise_words,
        ) or st.session_state[f"{_ALPHA}_kept"]  # fmt: skip
        recall(_SCORE, next(iter(SCORES)), list(SCORES))
        score = st.segmented_control(
            "Sets are of", list(SCORES), key=_SCORE, on_change=keep, args=(_SCORE,),
            help="Neighbouring grades: never empty, without gaps. Smallest: smaller on average, "
            "but may skip a grade or be empty.",
        ) or st.session_state[f"{_SCORE}_kept"]  # fmt: skip
    return float(alpha), SCORES[score]


def _forests(view: RunView, figures: list[Figure], alpha: float) -> None:
    """Coverage beside size: a set that holds everything because it is large is no help."""
    left, right = st.columns(2, gap="medium")
    drawn = (
        (left, "coverage", "share of images whose set holds the true grade", 1.0 - alpha),
        (right, "mean_set_size", "mean number of grades in a set", 1.0),
    )
    for column, name, along, at in drawn:
        lines = group_lines(figures, name)
        title = "Coverage (dotted: asked for)" if name == "coverage" else "Size (1 is best)"
        own = [line.figure for line in lines if line.figure is not None]
        span = (0.9, 4.1) if name == "mean_set_size" else (min(0.5, span_of(own)[0]), 1.03)
        with column:
            show_figure(
                forest_figure(lines, title=title, along=along, at=at, span=span),
                csv_rows(own), name=f"sets-{name}", synthetic=view.synthetic,
                key=f"runs-sets-{name}",
            )  # fmt: skip
    st.caption(
        f"95 % intervals, {unit_noun(view.unit)} drawn again; n: images/{unit_noun(view.unit)}. "
        f"{grey_words(view.unit)} {NOT_PROMISED}"
    )


def group_lines(figures: list[Figure], name: str) -> list[Line]:
    """All images, then each true grade, device and device class, under headings."""
    own = those(figures, figure=name)
    lines = [Line("all images", figure, symbol="diamond") for figure in those(own, by=None)]
    for by, heading in _HEADINGS.items():
        found = those(own, by=by)
        if found:
            lines.append(Line(heading))
            lines += [Line(str(figure["group"]), figure) for figure in found]
    return lines


def _images(view: RunView, sets: dict[str, Any]) -> None:
    """The images of each set; those that it misses are the ones to look at first."""
    st.subheader("Images by set")
    rows = sorted(image_rows(view, sets), key=lambda row: str(row["image"]))
    options = ["all sets", "sets that miss", *sorted({row["set"] for row in rows})]
    recall(_SET, options[0], options)
    chosen = st.pills(
        "Set", options, key=_SET, on_change=keep_all, args=(_SET,), label_visibility="collapsed"
    )  # fmt: skip
    shown = rows_of_set(rows, str(chosen))
    st.caption(
        f"{len(shown):,} of {len(rows):,} images. "
        + "; ".join(f"{grade}: {words}" for grade, words in DESCRIPTIONS.items())
    )
    show_table(shown, height=_LIST_HEIGHT)
    download_csv(
        rows, name="images-by-set", synthetic=view.synthetic, key="runs-sets-images-csv",
        label="Download the list (CSV)",
    )  # fmt: skip


def rows_of_set(rows: list[dict[str, Any]], chosen: str) -> list[dict[str, Any]]:
    """Rows of one set, of all, or of those that miss the true grade."""
    if chosen == "sets that miss":
        return [row for row in rows if not row["holds the true grade"]]
    return [row for row in rows if chosen not in {r["set"] for r in rows} or row["set"] == chosen]


def image_rows(view: RunView, sets: dict[str, Any]) -> list[dict[str, Any]]:
    """A row an image: its set, its true and its most probable grade, its probabilities."""
    table = evidence_of(view).rows.set_index("image_id").loc[sets["image_id"]]
    return [
        {
            "image": name, "patient": row.patient_id, "set": text,
            "true grade": int(row.grade), "holds the true grade": bool(holds),
            "most probable": int(row.predicted),
            **{f"p{grade}": round(float(getattr(row, f"p{grade}")), 3) for grade in range(4)},
        }
        for name, text, holds, row in zip(
            sets["image_id"], sets["set"], sets["holds"], table.itertuples(), strict=True
        )
    ]  # fmt: skip
