"""The severity sweep on the page: started by a button, seen as it goes, kept while it is wanted."""

from __future__ import annotations

import html
from typing import Final, cast

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from sgus.core.errors import ImageError
from sgus.phantom.request import PhantomRequest
from sgus.ui.engine import Engine
from sgus.ui.model_choice import show_problem
from sgus.ui.models import ModelFacts
from sgus.ui.results import Bounded, reason
from sgus.ui.sweep_chart import sweep_figure, turn_sentences
from sgus.workflows.phantom_view import asking
from sgus.workflows.severity_sweep import (
    N_GLANDS,
    SEVERITIES,
    Sweep,
    crossings,
    glands_of,
    reader_crossings,
    sweep_gland,
)

_CURVES: Final = "sgus_sweep_curves"
_WANTED: Final = "sgus_sweep_wanted"
_KEPT: Final = 200
"""Curves of single glands that a session keeps, under a kilobyte each."""

Key = tuple[str, str]
Curves = Bounded[Key, NDArray[np.float64]]


def show_sweep(request: PhantomRequest, facts: ModelFacts, engine: Engine) -> None:
    """The sweep of this gland, view and device, or the button that starts it."""
    st.header("Where the model turns from grade to grade")
    glands = glands_of(request.model_copy(update={"severity": 0.0}))
    missing = [gland for gland in glands if _curves().get(_key(gland, facts)) is None]
    wanted = str([_key(gland, facts) for gland in glands])
    if missing and st.session_state.get(_WANTED) != wanted:
        _offer(wanted, n_missing=len(missing))
    elif not missing or _run(glands, facts, engine):
        _show(glands, facts, severity=request.severity)


def _curves() -> Curves:
    if _CURVES not in st.session_state:
        st.session_state[_CURVES] = Bounded(_KEPT)
    return cast(Curves, st.session_state[_CURVES])


def _key(gland: PhantomRequest, facts: ModelFacts) -> Key:
    return gland.model_dump_json(), facts.fingerprint


def _offer(wanted: str, *, n_missing: int) -> None:
    st.write(
        f"This gland and {N_GLANDS - 1} others of the same kind, view and device are simulated at "
        f"{len(SEVERITIES)} severities each and read by the model: "
        f"{n_missing * len(SEVERITIES)} phantoms, about half a minute."
    )
    st.button("Run the sweep", type="primary", on_click=_want, args=(wanted,))


def _want(wanted: str) -> None:
    st.session_state[_WANTED] = wanted


def _run(glands: list[PhantomRequest], facts: ModelFacts, engine: Engine) -> bool:
    """Fill in what is missing; a gland that is done is kept, should the run be interrupted."""
    total = len(glands) * len(SEVERITIES)
    bar = st.progress(0.0, text="Simulating and reading")
    note = st.empty()  # where the button was
    note.caption("The severity can be changed meanwhile: glands that are done are kept.")
    grade = asking(engine)
    for number, gland in enumerate(glands):
        if _curves().get(_key(gland, facts)) is not None:
            continue
        answers = []
        try:
            for p in sweep_gland(gland, grade):
                answers.append(p)
                done = number * len(SEVERITIES) + len(answers)
                bar.progress(done / total, text=f"Read {done} of {total} phantoms")
        except ImageError as error:
            bar.empty()
            note.empty()
            show_problem(reason(error))
            return False
        _curves().put(_key(gland, facts), np.stack(answers))
    bar.empty()
    note.empty()
    return True


def _show(glands: list[PhantomRequest], facts: ModelFacts, *, severity: float) -> None:
    answers = [_curves().get(_key(gland, facts)) for gland in glands]
    by_gland = np.stack([curve for curve in answers if curve is not None])
    sweep = Sweep(np.array(SEVERITIES), by_gland)
    turns = crossings(sweep)
    figure = sweep_figure(sweep, turns, severity=severity)
    config = {"displayModeBar": False}
    st.plotly_chart(figure, width="stretch", theme=None, config=config, key="sgus_sweep")
    first, *rest = turn_sentences(
        sweep, turns, reader_crossings(), model=f"{facts.name} ({facts.origin})"
    )
    items = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in rest)
    st.html(f"<p>{html.escape(first)}</p><ul>{items}</ul>")
    st.caption(
        "Solid: the model, mean over the glands. Dashed: the average reader of the simulator. "
        "Triangles: where the model turns, with the interval over glands. Dotted: the severity "
        "set above. SYNTHETIC PHANTOM throughout: this shows how the model reads this simulator."
    )
