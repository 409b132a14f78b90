"""What is computed for the confusions page, kept for all sessions under the key of its rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from sgus.ui.runs.cached import resampling_of
from sgus.ui.viewer import ViewerPicture, viewer_picture
from sgus.workflows.cohort_gallery import words_of
from sgus.workflows.cohort_story import picture_of
from sgus.workflows.confusions import (
    BoundaryView,
    Divided,
    Share,
    open_boundary,
    readers_divided,
    summary,
)

if TYPE_CHECKING:
    from sgus.review.boundary import Boundary
    from sgus.workflows.cohort_view import CohortView
    from sgus.workflows.run_view import RunView

_PICTURES: Final = 48
_NO_FILE: Final = (0, 0)


def boundary_of(view: RunView, at: Boundary, part: str) -> BoundaryView:
    """A part of a run at a boundary; read again when ratings or tables of folds change.

    Args:
        view: The run.
        at: The boundary.
        part: Of `sgus.ui.runs.cached.parts`.

    Raises:
        SgusError: The run held nothing out, or a table is damaged.
    """
    return _boundary(view.key, at, part, _states(view), view)


def shares_of(view: RunView, seen: BoundaryView) -> list[Share]:
    """How many images cross, in all and by group; resamples as in the run's report.

    Args:
        view: The run.
        seen: Of `boundary_of`.
    """
    n_resamples, seed = resampling_of(view)
    return _shares(seen.key, n_resamples, seed, seen)


def divided_of(view: RunView, seen: BoundaryView) -> Divided:
    """How often readers are divided on crossed and other images; resamples as in the report.

    Args:
        view: The run.
        seen: Of `boundary_of`.
    """
    n_resamples, seed = resampling_of(view)
    # Ratings are no part of the key of the rows.
    return _divided(seen.key, _states(view), n_resamples, seed, seen)


def picture_at(view: CohortView, row: int, title: str) -> ViewerPicture:
    """The ultrasound region of an image, text filled, as the viewer wants it.

    Args:
        view: The cohort.
        row: The image.
        title: Above the picture.

    Raises:
        ImageError: It cannot be read, or is not the file the cohort names.
    """
    file = view.cohort.root / str(view.cohort.images["path"].iat[row])
    kept = _picture(view.cohort.manifest_hash, row, _state(file), view)
    return replace(kept, title=title)


def _state(path: Path) -> tuple[int, int]:
    try:
        state = path.stat()
    except OSError:
        return _NO_FILE
    return state.st_size, state.st_mtime_ns


def _states(view: RunView) -> tuple[tuple[int, int], ...]:
    own = sorted(view.directory.glob("folds/*/predictions.csv"))
    ratings = [] if view.cohort is None else [view.cohort / "ratings.csv"]
    return tuple(_state(path) for path in [*own, *ratings])


@st.cache_resource(max_entries=24, show_spinner="Looking at the boundary")
def _boundary(
    key: str, at: Boundary, part: str, states: tuple[tuple[int, int], ...], _view: RunView
) -> BoundaryView:
    del key, states  # only part of the key
    return open_boundary(_view, at, part)


@st.cache_resource(max_entries=24, show_spinner="Resampling patients")
def _shares(key: str, n_resamples: int, seed: int, _seen: BoundaryView) -> list[Share]:
    del key
    return summary(_seen, n_resamples=n_resamples, seed=seed)


@st.cache_resource(max_entries=24, show_spinner="Resampling patients")
def _divided(
    key: str, states: tuple[tuple[int, int], ...], n_resamples: int, seed: int, _seen: BoundaryView
) -> Divided:
    del key, states
    return readers_divided(_seen, n_resamples=n_resamples, seed=seed)


@st.cache_resource(max_entries=_PICTURES, show_spinner=False)
def _picture(manifest: str, row: int, state: tuple[int, int], _view: CohortView) -> ViewerPicture:
    del manifest, state
    found = picture_of(_view, row)
    return viewer_picture(
        found.image.pixels, title="", alt=words_of(_view, row), region=found.region,
        text_mask=found.text_mask, spacing=spacing_of(_view, row),
        synthetic=_view.cohort.info.synthetic,
    )  # fmt: skip


def spacing_of(view: CohortView, row: int) -> float | None:
    """Millimetres a pixel as the cohort says it; None where it does not.

    Args:
        view: The cohort.
        row: The image.
    """
    try:
        said = float(str(view.cohort.images["spacing_mm"].iat[row]))
    except (KeyError, ValueError):
        return None
    return said if said > 0 else None
