"""The grade page's steps: grade everything, choose one, show it, table."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from sgus.core.errors import ImageError, ModelError
from sgus.ui import session
from sgus.ui.detail import show_detail, show_region_by_hand
from sgus.ui.engine import Engine, load_engine
from sgus.ui.frame import SYNTHETIC_CHIP
from sgus.ui.model_choice import show_problem
from sgus.ui.models import ModelFacts
from sgus.ui.results import Outcome, Sample, Upload, decode, reason
from sgus.ui.table import csv_bytes, table_rows
from sgus.ui.words import percent

CHOSEN = "sgus_chosen"
"""Id of the file that is looked at."""
_PROBLEMS_SHOWN = 8
_SHORT_HASH = 12

WHAT_COMES = """<div class="sgus-cards">
<div class="sgus-card"><h4>1. The ultrasound region</h4><p>Found in the picture and drawn on it;
you can move it. Burned-in text is masked before the network sees anything.</p></div>
<div class="sgus-card"><h4>2. Three decisions</h4><p>0/1 or 2/3, then 0 or 1, then 2 or 3, each
with its probability: a doubtful turn stays visible.</p></div>
<div class="sgus-card"><h4>3. Three maps</h4><p>Where each decision looked, laid over the picture.
</p></div>
<div class="sgus-card"><h4>4. A table</h4><p>All images at once, as CSV.</p></div>
</div>"""


def engine_or_message(facts: ModelFacts) -> Engine | None:
    """The loaded model; `None` after saying why it cannot be used."""
    try:
        return load_engine(facts)
    except ModelError as error:
        show_problem(str(error))
        return None


def grade_all(files: Sequence[Upload], engine: Engine, facts: ModelFacts) -> list[Outcome]:
    """Grade every file that is not graded yet, with a progress bar; one bad file stops nothing."""
    results = session.results()
    waiting = sum(not results.is_graded(upload, facts.fingerprint) for upload in files)
    bar = st.progress(0.0, text="Grading") if waiting > 1 else None
    outcomes = []
    for count, upload in enumerate(files, start=1):
        outcomes.append(
            results.outcome(upload, engine, fingerprint=facts.fingerprint, model=facts.name)
        )
        if bar is not None:
            bar.progress(count / len(files), text=f"Graded {count} of {len(files)}")
    if bar is not None:
        bar.empty()
    return outcomes


def show_problems(files: Sequence[Upload], outcomes: Sequence[Outcome]) -> None:
    """A sentence for each file that could not be graded."""
    failed = [
        f"{upload.name}: {outcome.error}"
        for upload, outcome in zip(files, outcomes, strict=True)
        if outcome.error
    ]
    shown = failed[:_PROBLEMS_SHOWN]
    if len(failed) > len(shown):
        more = len(failed) - len(shown)
        shown.append(f"{more} more files could not be graded; the table below says why.")
    if shown:
        show_problem(*shown)


def choose(files: Sequence[Upload], outcomes: Sequence[Outcome]) -> Upload:
    """Let the person choose the image to look at; the first graded one to begin with."""
    show_problems(files, outcomes)
    if len(files) == 1:
        return files[0]
    known = {upload.file_id: upload for upload in files}
    labels = {
        upload.file_id: _label(upload, outcome)
        for upload, outcome in zip(files, outcomes, strict=True)
    }
    if st.session_state.get(CHOSEN) not in known:
        graded = [u for u, o in zip(files, outcomes, strict=True) if o.error is None]
        st.session_state[CHOSEN] = (graded or files)[0].file_id
    done = sum(outcome.error is None for outcome in outcomes)
    picker, previous, following = st.columns([5, 1, 1], vertical_alignment="bottom")
    picker.selectbox(
        f"Image to look at ({done} of {len(files)} graded)",
        list(known),
        format_func=labels.__getitem__,
        key=CHOSEN,
    )
    for column, text, step in ((previous, "Previous", -1), (following, "Next", 1)):
        column.button(text, on_click=_step, args=(list(known), step), width="stretch")
    return known[st.session_state[CHOSEN]]


def _label(upload: Upload, outcome: Outcome) -> str:
    if outcome.grade is None:
        return f"{upload.name} · not graded"
    return f"{upload.name} · grade {outcome.grade} ({percent(outcome.p[outcome.grade])})"


def _step(ids: list[str], step: int) -> None:
    place = ids.index(st.session_state[CHOSEN])
    st.session_state[CHOSEN] = ids[(place + step) % len(ids)]


def show_one(upload: Upload, engine: Engine, facts: ModelFacts) -> None:
    """The chosen image in detail, or what can be done about it."""
    results = session.results()
    if isinstance(upload, Sample):
        st.html(f"<p>{SYNTHETIC_CHIP} {html.escape(upload.note)}</p>")
    try:
        graded = results.detail(upload, engine, fingerprint=facts.fingerprint)
    except ImageError:
        _show_ungraded(upload)
        return
    show_detail(graded, results, name=upload.name)


def _show_ungraded(upload: Upload) -> None:
    try:
        image = decode(upload)
    except ImageError as error:
        st.html(f'<p class="sgus-muted">Nothing to show: {html.escape(reason(error))}</p>')
        return
    show_region_by_hand(image, session.results())


def show_table(files: Sequence[Upload], outcomes: Sequence[Outcome]) -> None:
    """All results, and the same as CSV."""
    rows = table_rows((u.name, o) for u, o in zip(files, outcomes, strict=True))
    st.subheader("All results")
    numbers = {
        name: st.column_config.NumberColumn(format="%.3f")
        for name in rows[0]
        if name.startswith(("p", "stage"))
    }
    shown = [{**row, "sha256": row["sha256"][:_SHORT_HASH]} for row in rows]
    st.dataframe(shown, hide_index=True, width="stretch", column_config=numbers, placeholder="")
    left, right, _ = st.columns([2, 2, 3])
    # The bytes, not a function that makes them: its address changes with every run, and a click
    # while another run is under way would find nothing.
    left.download_button(
        "Download as CSV",
        csv_bytes(rows),
        "sgus-grades.csv",
        "text/csv",
        on_click="ignore",
        type="primary",
    )
    right.button("Clear all images", on_click=session.clear)
    st.caption(
        "File names are shown because you chose the files; they stay in this session and in the "
        "CSV you download, and nowhere else."
    )
