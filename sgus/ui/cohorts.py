"""The cohorts of this installation, a card each."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import streamlit as st

from sgus.core.grades import GRADES
from sgus.ui.frame import SYNTHETIC_CHIP
from sgus.ui.theme import GRADE_COLOURS, ON_GRADE
from sgus.workflows.cohorts import CohortFacts, data_folder, list_cohorts

NONE: Final = (
    "None yet. <code>make run</code> makes a demo cohort of simulated images; "
    "<code>python -m sgus import</code> makes one of your own."
)


def installed_cohorts() -> tuple[list[CohortFacts], list[str]]:
    """The cohorts and the problems with some, read again when a table or a split changes."""
    folder = data_folder()
    return _listed(str(folder), _state(folder))


def _state(folder: Path) -> tuple[tuple[str, int, int], ...]:
    watched = (*folder.glob("*/*.csv"), *folder.glob("*/cohort.json"), *folder.glob("*/splits"))
    states = ((str(path), path.stat()) for path in sorted(watched))
    return tuple((path, state.st_size, state.st_mtime_ns) for path, state in states)


@st.cache_resource(max_entries=4, show_spinner=False)
def _listed(
    folder: str, state: tuple[tuple[str, int, int], ...]
) -> tuple[list[CohortFacts], list[str]]:
    del state  # only part of the key
    return list_cohorts(Path(folder))


def cohorts_html(cohorts: Sequence[CohortFacts], problems: Sequence[str]) -> str:
    """Cards, and a box for each cohort that cannot be read."""
    boxes = [f'<div class="sgus-problem">{html.escape(problem)}</div>' for problem in problems]
    cards = [cohort_html(facts) for facts in cohorts]
    return "".join([*boxes, *cards]) or f'<p class="sgus-muted">{NONE}</p>'


def cohort_html(facts: CohortFacts) -> str:
    """One cohort: what it is, how much, which grades, what to do next."""
    chip = SYNTHETIC_CHIP if facts.synthetic else ""
    look = "try its images under <b>Grade images</b>, or " if facts.synthetic else ""
    return (
        f'<div class="sgus-card sgus-cohort"><h4>{html.escape(facts.name)} {chip}</h4>'
        f"<p>{html.escape(_counts(facts))}</p>{_grades(facts)}"
        f"<p>Next: {look}<code>{html.escape(facts.next_step)}</code></p></div>"
    )


def _counts(facts: CohortFacts) -> str:
    kind = "simulated " if facts.synthetic else ""
    unit = facts.patient_unit if facts.n_patients == 1 else f"{facts.patient_unit}s"
    parts = [f"{facts.n_images} {kind}images", f"{facts.n_patients} {kind}{unit}"]
    if facts.n_excluded:
        parts.append(f"{facts.n_excluded} images excluded")
    readers = f"{facts.n_readers} readers ({facts.n_readings} readings)"
    parts.append(readers if facts.n_readers else "no single readings")
    return ", ".join(parts) + "."


def _grades(facts: CohortFacts) -> str:
    """Images by gland and grade."""
    columns: list[int | None] = [*GRADES]
    if any(None in counts for counts in facts.grades.values()):
        columns.append(None)
    head = "".join(f"<th>{_dot(grade)}</th>" for grade in columns)
    rows = "".join(
        f"<tr><td>{html.escape(gland)}</td>"
        + "".join(f"<td>{counts.get(grade, 0)}</td>" for grade in columns)
        + "</tr>"
        for gland, counts in sorted(facts.grades.items())
    )
    return f'<table class="sgus-table"><tr><th>Grade</th>{head}</tr>{rows}</table>'


def _dot(grade: int | None) -> str:
    if grade is None:
        return "none"
    style = f"background:{GRADE_COLOURS[grade]};color:{ON_GRADE[grade]}"
    return f'<span class="sgus-dot" style="{style}">{grade}</span>'
