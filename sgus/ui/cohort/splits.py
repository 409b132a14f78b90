"""The view of splits: who is in which part, and whether each part can answer the question."""

from __future__ import annotations

import html
from typing import Final

import streamlit as st

from sgus.core.grades import GRADES
from sgus.ui.charts.export import show_figure
from sgus.ui.charts.kept import keep, recall
from sgus.ui.cohort.source import Shown
from sgus.ui.cohort.splits_chart import split_figure
from sgus.ui.cohort.tables import parts_html
from sgus.ui.model_choice import show_problem
from sgus.workflows.cohort_counts import ALL
from sgus.workflows.cohort_splits import (
    ALL_FOLDS,
    MIN_PATIENTS,
    POOLED,
    SplitPicture,
    fold_title,
    pictures,
    split_picture,
    thin_parts,
)
from sgus.workflows.cohort_view import BoolArray

_SPLIT: Final = "sgus_cohort_split"
_FOLD: Final = "sgus_cohort_fold"
_LEAST: Final = "sgus_cohort_least"


def show(shown: Shown, mask: BoolArray) -> None:
    """Draw the view; a split is always shown whole, whatever is filtered.

    Args:
        shown: The cohort.
        mask: The images shown elsewhere.
    """
    found = shown.splits
    for problem in found.problems:
        show_problem(f"Split {problem}")
    if not found.splits:
        root = shown.view.cohort.root.name
        word = "other " if found.problems else ""
        st.info(
            f"This cohort has no {word}split that can be shown. "
            f"`python -m sgus split data/{root} --scheme holdout` (or kfold, or "
            "leave-one-centre-out) makes one by patient."
        )
        return
    if not mask.all():
        st.caption("A split is shown whole: the filters above do not apply here.")
    picture, least = _choose(shown)
    unit = shown.view.unit
    name = picture.shown if len(picture.shown) < 40 and picture.shown != ALL_FOLDS else "folds"
    show_figure(
        split_figure(picture, unit), picture.records(), name=f"split-{picture.split}-{name}",
        synthetic=shown.view.cohort.info.synthetic,
        key=f"sgus-cohort-split-{picture.split}-{picture.shown}",
    )  # fmt: skip
    _show_counts(picture, least, unit)


def _choose(shown: Shown) -> tuple[SplitPicture, int]:
    splits = shown.splits.splits
    left, middle, right = st.columns([2, 2, 1])
    recall(_SPLIT, next(iter(splits)), list(splits))
    name = left.selectbox("Split", list(splits), key=_SPLIT, on_change=keep, args=(_SPLIT,))
    options = pictures(splits[name])
    fold = options[0]
    if len(options) > 1:
        recall(_FOLD, options[0], options)
        fold = middle.selectbox(
            "Picture of", options, key=_FOLD, on_change=keep, args=(_FOLD,), format_func=fold_title
        )
    recall(_LEAST, MIN_PATIENTS)
    least = right.number_input(
        "Mark below", min_value=1, max_value=100, key=_LEAST, on_change=keep, args=(_LEAST,),
        help="A figure of a grade rests on its patients, not on its images: with fewer than this "
        "its interval is too wide to say anything.",
    )  # fmt: skip
    return split_picture(shown.view, splits[name], fold), int(least)


def _show_counts(picture: SplitPicture, least: int, unit: str) -> None:
    st.subheader("Grades of each part")
    st.caption(f"Images, and in brackets {unit}s; below {least} {unit}s the cell is marked.")
    st.html(parts_html(picture.counts, [*map(str, GRADES), ALL], least))
    thin = thin_parts(picture, least=least)
    if not thin:
        where = "in all folds together, from which figures are made"
        where = where if POOLED in picture.counts else "in every part that has images"
        st.success(f"Every grade has {least} {unit}s or more {where}.")
        return
    items = "".join(f"<li>{html.escape(line)}</li>" for line in thin)
    st.html(
        f'<div class="sgus-problem"><b>Fewer than {least} {html.escape(unit)}s of a grade</b>: '
        f"figures of that grade on that part will say next to nothing.<ul>{items}</ul></div>"
    )
