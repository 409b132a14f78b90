"""The tab of all figures: every one with its interval, to filter and to take away."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from sgus.core.files import to_json
from sgus.stats.agreement.family import Agreement
from sgus.ui.charts.export import file_stem
from sgus.ui.charts.kept import keep_all, recall
from sgus.ui.observers.source import patient_column
from sgus.ui.observers.state import figures, n_resamples, seed
from sgus.workflows.observer_images import cohort_root
from sgus.workflows.observer_report import agreement_csv, agreement_document
from sgus.workflows.observer_words import STATISTICS, figure_name
from sgus.workflows.observers import Observed

_STATISTICS: Final = "sgus_all_statistics"
_READER: Final = "sgus_all_reader"
_ANY: Final = "any reader"


def show(observed: Observed) -> None:
    """Draw the tab.

    Args:
        observed: The readings.
    """
    rows = figures(observed)
    known = list(dict.fromkeys(row.label.statistic for row in rows))
    left, right = st.columns([3, 1], gap="medium")
    kept = [name for name in st.session_state.get(f"{_STATISTICS}_kept", []) if name in known]
    st.session_state[f"{_STATISTICS}_kept"] = kept
    recall(_STATISTICS, [])
    chosen = left.multiselect(
        "Statistics", known, key=_STATISTICS, on_change=keep_all, args=(_STATISTICS,),
        format_func=statistic_title, placeholder="all of them",
    )  # fmt: skip
    readers = [_ANY, *observed.panel.readers]
    recall(_READER, _ANY, readers)
    reader = right.selectbox("About", readers, key=_READER, on_change=keep_all, args=(_READER,))
    shown = filtered(rows, chosen, None if reader == _ANY else reader)
    st.caption(f"{len(shown):,} of {len(rows):,} figures. What is not defined says why.")
    st.dataframe(
        table_rows(shown), hide_index=True, width="stretch", height=480, column_config=_columns(),
        placeholder="",
    )  # fmt: skip
    _downloads(observed, rows)


def statistic_title(name: str) -> str:
    """A statistic in words; its name in the files where that says more."""
    return {"gwet_ac": "Gwet’s AC", "icc": "ICC"}.get(name) or STATISTICS.get(
        name, name.replace("_", " ")
    )


def filtered(
    rows: Sequence[Agreement], statistics: Sequence[str], reader: str | None
) -> list[Agreement]:
    """Figures of some statistics (all when none is named) that one reader takes part in.

    Args:
        rows: All figures.
        statistics: Their names.
        reader: A reader, or None for any.
    """
    return [
        row
        for row in rows
        if (not statistics or row.label.statistic in statistics)
        and (reader is None or reader in row.label.raters)
    ]


def table_rows(rows: Sequence[Agreement]) -> list[dict[str, Any]]:
    """The figures as rows to look at."""
    return [
        {
            "figure": figure_name(row.label),
            "readers": _who(row.label.raters),
            "value": row.value, "low": row.low, "high": row.high, "se": row.se,
            "images": row.n_items, "units": row.n_units, "pairs": row.n_pairs,
            "why not": row.reason, "how the interval was made": row.method,
        }
        for row in rows
    ]  # fmt: skip


def _who(raters: tuple[str, ...]) -> str:
    return f"all {len(raters)}" if len(raters) > 2 else " and ".join(raters)


def _columns() -> dict[str, Any]:
    number = st.column_config.NumberColumn(format="%.3f")
    return {
        "figure": st.column_config.TextColumn(width="large"),
        "value": number, "low": number, "high": number, "se": number,
        "units": st.column_config.NumberColumn(
            help="Patients, or images where patients are not known: what is resampled"
        ),
    }  # fmt: skip


def _downloads(observed: Observed, rows: Sequence[Agreement]) -> None:
    st.subheader("Take them away")
    stem = file_stem("agreement", synthetic=observed.synthetic)
    document = agreement_document(observed, rows, n_resamples=n_resamples(), seed=seed())
    left, right, _ = st.columns([2, 2, 3])
    left.download_button(
        "All figures (CSV)", agreement_csv(rows).encode("utf-8-sig"), f"{stem}.csv", "text/csv",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    right.download_button(
        "All figures (JSON)", to_json(document).encode(), f"{stem}.json", "application/json",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    st.caption("The same figures on the command line:")
    st.code(command_line(observed), language="bash")


def command_line(observed: Observed) -> str:
    """What gives the same JSON outside of this page."""
    root = cohort_root(observed)
    source = "RATINGS.csv" if root is None else f"data/{root.name}"
    scale = ",".join(map(str, observed.panel.scale))
    grades = "" if root is not None else f" --grades {scale}"
    if root is None and (column := patient_column()):
        grades += f" --patient-column {shlex.quote(column)}"
    return (
        f"python -m sgus agreement {source}{grades} --resamples {n_resamples()} "
        f"--seed {seed()} --json"
    )
