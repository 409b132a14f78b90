"""What one browser session holds: its files and its results. Nothing of it is written to disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

import streamlit as st

from sgus.core.files import sha256_bytes
from sgus.ui.results import Results, Sample, Upload

_FILES: Final = "sgus_files"
_CARRIED: Final = "sgus_carried"
_RESULTS: Final = "sgus_results"
_ROUND: Final = "sgus_round"


def results() -> Results:
    """The results of this session."""
    if _RESULTS not in st.session_state:
        st.session_state[_RESULTS] = Results()
    return cast(Results, st.session_state[_RESULTS])


def files() -> list[Upload]:
    """The files of this session, also after a visit to another page."""
    return list(st.session_state.get(_FILES, []))


def uploader() -> list[Upload]:
    """Draw the file uploader; what was uploaded before a visit to another page stays.

    Returns:
        All files, in the order they came.
    """
    key = f"sgus_uploader_{st.session_state.setdefault(_ROUND, 0)}"
    if key not in st.session_state:  # the page was left and the widget forgot its files
        st.session_state[_CARRIED] = files()
    st.file_uploader(
        "Ultrasound images",
        accept_multiple_files=True,
        key=key,
        on_change=_take,
        args=(key,),
        help="JPEG, PNG, BMP, TIFF, WebP or DICOM, at most 50 MB each. The files stay in the "
        "memory of this session: nothing is written to disk or sent elsewhere.",
    )
    return files()


def add(name: str, data: bytes, *, note: str) -> str:
    """Put a file of the program's own among those of the session.

    Args:
        name: File name.
        data: Its bytes.
        note: What is known of it.

    Returns:
        Its id; the same bytes are not added twice.
    """
    sample = Sample(f"sample-{sha256_bytes(data)}", name, data, note)
    if sample.file_id not in {upload.file_id for upload in files()}:
        for kept in (_CARRIED, _FILES):
            st.session_state[kept] = [*st.session_state.get(kept, []), sample]
    return sample.file_id


def _take(key: str) -> None:
    chosen = cast("Sequence[Any] | None", st.session_state[key]) or []
    st.session_state[_FILES] = [*st.session_state.get(_CARRIED, []), *chosen]


def clear() -> None:
    """Forget the files and results of this session."""
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    for key in (_FILES, _CARRIED, _RESULTS):
        st.session_state.pop(key, None)
