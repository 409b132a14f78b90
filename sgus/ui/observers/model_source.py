"""Where the model's grades come from: an installed model, or a table of predictions."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Final, cast

import streamlit as st

from sgus.core.errors import ModelError, SgusError
from sgus.ui.charts.kept import keep, recall
from sgus.ui.engine import load_engine
from sgus.ui.frame import SYNTHETIC_CHIP
from sgus.ui.model_choice import NO_MODEL, show_problem
from sgus.ui.models import ModelFacts, list_models
from sgus.ui.observers.model_words import origin_words
from sgus.ui.observers.plain import show_muted
from sgus.workflows.models import models_folder
from sgus.workflows.observer_images import cohort_root
from sgus.workflows.observer_model_grades import (
    Answers,
    answered_readings,
    check_scale,
    grade_items,
    known_images,
)
from sgus.workflows.observer_models import ModelReadings, model_readings
from sgus.workflows.observers import Observed

INSTALLED: Final = "A model installed here grades the images"
TABLE: Final = "A table of predictions"
_FROM: Final = "sgus_observer_model_from"
_WHICH: Final = "sgus_observer_model_which"
_TABLE: Final = "sgus_observer_predictions"
_UPLOAD: Final = "sgus_observer_predictions_upload"
_SECONDS_AN_IMAGE: Final = 0.08


def choose_readings(observed: Observed, key: str) -> ModelReadings | None:
    """The model's grades of these images; None, with the next step on screen, where there are none.

    Args:
        observed: The readings of people.
        key: Of their content.
    """
    root = cohort_root(observed)
    ways = (INSTALLED, TABLE) if root is not None else (TABLE,)
    way = _way(ways) if len(ways) > 1 else TABLE
    try:
        if way == INSTALLED and root is not None:
            return _installed(observed, root)
        return _uploaded(observed, key)
    except SgusError as error:
        show_problem(str(error))
        return None


def _way(ways: tuple[str, ...]) -> str:
    recall(_FROM, ways[0], ways)
    chosen = st.segmented_control(
        "Where the model's grades come from", ways, key=_FROM, on_change=keep, args=(_FROM,)
    )
    return chosen or ways[0]


def _uploaded(observed: Observed, key: str) -> ModelReadings | None:
    st.file_uploader(
        "Predictions", type=["csv", "xlsx"], key=_UPLOAD, on_change=_take, max_upload_size=50,
        help="predictions.csv of a run (only images it was tested on are used), or the table of "
        "`predict --csv` or of the page Grade images. Images are matched by id, by hash or by "
        "file name. The table stays in the memory of this session.",
    )  # fmt: skip
    kept = cast("tuple[str, bytes] | None", st.session_state.get(_TABLE))
    if kept is None:
        st.info(
            "Upload the grades that a model gave to these images: a table with the columns "
            "image_id and predicted, such as `predictions.csv` of a run, or what `python -m sgus "
            "predict IMAGES --csv` writes."
        )
        return None
    name, data = kept
    found = _matched(key, name, data, observed)
    show_muted(f"{name}: {'; '.join(found.notes)}.")
    if observed.synthetic:
        st.html(f"<p>{SYNTHETIC_CHIP} {html.escape(origin_words(images=True, model=None))}</p>")
    return found


def _take() -> None:
    """Keep the table while the session lasts, also when another tab is looked at."""
    upload = st.session_state[_UPLOAD]
    if upload is None:
        st.session_state.pop(_TABLE, None)
    else:
        st.session_state[_TABLE] = (upload.name, upload.getvalue())


@st.cache_data(max_entries=8, show_spinner="Matching images")
def _matched(key: str, name: str, data: bytes, _observed: Observed) -> ModelReadings:
    del key
    return model_readings(data, _observed, name=name)


def _installed(observed: Observed, root: Path) -> ModelReadings | None:
    check_scale(observed)
    models, problems = list_models(models_folder())
    if problems:
        show_problem(*problems)
    if not models:
        st.info(NO_MODEL)
        return None
    facts = _chosen(models, prefer_synthetic=observed.synthetic is True)
    _say_origin(observed, facts)
    known = known_images(observed, facts.info.get("training_sha256", ()))
    answers = _answers(facts.fingerprint, observed.manifest_hash, observed.sha256)
    waiting = len(observed.panel.items) - len({*known, *answers})
    if waiting and not _run(observed, root, facts, known, answers, waiting=waiting):
        return None
    found = answered_readings(
        facts.name, observed, answers, known=known, identity=facts.fingerprint
    )
    show_muted(f"{facts.name}: {'; '.join(found.notes)}.")
    return found


def _chosen(models: list[ModelFacts], *, prefer_synthetic: bool) -> ModelFacts:
    labels = {facts.label: facts for facts in models}
    first = next((f.label for f in models if f.synthetic is prefer_synthetic), models[0].label)
    recall(_WHICH, first, list(labels))
    label = st.selectbox("Model", list(labels), key=_WHICH, on_change=keep, args=(_WHICH,))
    return labels[label]


def _say_origin(observed: Observed, facts: ModelFacts) -> None:
    words = origin_words(images=observed.synthetic, model=facts.synthetic)
    if words:
        st.html(f"<p>{SYNTHETIC_CHIP} {html.escape(words)}</p>")


@st.cache_resource(max_entries=8, show_spinner=False)
def _answers(fingerprint: str, manifest_hash: str, ratings: str) -> Answers:
    """What a model said so far of a cohort's images; filled in place, shared by sessions."""
    del fingerprint, manifest_hash, ratings
    return {}


def _run(
    observed: Observed,
    root: Path,
    facts: ModelFacts,
    known: list[str],
    answers: Answers,
    *,
    waiting: int,
) -> bool:
    """Offer to grade what is waiting; True once all is done."""
    total = len(observed.panel.items) - len(known)
    if known:
        st.write(
            f"{len(known):,} of {observed.panel.n_items:,} images are left out: this model learnt "
            "from them."
        )
    verb = "Grade" if waiting == total else f"Go on: {total - waiting} are graded, grade the other"
    seconds = max(1, round(waiting * _SECONDS_AN_IMAGE))
    place = st.empty()
    label = f"{verb} {waiting} image{'' if waiting == 1 else 's'} (about {seconds} s)"
    if not place.button(label, type="primary"):
        return False
    place.empty()
    try:
        engine = load_engine(facts)
    except ModelError as error:
        show_problem(str(error))
        return False
    bar = st.progress((total - waiting) / total, text="Grading")
    note = st.empty()
    note.caption("What is graded is kept; another tab or page stops it.")
    for done in grade_items(engine, observed, root, answers=answers, skip=known):
        bar.progress(done / total, text=f"Graded {done} of {total} images")
    bar.empty()
    note.empty()
    return True
