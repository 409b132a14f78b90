"""The result of a run: in words, as matrices whose cells open, as figures, beside others."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import streamlit as st

from sgus.report.figures import unit_noun
from sgus.ui.charts.export import download_csv, show_figure
from sgus.ui.charts.kept import keep, recall
from sgus.ui.runs.accuracy import show_accuracies
from sgus.ui.runs.cached import parts
from sgus.ui.runs.cell import (
    cell_words,
    choose_cell,
    choose_part,
    choose_subset,
    chosen_cell,
    part_words,
    put_cell,
)
from sgus.ui.runs.figure_table import (
    HELP,
    SCOPE_NAMES,
    csv_rows,
    grey_line,
    label_figures,
    labels_html,
    overall_figures,
    overall_html,
)
from sgus.ui.runs.images import show_first
from sgus.ui.runs.matrix_chart import cell_of, matrix_figure, matrix_rows
from sgus.ui.runs.words import Said, result_words
from sgus.workflows.run_cells import FOUR_GRADES, KINDS, CellMatrix, kinds, matrix_of
from sgus.workflows.run_view import RunView

if TYPE_CHECKING:
    import pandas as pd

_SHARES: Final = "sgus_runs_shares"
_SPACED: Final = ' style="margin-bottom:.5rem"'
_COUNTS: Final = "images"
_OF_ROW: Final = "share of the row"
_SCOPE: Final = "sgus_runs_scope"
NOTHING: Final = (
    "This model learnt from every image: there is none left to judge it by. Its honest figures are "
    "those of a run of the same recipe on a split."
)


def show(view: RunView) -> None:
    """Draw the view.

    Args:
        view: The run.
    """
    found = parts(view)
    if not found:
        st.info(NOTHING)
        return
    judged = next(iter(found))
    grades = matrix_of(found[judged], KINDS[FOUR_GRADES])
    said = result_words(view.report, grades, where=judged, facts=view.facts, run=view.name)
    _say(said)
    _explore(view, said.mistake)
    if view.report is not None and view.has_test:
        show_accuracies(view)


@st.fragment
def _explore(view: RunView, mistake: tuple[int, int] | None) -> None:
    """Matrices, the images of a cell and figures: only these run anew at a click on them."""
    found = parts(view)
    st.subheader("Where it is right, and where not")
    if mistake is not None:
        st.button("Show the images of its most frequent mistake", key="sgus-runs-mistake",
                  on_click=put_cell, args=((FOUR_GRADES, *mistake),),
                  icon=":material/search:")  # fmt: skip
    left, middle, right = st.columns([4, 5, 3], vertical_alignment="bottom")
    with left:
        part = choose_part(list(found))
    with middle:
        subset = choose_subset()
    with right:
        recall(_SHARES, _COUNTS, (_COUNTS, _OF_ROW))
        shown = st.segmented_control(
            "Cells say", (_COUNTS, _OF_ROW), key=_SHARES, on_change=keep, args=(_SHARES,)
        )
    rows = found[part]
    _matrices(view, rows, part, [matrix_of(rows, kind) for kind in kinds(subset)],
              shares=(shown or st.session_state[f"{_SHARES}_kept"]) == _OF_ROW)  # fmt: skip
    _cell(view, rows)
    _figures(view, rows, part)


def _say(said: Said) -> None:
    main, *more = said.found
    blocks = [
        ("What was found", more), ("How sure that is", said.sure), ("What to do next", said.next)
    ]  # fmt: skip
    cards = "".join(_card(title, lines) for title, lines in blocks if lines)
    st.html(f'<p class="sgus-lead">{html.escape(main)}</p><div class="sgus-cards">{cards}</div>')


def _card(title: str, lines: Sequence[str]) -> str:
    paragraphs = "".join(f"<p{_SPACED}>{html.escape(line)}</p>" for line in lines)
    return f'<div class="sgus-card"><h4>{title}</h4>{paragraphs}</div>'


def _matrices(
    view: RunView, rows: pd.DataFrame, part: str, matrices: Sequence[CellMatrix], *, shares: bool
) -> None:
    noun = unit_noun(view.unit)
    key = f"sgus-runs-matrices-{view.key[:8]}-{part}-{'-'.join(m.kind.name for m in matrices)}"
    figure = matrix_figure(
        matrices, shares=shares, chosen=chosen_cell(), noun=noun,
        title=f"Readers\u2019 grade by the model\u2019s ({part}, {view.name})",
    )  # fmt: skip
    show_figure(
        figure, matrix_rows(matrices, where=part), name=f"confusion-{part.replace(' ', '-')}",
        synthetic=view.synthetic, key=key, on_select=lambda: _take(key),
    )  # fmt: skip
    st.caption(
        "Down: what the readers said; across: what the model said; framed: the same. Colour: share "
        "of the row. Click a cell to see its images, or choose it here."
    )


def _take(key: str) -> None:
    cell = cell_of(st.session_state[key])
    if cell is not None:
        put_cell(cell)


def _cell(view: RunView, rows: pd.DataFrame) -> None:
    cell = choose_cell()
    if cell[1] is None and cell[2] is None:
        return
    matrix = matrix_of(rows, KINDS[cell[0]])
    mask = matrix.cell(cell[1], cell[2])
    st.markdown(f"**{cell_words(cell)}: {int(mask.sum()):,} images**")
    show_first(view, rows[mask])


def _figures(view: RunView, rows: pd.DataFrame, part: str) -> None:
    st.subheader("Precision, recall and F1", help=HELP)
    if view.report is None:
        st.info(
            f"This run was not evaluated: `python -m sgus evaluate runs/{view.name}` works its "
            "figures out, with intervals."
        )
        return
    names = list(SCOPE_NAMES)
    recall(_SCOPE, names[0], names)
    name = st.segmented_control(
        "Figures of", names, key=_SCOPE, on_change=keep, args=(_SCOPE,),
        format_func=lambda name: SCOPE_NAMES[name],
    ) or st.session_state[f"{_SCOPE}_kept"]  # fmt: skip
    kind = KINDS[name]
    by_label = label_figures(view.report, kind, part)
    overall = overall_figures(view.report, kind, part)
    drawn = [figure for _, figures in by_label for figure in figures if figure is not None]
    if not drawn and not overall:
        st.caption(f"The report holds no such figures of {part_words(part)}.")
        return
    if drawn:
        st.html(labels_html(by_label, unit=view.unit))
    st.html(overall_html(overall, unit=view.unit, more=_guess(rows, kind.name)))
    st.caption(grey_line(view.unit))
    download_csv(
        csv_rows([*drawn, *overall]), name=f"figures-{part.replace(' ', '-')}",
        synthetic=view.synthetic, key="sgus-runs-figures-csv",
    )  # fmt: skip


def _guess(rows: pd.DataFrame, name: str) -> dict[str, str]:
    """The score of an answer that knows no image, to measure the model's by."""
    from sgus.stats.ordinal import ranked_probability_scores

    if name != FOUR_GRADES or rows.empty:
        return {}
    grade = rows["grade"].to_numpy(dtype=np.int64)
    shares = np.bincount(grade, minlength=4) / len(grade)
    score = float(ranked_probability_scores(grade, np.tile(shares, (len(grade), 1))).mean())
    return {"ranked_probability_score": f"shares of the grades for every image score {score:.2f}"}
