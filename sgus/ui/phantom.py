"""The phantom page: the picture, who would call it what, and where a model turns."""

from __future__ import annotations

import html
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from sgus.core.errors import ImageError
from sgus.core.grades import GRADES, most_probable_grade
from sgus.core.synthetic import origin_caution
from sgus.phantom.request import PhantomRequest
from sgus.ui import theme
from sgus.ui.engine import Engine
from sgus.ui.frame import SYNTHETIC_CHIP
from sgus.ui.model_choice import show_problem
from sgus.ui.models import ModelFacts
from sgus.ui.phantom_dial import other_readers_button, readers_seed
from sgus.ui.pictures import data_url
from sgus.ui.results import reason
from sgus.ui.words import percent, verdict
from sgus.workflows.phantom_view import (
    Shown,
    ask,
    average_reader,
    outline,
    readings,
    severity_words,
    show,
)

LEAD: Final = (
    "Every image on this page is simulated: no patient was ever behind it. Its severity is set by "
    "you, so that readers and models can be held against a known truth."
)
_LABEL_FROM: Final = 0.14
"""Smallest share of a bar that has room for its percentage."""

Probabilities = NDArray[np.float64]


def show_lead() -> None:
    """What this page is."""
    st.html(f'<p class="sgus-lead">{SYNTHETIC_CHIP} {LEAD}</p>')


# A megabyte and a half each, shared by all sessions.
@st.cache_resource(max_entries=16, show_spinner="Simulating")
def _shown(request: str) -> Shown:
    return show(PhantomRequest.model_validate_json(request))


@st.cache_resource(max_entries=256, show_spinner="Asking the model")
def _asked(request: str, fingerprint: str, _engine: Engine) -> Probabilities:
    del fingerprint  # only part of the key
    return np.asarray(ask(_engine, _shown(request)).p, dtype=np.float64)


def show_picture(request: PhantomRequest) -> Shown:
    """The image with the gland's outline, and the files to take away."""
    shown = _shown(request.model_dump_json())
    outlined = st.toggle("Show the outline of the gland", value=True, key="sgus_outline")
    rgb = np.repeat(shown.phantom.pixels[..., None], 3, axis=2)
    if outlined:
        rgb[outline(shown.phantom.mask, width=3)] = theme.REGION_COLOUR
    st.image(
        data_url(rgb), width="stretch",
        alt=f"SYNTHETIC PHANTOM: simulated {request.gland} gland of severity {request.severity}",
    )  # fmt: skip
    height, width = shown.phantom.pixels.shape
    st.caption(
        f"SYNTHETIC PHANTOM, {width} x {height} pixels of {shown.phantom.spacing_mm:.3f} mm; "
        f"the gland covers {shown.phantom.mask.mean():.0%} of the screen."
    )
    left, right = st.columns(2)
    left.download_button(
        "Download the image", shown.png, f"{shown.file_stem}.png", "image/png",
        on_click="ignore", width="stretch",
    )  # fmt: skip
    right.download_button(
        "Download the mask", shown.mask_png, f"{shown.file_stem}-mask.png", "image/png",
        on_click="ignore", width="stretch",
    )  # fmt: skip
    return shown


def show_calls(request: PhantomRequest, facts: ModelFacts | None, engine: Engine | None) -> None:
    """The truth, two readers, the average reader and the model, one below the other."""
    rows = [_truth_row(request)]
    for reading in readings(request, readers_seed=readers_seed()):
        rows.append(_row(reading.name, "drawn from the population", reading.p, reading.grade))
    rows.append(_row("Average reader", "a reader never met before", average_reader(request), None))
    said = _ask_model(request, facts, engine) if facts and engine else None
    if said is not None and facts is not None:
        rows.append(_row(facts.name, facts.origin, said, int(most_probable_grade(said))))
    st.html(f'<div class="sgus-calls">{"".join(rows)}</div>{_legend()}')
    other_readers_button()
    if said is not None and facts is not None:
        _show_verdict(said, facts)


def _ask_model(request: PhantomRequest, facts: ModelFacts, engine: Engine) -> Probabilities | None:
    try:
        return _asked(request.model_dump_json(), facts.fingerprint, engine)
    except ImageError as error:
        show_problem(reason(error))
        return None


def _show_verdict(said: Probabilities, facts: ModelFacts) -> None:
    lead, *rest = verdict([float(value) for value in said])
    caution = origin_caution(image=True, model=facts.synthetic)
    words = " ".join(map(html.escape, rest))
    st.html(f"<p><b>{html.escape(lead)}</b> {words}</p><p>{html.escape(caution)}</p>")


def _truth_row(request: PhantomRequest) -> str:
    words = html.escape(severity_words(request))
    return (
        f'<div class="sgus-call"><div><b>Simulated truth</b><small>severity '
        f"{request.severity:.2f}</small></div><p>{words}</p>{_badge(request.true_grade)}</div>"
    )


def _row(name: str, about: str, p: Probabilities, grade: int | None) -> str:
    return (
        f'<div class="sgus-call"><div><b>{html.escape(name)}</b>'
        f"<small>{html.escape(about)}</small></div>{_bar(p)}{_badge(grade)}</div>"
    )


def _bar(p: Probabilities) -> str:
    words = ", ".join(f"grade {grade} {percent(float(p[grade]))}" for grade in GRADES)
    parts = "".join(_part(grade, float(p[grade])) for grade in GRADES)
    return f'<div class="sgus-bar" role="img" aria-label="{words}" title="{words}">{parts}</div>'


def _part(grade: int, share: float) -> str:
    label = percent(share) if share >= _LABEL_FROM else ""
    return (
        f'<span style="width:{100 * share:.2f}%;background:{theme.GRADE_COLOURS[grade]};'
        f'color:{theme.ON_GRADE[grade]}">{label}</span>'
    )


def _badge(grade: int | None) -> str:
    if grade is None:
        return '<span class="sgus-dot sgus-no">–</span>'
    style = f"background:{theme.GRADE_COLOURS[grade]};color:{theme.ON_GRADE[grade]}"
    return f'<span class="sgus-dot" style="{style}">{grade}</span>'


def _legend() -> str:
    return (
        '<p class="sgus-muted sgus-below">Bars: probability of grades 0 to 3, left to right. The '
        "circle is the truth, what each reader called it this time, and the model's most probable "
        "grade.</p>"
    )
