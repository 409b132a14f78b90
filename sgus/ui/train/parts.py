"""What a run learns from and is judged by: cohort, split, and whether they can answer at all."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from sgus.cohort.manifest import Cohort
from sgus.cohort.split_model import Fold
from sgus.core.errors import SgusError
from sgus.core.grades import GRADES
from sgus.stats.bootstrap import MIN_PATIENTS
from sgus.ui.charts.kept import keep, recall
from sgus.ui.cohort.source import Shown, choose_cohort
from sgus.ui.cohort.tables import parts_html
from sgus.ui.model_choice import show_problem
from sgus.ui.train.new_split import make_split_here
from sgus.workflows.cohort_counts import ALL
from sgus.workflows.jobs import EVERYTHING
from sgus.workflows.train_parts import (
    TEST,
    PartCounts,
    Verdict,
    count_parts,
    counted,
    folds_of,
    judge,
)

SPLIT: Final = "sgus_train_split"
ACCEPT: Final = "sgus_train_accept"
NO_SPLIT: Final = (
    "This cohort has no split that can be used. Make one: it says who is learnt from and who is "
    "judged, and never divides a patient."
)


@dataclass(frozen=True, eq=False)
class Chosen:
    """What a run would be trained on.

    Attributes:
        cohort: The cohort.
        split: Name of the split.
        folds: Its folds, verified.
        parts: Its parts, counted.
        verdict: What it can answer.
    """

    cohort: Cohort
    split: str
    folds: tuple[Fold, ...]
    parts: tuple[PartCounts, ...]
    verdict: Verdict


def choose_parts() -> Chosen | None:
    """Draw the choice of cohort and split, and what they hold.

    Returns:
        The choice; None, after saying why, where nothing can be trained on yet.
    """
    left, middle, right = st.columns([5, 4, 2], vertical_alignment="bottom")
    with left:
        shown = choose_cohort()
    if shown is None:
        return None
    with middle:
        split = _choose_split(shown)
    with right:
        make_split_here(shown.view.cohort, SPLIT)
    if shown.splits.problems:
        show_problem(*(f"Split {problem}" for problem in shown.splits.problems))
    if split is None:
        st.info(NO_SPLIT if not shown.splits.splits else "Choose a split.")
        return None
    try:
        with st.spinner("Looking for patients and pictures on two sides of the split"):
            chosen = _chosen(shown.view.cohort, split)
    except SgusError as error:
        show_problem(str(error))
        return None
    _show_counts(chosen, unit=shown.view.unit)
    return chosen


def accepted(verdict: Verdict, *, key: str) -> bool:
    """Draw what a split cannot answer, with a box to tick where a person may go on.

    Args:
        verdict: What is to be said.
        key: Names cohort and split: another choice is to be accepted anew.

    Returns:
        Whether a run may be started.
    """
    if verdict.refusals:
        _box("Nothing can be started on this split", verdict.refusals)
    if verdict.warnings:
        _box("Some questions will stay open", verdict.warnings)
    for note in verdict.notes:
        st.caption(note)
    if verdict.refusals:
        return False
    if not verdict.warnings:
        return True
    return st.checkbox("I know, and want to train all the same", key=f"{ACCEPT}_{key}")


def _choose_split(shown: Shown) -> str | None:
    names = [*shown.splits.splits, EVERYTHING]
    recall(SPLIT, names[0] if shown.splits.splits else None, [*names, None])
    if st.session_state[SPLIT] is None and shown.splits.splits:
        st.session_state[SPLIT] = names[0]
    words = {EVERYTHING: "everything (all images, none left to judge by)"}
    return st.selectbox(
        "Split", names, index=None, key=SPLIT, on_change=keep, args=(SPLIT,),
        format_func=lambda name: words.get(name, name), placeholder="Choose or make one",
        help="Who is learnt from, who chooses the epoch, and who is only judged at the end.",
    )  # fmt: skip


def _chosen(cohort: Cohort, split: str) -> Chosen:
    path = cohort.root / "splits" / f"{split}.json"
    changed = path.stat().st_mtime_ns if path.is_file() else 0
    return _verified(cohort, str(cohort.root), cohort.manifest_hash, split, changed)


@st.cache_resource(max_entries=8, show_spinner=False)
def _verified(_cohort: Cohort, root: str, manifest: str, split: str, changed: int) -> Chosen:
    del root, manifest, changed  # only part of the key
    _, folds = folds_of(_cohort, split)
    parts = count_parts(_cohort, folds)
    return Chosen(_cohort, split, folds, parts, judge(parts, unit=_cohort.info.patient_unit))


def _show_counts(chosen: Chosen, *, unit: str) -> None:
    several = len(chosen.folds) > 1
    parts = chosen.parts
    shown = [part for part in parts if not several or (part.part == TEST and not part.fold)]
    st.html(_table(shown))
    n_images = len(chosen.cohort.usable())
    st.caption(
        f"Images, and in brackets {unit}s; fewer than {MIN_PATIENTS} {unit}s of a grade are "
        f"marked. No {unit} and no picture stands on two sides of this split: looked for among "
        f"{counted(n_images, 'image')}."
    )
    if several:
        with st.expander(f"Parts of each of the {len(chosen.folds)} folds", key="sgus-train-folds"):
            st.html(_table([part for part in parts if part.fold]))


def _table(parts: Sequence[PartCounts]) -> str:
    several = len(parts) == 1 and parts[0].part == TEST
    counts = {
        "test, all folds together" if several else part.title: part.counts
        for part in parts
        if part.whole.images
    }
    return parts_html(counts, [*map(str, GRADES), ALL], MIN_PATIENTS)


def _box(title: str, lines: Sequence[str]) -> None:
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    st.html(
        f'<div class="sgus-problem" role="alert"><b>{html.escape(title)}</b><ul>{items}</ul></div>'
    )


def place_of(root: Path, split: str) -> str:
    """A key of cohort and split."""
    return f"{root}/{split}"
