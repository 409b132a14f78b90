"""Activation maps of one image of a cohort, on request: where a model looked."""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import streamlit as st

from sgus.core.errors import ImageError, ModelError
from sgus.core.grades import STAGES
from sgus.phantom.export import with_mark
from sgus.ui.charts.kept import keep, recall
from sgus.ui.detail import CAM_WIDTH, MAPS_HELP
from sgus.ui.engine import load_engine
from sgus.ui.model_choice import show_problem
from sgus.ui.models import ModelFacts, list_models, read_facts
from sgus.ui.pictures import data_url
from sgus.ui.results import Bounded
from sgus.ui.words import LEARNT, stage_sentences
from sgus.workflows.cohort_predictions import predictions_of, runs_of
from sgus.workflows.cohort_splits import fold_title
from sgus.workflows.cohort_story import Picture
from sgus.workflows.cohort_view import CohortView
from sgus.workflows.models import models_folder

if TYPE_CHECKING:
    from sgus.workflows.grading import GradedImage

_MODEL: Final = "sgus_cohort_model"
_MAPS: Final = "sgus_cohort_maps"
_KEPT: Final = 2
_OPACITY: Final = 0.65
NO_MODEL: Final = "No model is installed and no run of this cohort has kept one: no maps to show."


def offer_maps(view: CohortView, image_id: str, picture: Picture) -> None:
    """Draw the choice of a model and, once asked for, its maps.

    Args:
        view: The cohort.
        image_id: The image.
        picture: The same, decoded.
    """
    st.subheader("Where a model looks", help=MAPS_HELP)
    known = _models(view, image_id)
    if not known:
        st.info(NO_MODEL)
        return
    recall(_MODEL, next(iter(known)), list(known))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Model", list(known), key=_MODEL, on_change=keep, args=(_MODEL,))
        asked = st.button("Show its maps", icon=":material/visibility:", key="sgus-story-maps")
    facts = known[name]
    key = f"{view.cohort.manifest_hash} {image_id} {facts.fingerprint}"
    graded = _kept().get(key)
    if graded is None and asked:
        graded = _grade(facts, picture, key)
    if graded is not None:
        _show(graded)


def _models(view: CohortView, image_id: str) -> dict[str, ModelFacts]:
    """Models of the runs that predicted the image, then those installed, by what to call them."""
    found: dict[str, ModelFacts] = {}
    for one in predictions_of(image_id, runs_of(view.cohort.manifest_hash))[0]:
        if one.model is not None:
            fold = f", {fold_title(one.fold)}" if one.fold else ""
            _add(found, f"Run {one.run.name}{fold} ({one.part})", one.model)
    for facts in list_models(models_folder())[0]:
        found.setdefault(facts.label, facts)
    return found


def _add(found: dict[str, ModelFacts], name: str, directory: Path) -> None:
    try:
        found[name] = read_facts(directory)
    except ModelError as error:
        show_problem(f"{name}: {error.cause}. {error.next_step}.")


def _grade(facts: ModelFacts, picture: Picture, key: str) -> GradedImage | None:
    try:
        engine = load_engine(facts)
        with st.spinner("Grading the image"):
            graded = engine.grade(picture.image, region=picture.region, cams=True)
    except (ImageError, ModelError) as error:
        show_problem(f"{error.cause[:1].upper()}{error.cause[1:]}. {error.next_step}.")
        return None
    return _kept().put(key, graded)


def _kept() -> Bounded[str, GradedImage]:
    if _MAPS not in st.session_state:
        st.session_state[_MAPS] = Bounded(_KEPT)
    return cast("Bounded[str, GradedImage]", st.session_state[_MAPS])


def _show(graded: GradedImage) -> None:
    from sgus.explain.overlay import overlay  # OpenCV, which the other views do without

    said = [LEARNT] if graded.learnt else []
    said += [graded.origin_caution] if graded.origin_caution else []
    chances = ", ".join(f"{p:.2f}" for p in graded.p)
    st.html(
        f"<p>This model says <b>grade {int(graded.grade)}</b> (probabilities of the grades from 0: "
        f"{chances}). {html.escape(' '.join(said))}</p>"
    )
    sides = stage_sentences(graded.stages)
    window = graded.pixels[graded.window.slices]
    finish = with_mark if graded.synthetic else np.asarray
    for column, stage in zip(st.columns(len(STAGES)), STAGES, strict=True):
        with column:
            laid = overlay(window, graded.cams[stage.name], opacity=_OPACITY)
            st.image(data_url(finish(laid), max_width=CAM_WIDTH), width="stretch",
                     alt=f"Map of stage {stage.name.removeprefix('stage')}")  # fmt: skip
            found = "nothing spoke for" if stage.name in graded.empty_cams else "what spoke for"
            label = stage.name.removeprefix("stage")
            st.markdown(f"**Stage {label}: {stage.title}**  \n{found} {sides[stage.name]}")
