"""What the looks at one image share: its cohort, its row, and the model that tested it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import CohortError, RunError
from sgus.core.grades import GRADES
from sgus.workflows.cohort_predictions import Run, model_of

if TYPE_CHECKING:
    from sgus.cohort.manifest import Cohort
    from sgus.nn.model_files import LoadedModel
    from sgus.workflows.run_view import RunView

_KEPT_COHORTS: Final = 4
_KEPT_MODELS: Final = 2  # tens of megabytes each
_TABLES: Final = ("cohort.json", "images.csv", "ratings.csv")


@dataclass(frozen=True, eq=False)
class HeldOut:
    """An image that a model of a run did not learn from.

    Attributes:
        image_id: The image.
        part: `test`, or `validation`: the model chose its epoch on it.
        fold: The fold.
        model: Directory of the model.
        p: `(4,)` what that model said when the run was made.
        words: Which model it is and what it knew, in words.
    """

    image_id: str
    part: str
    fold: str
    model: Path
    p: NDArray[np.float64]
    words: str


def held_out(view: RunView, image_id: str) -> HeldOut:
    """The row of an image in which it was tested, and the model that did.

    Raises:
        RunError: The image was learnt from or is not in the run, or the model was not kept.
    """
    table = view.predictions
    rows = table[(table["image_id"] == image_id) & table["split"].isin(["test", "validation"])]
    if rows.empty:
        known = bool((table["image_id"] == image_id).any())
        cause = "the run learnt from it" if known else f"it is not in the run {view.name}"
        raise RunError(image_id, cause, "Choose an image of the test part")
    row = rows.sort_values("split", kind="stable").iloc[0]  # test comes before validation
    fold, part = str(row["fold"]), str(row["split"])
    several = (view.directory / "folds").is_dir()
    model = model_of(Run(view.directory, view.name, view.synthetic), fold)
    if model is None:
        of = f" of fold {fold}" if several else ""
        raise RunError(view.name, f"the model{of} was not kept", "Choose another run")
    seen = "did not learn from it or its patient"
    if part == "validation":
        seen += " (but chose its epoch on it)"
    named = f"the model of fold {fold}" if several else "the model of the run"
    p = np.array([row[f"p{grade}"] for grade in GRADES], dtype=np.float64)
    return HeldOut(image_id, part, fold, model, p, f"{named}, which {seen}")


def cohort_of_view(view: RunView) -> Cohort:
    """The cohort of a run.

    Raises:
        CohortError: It is not at hand.
    """
    if view.cohort is None:
        cause = "the cohort it was made from is not at hand"
        raise CohortError(view.name, cause, "Put the cohort back into the data folder")
    return cohort_at(view.cohort)


def cohort_at(root: Path) -> Cohort:
    """A cohort, kept as long as its tables do not change.

    Raises:
        CohortError: It breaks the data contract.
    """
    states = []
    for name in _TABLES:
        try:
            state = (root / name).stat()
        except OSError:
            states.append((0, 0))
        else:
            states.append((state.st_size, state.st_mtime_ns))
    return _loaded(root, tuple(states))


@lru_cache(maxsize=_KEPT_COHORTS)
def _loaded(root: Path, states: tuple[tuple[int, int], ...]) -> Cohort:
    from sgus.cohort.manifest import load_cohort

    del states  # only part of the key
    return load_cohort(root)


def row_of(cohort: Cohort, image_id: str) -> int:
    """Place of an image in the cohort's table.

    Raises:
        CohortError: The cohort has no image of this id.
    """
    found = np.flatnonzero((cohort.images["image_id"] == image_id).to_numpy())
    if not found.size:
        raise CohortError(f"image {image_id}", f"it is not in {cohort.root.name}", "Check its id")
    return int(found[0])


def model_at(directory: Path) -> LoadedModel:
    """A model, kept while its files do not change; nothing may be written to it.

    Raises:
        ModelError: It is not a whole model this version can use.
    """
    from sgus.nn.model_files import INFO, WEIGHTS

    states = []
    for name in (INFO, WEIGHTS):
        path = directory / name
        states.append((path.stat().st_size, path.stat().st_mtime_ns) if path.is_file() else (0, 0))
    return _model(directory, tuple(states))


@lru_cache(maxsize=_KEPT_MODELS)
def _model(directory: Path, states: tuple[tuple[int, int], ...]) -> LoadedModel:
    from sgus.core.errors import ModelError
    from sgus.images.geometry import PREPARE_VERSION
    from sgus.nn.model_files import load_model

    del states  # only part of the key
    loaded = load_model(directory)
    if loaded.info.prepare_version != PREPARE_VERSION:
        raise ModelError(
            loaded.info.name,
            f"it learnt from images prepared by version {loaded.info.prepare_version} of the "
            f"preparation, this program has version {PREPARE_VERSION}",
            "Train it again, or use the program it came with",
        )
    return loaded
