"""The list of runs: what each is, how far it came, its main figures; a button opens it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final

import streamlit as st

from sgus.ui.frame import PAGES
from sgus.ui.runs.figure_words import counted
from sgus.ui.runs.listing_words import HEADS, head_html, row_html
from sgus.ui.runs.session import open_one
from sgus.workflows.run_list import DONE
from sgus.workflows.run_view import RunSummary

NONE: Final = (
    "There is no run yet. A run trains a model on a cohort and judges it on patients it never saw. "
    "Start one on the page Train, or with `python -m sgus train data/COHORT --split holdout "
    "--preset quick --evaluate`; it then stands here."
)
TRAIN_PAGE: Final = "pages/train.py"
_MOST: Final = 50
_PAGE: Final = "sgus_runs_list_page"
_WIDTHS: Final = (2, 9)


def show_list(runs: Sequence[RunSummary]) -> None:
    """Draw the list.

    Args:
        runs: In their order.
    """
    if not runs:
        st.info(NONE)
        to_training("Start a run")
        return
    unfinished = sum(run.state != DONE for run in runs)
    st.markdown(f"**{counted(len(runs), 'run')}**, the one that changed last first")
    last = -(-len(runs) // _MOST)
    page = int(st.pagination(last, key=_PAGE)) if last > 1 else 1
    with st.container(key="sgus-runs-list", gap="small"):
        _line("", head_html(HEADS))
        for run in runs[(page - 1) * _MOST : page * _MOST]:
            _line(run.name, row_html(run), opens=run.state == DONE)
    st.caption(
        "Accuracy and quadratic-weighted kappa of the four grades on the test part, with 95 % "
        "intervals by patient."
    )
    if unfinished:
        st.caption("A run that is not done has no result to look at: the page Train shows it.")
        to_training("See it on the page Train")


def to_training(label: str) -> None:
    """A way to the train page, where this installation has one.

    Args:
        label: Of the button.
    """
    if TRAIN_PAGE in PAGES and st.button(
        label, key="sgus-runs-train", icon=":material/model_training:"
    ):
        st.switch_page(TRAIN_PAGE)


def _line(name: str, row: str, *, opens: bool = False) -> None:
    left, right = st.columns(_WIDTHS, gap="small")
    with left:
        if opens:
            st.button(name, key=f"sgus-gallery-open-{name}", on_click=open_one, args=(name,),
                      type="tertiary", wrap=True)  # fmt: skip
        else:
            st.html(f'<div class="sgus-name">{html.escape(name) or "<b>Run</b>"}</div>')
    right.html(row)
