"""Which readings the page is about: those of an installed cohort, or an uploaded table."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, cast

import streamlit as st

from sgus.core.errors import SgusError
from sgus.core.files import sha256_bytes
from sgus.ui.charts.kept import keep, keep_all, recall
from sgus.ui.cohorts import installed_cohorts
from sgus.ui.model_choice import show_problem
from sgus.ui.observers.plain import show_muted
from sgus.ui.observers.problems import (
    PATIENT_FIELD,
    SCALE_FIELD,
    SCALE_TEXT,
    problem_text,
    scale_of,
)
from sgus.workflows.observer_words import count
from sgus.workflows.observers import Observed, cohort_readings, uploaded_readings

UPLOAD: Final = "A table of your own"
NOTHING_YET: Final = (
    "Upload a table of grades: a row a reading (image_id, rater_id, grade), or a row an image with "
    "a column for each reader. It stays in the memory of this session."
)
_CHOICE: Final = "sgus_observers_source"
_UPLOADER: Final = "sgus_observers_uploader"
_TABLE: Final = "sgus_observers_table"
_READ: Final = "sgus_observers_read"
_SCALE: Final = "sgus_observers_scale"
_PATIENTS: Final = "sgus_observers_patients"


def patient_column() -> str:
    """The column of the patients of an uploaded table as it was typed; "" where it was not."""
    return str(st.session_state.get(f"{_PATIENTS}_kept", "")).strip()


def choose_source() -> Observed | None:
    """Draw the choice of readings.

    Returns:
        The readings; None, after saying why, where there are none yet or they cannot be read.
    """
    cohorts = {
        f"{facts.name} ({facts.root.name})": facts.root
        for facts in installed_cohorts()[0]
        if facts.n_readers
    }
    options = [*cohorts, UPLOAD]
    recall(_CHOICE, options[0], options)
    chosen = st.selectbox("Readings of", options, key=_CHOICE, on_change=keep, args=(_CHOICE,))
    try:
        if chosen == UPLOAD:
            return _uploaded()
        root = cohorts[chosen]
        return _cohort(str(root), _stamps(root))
    except SgusError as error:
        show_problem(problem_text(error))
        return None


def _stamps(root: Path) -> tuple[tuple[str, int, int], ...]:
    files = [root / name for name in ("cohort.json", "images.csv", "ratings.csv")]
    stats = [(path.name, path.stat()) for path in files if path.is_file()]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


@st.cache_resource(max_entries=4, show_spinner="Reading the cohort")
def _cohort(root: str, stamps: tuple[tuple[str, int, int], ...]) -> Observed:
    del stamps  # only part of the key
    return cohort_readings(Path(root))


def _uploaded() -> Observed | None:
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.file_uploader(
            "Table of grades (CSV or Excel)", key=_UPLOADER, on_change=_take,
            type=["csv", "tsv", "txt", "xlsx"],
            help="At most 50 MB. It stays in the memory of this session: nothing is written to "
            "disk or sent elsewhere.",
        )  # fmt: skip
    recall(_SCALE, SCALE_TEXT)
    recall(_PATIENTS, "")
    with right:
        scale = st.text_input(
            SCALE_FIELD, key=_SCALE, on_change=keep, args=(_SCALE,),
            help="All of them, also those that nobody gave: agreement beyond chance depends on it.",
        )  # fmt: skip
        patients = st.text_input(
            PATIENT_FIELD, key=_PATIENTS, on_change=keep_all, args=(_PATIENTS,),
            placeholder="patient_id, where there is one",
            help="Images of one patient are alike: intervals are right only where it is known.",
        )  # fmt: skip
    if _TABLE not in st.session_state:
        st.info(NOTHING_YET)
        return None
    name, data = cast("tuple[str, bytes]", st.session_state[_TABLE])
    if st.session_state.get(_UPLOADER) is None:
        show_muted(f"Shown: {name}, uploaded earlier in this session.")
    return _read(name, data, scale=scale, patients=patients.strip() or None)


def _take() -> None:
    chosen: Any = st.session_state[_UPLOADER]
    if chosen is not None:
        st.session_state[_TABLE] = (chosen.name, chosen.getvalue())


def _read(name: str, data: bytes, *, scale: str, patients: str | None) -> Observed:
    """Read a table once; its readings stay in this session."""
    key = (name, sha256_bytes(data), scale, patients)
    kept = st.session_state.get(_READ)
    if kept is None or kept[0] != key:
        with st.spinner("Reading the table"):
            observed = uploaded_readings(
                data, name=name, grades=scale_of(scale), patient_column=patients
            )
        kept = st.session_state[_READ] = (key, observed)
    return cast(Observed, kept[1])


def show_notes(observed: Observed) -> None:
    """What was assumed or left out; whether patients are known always stands in view."""
    notes = sorted(observed.notes, key=lambda note: not note.startswith("patients"))
    if not notes:
        return
    first, *rest = [f"{note[:1].upper()}{note[1:]}." for note in notes]
    show_muted(first)
    if rest:
        with st.expander(f"{count(len(rest), 'more note')} on these readings"):
            for note in rest:
                show_muted(note)
