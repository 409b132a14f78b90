"""The view of image checks: flags with their images, and a look into every file on request."""

from __future__ import annotations

from typing import Final

import numpy as np
import streamlit as st

from sgus.core.errors import SgusError
from sgus.ui import filters
from sgus.ui.charts.export import download_csv
from sgus.ui.charts.kept import keep, recall
from sgus.ui.cohort.grid import IMAGE, show_grid
from sgus.ui.cohort.source import Shown, problem_html
from sgus.ui.cohort.tabs import GALLERY, TAB
from sgus.ui.model_choice import show_problem
from sgus.workflows.cohort_checks import (
    FLAG_FACET,
    Check,
    Flag,
    run_check,
    whole_problems,
)
from sgus.workflows.cohort_gallery import gallery_page
from sgus.workflows.cohort_view import BoolArray, CohortView

_FLAG: Final = "sgus_cohort_flag"
_SHOWN: Final = 12
_LISTED: Final = 500
_WHOLE_SHOWN: Final = 10
FILES: Final = (
    "finds those that are missing, damaged or changed since the import, wrong sizes, and images "
    "that look alike."
)


def show(shown: Shown, mask: BoolArray) -> None:
    """Draw the view.

    Args:
        shown: The cohort.
        mask: The images shown.
    """
    _files(shown)
    flags = _within(shown, mask)
    if not flags:
        words = "" if mask.all() else " among the images shown"
        where = "in the table and in the files" if shown.check else "in the table"
        st.success(f"Nothing to flag {where}{words}.")
        return
    st.subheader("Flags")
    names = [flag.title for flag in flags]
    sizes = dict(zip(names, [len(flag.image_ids) for flag in flags], strict=True))
    recall(_FLAG, names[0], names)
    name = st.pills(
        "Flag", names, key=_FLAG, on_change=keep, args=(_FLAG,), label_visibility="collapsed",
        format_func=lambda title: f"{title}: {sizes[title]:,}",
    ) or st.session_state[f"{_FLAG}_kept"]  # fmt: skip
    _images(shown.view, next(flag for flag in flags if flag.title == name))


def _within(shown: Shown, mask: BoolArray) -> list[Flag]:
    """Flags of the images shown."""
    if mask.all():
        return list(shown.flags)
    kept = set(shown.view.ids[mask].tolist())
    found = [
        Flag(
            flag.kind, flag.title, tuple(name for name in flag.image_ids if name in kept),
            flag.notes, tuple(pair for pair in flag.pairs if kept & set(pair)),
        )
        for flag in shown.flags
    ]  # fmt: skip
    return [flag for flag in found if flag.image_ids]


def _files(shown: Shown) -> None:
    check, n = shown.check, shown.view.n_images
    with st.container(horizontal=True, vertical_alignment="center"):
        label = "Look into every file again" if check else f"Look into all {n:,} files"
        start = st.button(label, icon=":material/troubleshoot:", key="sgus-check-files")
        st.caption(_state(check))
    if start:
        _run(shown)
    for text in whole_problems(check)[:_WHOLE_SHOWN] if check else ():
        show_problem(text)


def _state(check: Check | None) -> str:
    if check is None:
        return f"So far only the table was looked at. A look into the files {FILES}"
    return (
        f"All {check.n_images:,} files were looked at: {len(check.problems):,} remarks. This is "
        "kept until the table changes; look again when files may have changed."
    )


def _run(shown: Shown) -> None:
    bar = st.progress(0.0, "Opening the files")
    step = max(1, shown.view.n_images // 100)

    def tell(done: int, n: int) -> None:
        if done % step == 0 or done == n:
            said = "comparing all with each other" if done == n else "opening the files"
            bar.progress(done / n, f"{done:,} of {n:,} files: {said}")

    try:
        run_check(shown.view.cohort, progress=tell)
    except SgusError as error:
        st.html(problem_html(shown.view.cohort.root, error))
    else:
        st.rerun()


def _images(view: CohortView, flag: Flag) -> None:
    """The images of a flag: those that are alike side by side, what is said of each, pictures."""
    place = {name: at for at, name in enumerate(view.ids.tolist())}
    ids = list(dict.fromkeys(name for pair in flag.pairs for name in pair)) or list(flag.image_ids)
    rows = np.array([place[name] for name in ids[:_SHOWN]], dtype=np.int64)
    patients = view.cohort.images["patient_id"].to_numpy()
    listed = [
        {
            "image": name,
            view.unit: str(patients[place[name]]),
            "what": flag.notes.get(name, flag.title),
        }
        for name in flag.image_ids
    ]
    st.dataframe(listed[:_LISTED], hide_index=True, width="stretch",
                 height=35 * (min(len(listed), 6) + 1) + 3)  # fmt: skip
    if len(listed) > _LISTED:
        st.caption(f"The first {_LISTED} of {len(listed):,}; the CSV has all.")
    with st.container(horizontal=True):
        st.button(
            f"Show these {len(flag.image_ids):,} in the gallery", icon=":material/grid_view:",
            on_click=_to_gallery, args=(flag.title,), key="sgus-flag-gallery",
        )  # fmt: skip
        download_csv(
            listed, name=f"flag-{flag.kind}", synthetic=view.cohort.info.synthetic,
            key="sgus-flag-csv", label="Download this list (CSV)",
        )  # fmt: skip
    if len(ids) > _SHOWN:
        st.caption(f"The first {_SHOWN} of {len(ids):,}:")
    show_grid(gallery_page(view, rows), "sgus-flag")


def _to_gallery(title: str) -> None:
    filters.put(FLAG_FACET, title)
    st.session_state[IMAGE] = ""
    st.session_state[TAB] = st.session_state[f"{TAB}_kept"] = GALLERY
