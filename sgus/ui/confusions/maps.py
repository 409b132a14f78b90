"""Stage maps of one image by the model that never saw it, on request, for the viewer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import streamlit as st

from sgus.core.errors import ImageError, ModelError
from sgus.core.grades import STAGES
from sgus.ui.model_choice import show_problem
from sgus.ui.results import Bounded
from sgus.ui.viewer import Map, viewer_map
from sgus.ui.words import stage_sentences
from sgus.workflows.cohort_predictions import Run, model_of
from sgus.workflows.cohort_story import picture_of, place_of

if TYPE_CHECKING:
    from pathlib import Path

    from sgus.review.boundary import Boundary
    from sgus.workflows.cohort_view import CohortView
    from sgus.workflows.confusions import BoundaryView
    from sgus.workflows.run_view import RunView

_MAPS: Final = "sgus_confusions_maps"
_KEPT: Final = 4
NO_MODEL: Final = "This run kept no model, so that there are no maps."


@dataclass(frozen=True)
class Maps:
    """The maps of an image.

    Attributes:
        stages: Name of a stage to its map.
        words: What each map shows, and by which model.
    """

    stages: dict[str, Map]
    words: str


def kept(view: RunView, image_id: str) -> Maps | None:
    """Maps that were asked for in this session."""
    return _kept().get(f"{view.key} {image_id}")


def ordered(found: Maps, at: Boundary) -> tuple[Map, ...]:
    """The maps, that of the stage which decides the boundary first."""
    first = at.stage.name
    names = sorted(found.stages, key=lambda name: name != first)
    return tuple(found.stages[name] for name in names)


def words_of(found: Maps) -> str:
    """What the maps show, and that they prove nothing."""
    return (
        f"{found.words} A map shows where, not why; whether it can be trusted is tested in the "
        "view Explain."
    )


def offer(view: RunView, seen: BoundaryView, cohort: CohortView, image_id: str) -> None:
    """Draw the button that asks for the maps.

    Args:
        view: The run.
        seen: The boundary.
        cohort: The cohort.
        image_id: The image.
    """
    model = _model(view, seen, image_id)
    if model is None:
        st.caption(NO_MODEL)
        return
    if st.button("Show where the model looked", icon=":material/visibility:",
                 key="sgus-confusions-maps"):  # fmt: skip
        found = _made(model, cohort, image_id)
        if found is not None:
            _kept().put(f"{view.key} {image_id}", found)
            st.rerun()


def _model(view: RunView, seen: BoundaryView, image_id: str) -> Path | None:
    """The model of the fold in which the image was held out."""
    fold = seen.rows.loc[seen.rows["image_id"] == image_id, "fold"].iloc[0]
    several = (view.directory / "folds").is_dir()
    run = Run(view.directory, view.name, view.synthetic)
    return model_of(run, str(fold) if several else "")


def _made(model: Path, cohort: CohortView, image_id: str) -> Maps | None:
    from sgus.ui.engine import load_engine
    from sgus.ui.models import read_facts

    at = place_of(cohort, image_id)
    if at is None:
        return None
    try:
        engine = load_engine(read_facts(model))
        picture = picture_of(cohort, at)
        with st.spinner("Asking the model where it looked"):
            graded = engine.grade(picture.image, region=picture.region, cams=True)
    except (ImageError, ModelError) as error:
        show_problem(f"{error.cause[:1].upper()}{error.cause[1:]}. {error.next_step}.")
        return None
    left, top = (graded.region.x0, graded.region.y0) if picture.region is not None else (0, 0)
    window = graded.window
    box = (window.x0 - left, window.y0 - top, window.width, window.height)
    sides = stage_sentences(graded.stages)
    stages = {
        stage.name: viewer_map(
            graded.cams[stage.name], name=f"Stage {_short(stage.name)}: {stage.title}", box=box
        )
        for stage in STAGES
    }
    said = "; ".join(
        f"stage {_short(stage.name)}: "
        f"{'nothing spoke for' if stage.name in graded.empty_cams else 'what spoke for'} "
        f"{sides[stage.name]}"
        for stage in STAGES
    )
    return Maps(stages, f"Maps of {graded.model}. {said[:1].upper()}{said[1:]}.")


def _short(stage: str) -> str:
    return stage.removeprefix("stage")


def _kept() -> Bounded[str, Maps]:
    if _MAPS not in st.session_state:
        st.session_state[_MAPS] = Bounded(_KEPT)
    return cast("Bounded[str, Maps]", st.session_state[_MAPS])
