"""A run as a line of the list; no streamlit here."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sgus.core.synthetic import SYNTHETIC_MARK
from sgus.report.evidence import FEW_PATIENTS
from sgus.report.figures import unit_noun
from sgus.ui.words import percent
from sgus.workflows.run_list import DONE, EVERYTHING, MainFigure, RunSummary

HEADS: Final = ("State, since when", "Cohort, split, what was trained", "Test", "Accuracy", "Kappa")
STATES: Final = {
    "done": ("done", "#009E73", "✓"),
    "running": ("running", "#0072B2", "▶"),
    "queued": ("waits", "#4A5866", "…"),
    "failed": ("failed", "#D55E00", "✕"),
    "cancelled": ("cancelled", "#4A5866", "◼"),
    "interrupted": ("interrupted", "#D55E00", "‖"),
}
_GRID: Final = (
    "display:grid;grid-template-columns:minmax(0,3fr) minmax(0,6fr) 5.4rem 4.6rem 6rem;"
    "gap:.9rem;align-items:start;font-size:.95rem;line-height:1.35"
)
_LONGEST: Final = 160
_GREY: Final = "color:#6B7683;font-style:italic"


def head_html(heads: Sequence[str]) -> str:
    """The heads of the columns."""
    cells = "".join(f"<b>{html.escape(head)}</b>" for head in heads)
    return f'<div style="{_GRID};border-bottom:2px solid var(--ink)">{cells}</div>'


def row_html(run: RunSummary) -> str:
    """All columns but the name."""
    chip = f'<br><span class="sgus-chip">{SYNTHETIC_MARK}</span>' if run.synthetic else ""
    why = html.escape(run.reason[:_LONGEST]) if run.state != DONE else ""
    split = "every image" if run.split == EVERYTHING else run.split
    where = " · ".join(html.escape(text) for text in (run.cohort, split) if text)
    cells = (
        f"{state_html(run)}<br>{when_words(run.changed_at)}",
        f'{where or "–"}<br><span class="sgus-muted">{html.escape(run.trained)}'
        f"{f'<br>{why}' if why else ''}</span>{chip}",
        _test(run),
        figure_html(run.accuracy, share=True),
        figure_html(run.kappa, share=False),
    )
    inside = "".join(f"<div>{cell}</div>" for cell in cells)
    return f'<div style="{_GRID};border-bottom:1px solid var(--line)">{inside}</div>'


def state_html(run: RunSummary) -> str:
    """The state as a word with a sign."""
    word, colour, sign = STATES.get(run.state, (run.state, "#4A5866", ""))
    return f'<b style="color:{colour}">{sign} {html.escape(word)}</b>'


def figure_html(figure: MainFigure | None, *, share: bool) -> str:
    """A figure with its interval; grey on few patients."""
    if figure is None or figure.value is None:
        return '<span class="sgus-muted">–</span>'
    ends = [figure.low, figure.high]
    value = percent(figure.value) if share else f"{figure.value:.2f}"
    interval = "no interval"
    if figure.low is not None and figure.high is not None:
        interval = " to ".join(_end(end, share=share) for end in ends if end is not None)
    grey = f' style="{_GREY}"' if figure.n_patients < FEW_PATIENTS else ""
    return f'<span{grey}><b>{value}</b><br><span class="sgus-small">{interval}</span></span>'


def when_words(moment: datetime) -> str:
    """A moment in the time of this machine, to the minute."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _end(value: float, *, share: bool) -> str:
    return f"{100 * value:.0f}" if share else f"{value:.2f}"


def _test(run: RunSummary) -> str:
    if run.n_test_images is None or run.n_test_patients is None:
        return '<span class="sgus-muted">not judged</span>'
    noun = unit_noun(run.patient_unit, n=run.n_test_patients)
    return f"{run.n_test_images:,} images<br>{run.n_test_patients:,} {noun}"
