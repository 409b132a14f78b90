"""The cohort that is looked at, read once for all sessions and again when a file of it changes."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from sgus.cohort.manifest import Cohort, load_cohort
from sgus.core.errors import SgusError
from sgus.ui.charts.kept import keep, recall
from sgus.ui.cohorts import installed_cohorts
from sgus.ui.model_choice import show_problem
from sgus.workflows.cohort_checks import Check, Flag, all_flags, flag_facet, saved_check
from sgus.workflows.cohort_splits import FoundSplits, find_splits, part_facet
from sgus.workflows.cohort_view import CohortView, cohort_view

COHORT: Final = "sgus_cohort"
"""In the session: which cohort is looked at, on every page that asks."""
NONE: Final = (
    "There is no cohort yet. `make demo` makes one of simulated images in under a minute; "
    "`python -m sgus import` makes one of a spreadsheet and a folder of images "
    "(`python -m sgus import --help`). Then reload this page."
)
ONLY_BROKEN: Final = "No cohort can be shown; what is wrong is said above."
_LINES: Final = 8
Stamps = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, eq=False)
class Shown:
    """A cohort with what is known of it.

    Attributes:
        view: What is counted and filtered.
        splits: Its splits.
        check: The last look into every file of this very table, None where there was none.
        flags: Flags of images.
    """

    view: CohortView
    splits: FoundSplits
    check: Check | None
    flags: tuple[Flag, ...]


def choose_cohort() -> Shown | None:
    """Draw the choice of a cohort.

    Returns:
        The cohort; None, after saying why, where there is none or it cannot be read.
    """
    found, problems = installed_cohorts()
    if problems:
        show_problem(*problems)
    if not found:
        st.info(ONLY_BROKEN if problems else NONE)
        return None
    roots = {f"{facts.name} ({facts.root.name})": facts.root for facts in found}
    recall(COHORT, next(iter(roots)), list(roots))
    name = st.selectbox("Cohort", list(roots), key=COHORT, on_change=keep, args=(COHORT,))
    root = roots[name]
    try:
        return shown_at(root)
    except SgusError as error:
        st.html(problem_html(root, error))
        return None


def shown_at(root: Path) -> Shown:
    """A cohort with what is known of it, read once for all sessions.

    Raises:
        SgusError: It cannot be read.
    """
    with st.spinner("Reading the cohort"):
        return _shown(str(root), _tables(root), _others(root))


def problem_html(root: Path, error: SgusError) -> str:
    """What keeps a cohort from being used: the first lines of many, without other folders."""
    here = f"{root}/"
    first, *rest = [line.strip() for line in error.cause.replace(here, "").splitlines()] or [""]
    more = [f"and {len(rest) - _LINES} more"] if len(rest) > _LINES else []
    items = "".join(f"<li>{html.escape(line)}</li>" for line in (*rest[:_LINES], *more))
    item = Path(str(error.item)).name
    step = error.next_step.strip().replace(str(root), f"data/{root.name}")
    said = f"{item}: {first}. {step}." if not rest else f"{item}: {first}. {step}:"
    return (
        f'<div class="sgus-problem" role="alert">Cohort <b>{html.escape(root.name)}</b> cannot be '
        f"shown. {html.escape(said)}{f'<ul>{items}</ul>' if items else ''}</div>"
    )


def _stamps(paths: list[Path]) -> Stamps:
    states = [(path.name, path.stat()) for path in sorted(paths) if path.is_file()]
    return tuple((name, state.st_size, state.st_mtime_ns) for name, state in states)


def _tables(root: Path) -> Stamps:
    return _stamps([root / name for name in ("cohort.json", "images.csv", "ratings.csv")])


def _others(root: Path) -> Stamps:
    return _stamps([*(root / "splits").glob("*.json"), *(root / "cache").glob("check-*.json")])


@st.cache_resource(max_entries=3, show_spinner=False)
def _cohort(root: str, tables: Stamps) -> Cohort:
    del tables  # only part of the key
    return load_cohort(Path(root))


@st.cache_resource(max_entries=3, show_spinner=False)
def _shown(root: str, tables: Stamps, others: Stamps) -> Shown:
    del others  # only part of the key
    cohort = _cohort(root, tables)
    splits, check = find_splits(cohort), saved_check(cohort)
    flags = tuple(all_flags(cohort, check))
    ids = list(cohort.images["image_id"])
    more = (flag_facet(cohort, flags), part_facet(ids, splits))
    view = cohort_view(cohort, *(facet for facet in more if facet.options))
    return Shown(view, splits, check, flags)
