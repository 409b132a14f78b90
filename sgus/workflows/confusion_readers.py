"""What the readers of a cohort say of the images at a boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.core.errors import CohortError
from sgus.core.grades import GRADES
from sgus.review.boundary import Boundary
from sgus.review.order import AGAINST, READERS
from sgus.stats.boundary.neighbours import pairs_of
from sgus.stats.confusion import ratio
from sgus.stats.consensus.votes import votes

if TYPE_CHECKING:
    from sgus.workflows.run_view import RunView

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SHARES: Final = ("readers_higher", "readers_apart", "readers_entropy", "readers_against")


def add_readers(
    view: RunView, at: Boundary, rows: pd.DataFrame, *, reasons: dict[str, str], notes: list[str]
) -> None:
    """Put the columns `n_readings`, `readers_*` beside the images.

    Args:
        view: The run; its cohort holds the ratings.
        at: The boundary.
        rows: The images, with `image_id` and `grade`; gets the columns.
        reasons: Gets why there are no readers, under the orders that need them.
        notes: Gets how many images have too few readings.
    """
    counts = np.zeros((len(rows), len(GRADES)), dtype=np.int64)
    try:
        counts = reader_votes(view, rows["image_id"].tolist())
        why = None if counts.any() else "nobody graded these images"
    except CohortError as error:
        why = error.cause
    found = spread(counts, rows["grade"].to_numpy(dtype=np.int64), at)
    rows["n_readings"] = pd.array(counts.sum(axis=1), dtype="Int64")
    for name, values in found.items():
        rows[name] = pd.array([None if v != v else v for v in values.tolist()], dtype="Float64")
    if why is not None:
        reasons |= dict.fromkeys((READERS, AGAINST), why)
        return
    n = counts.sum(axis=1)
    if (n < 2).all():
        reasons[READERS] = "no image has two readings, so no readers can disagree"
    elif (n < 2).any():
        notes.append(f"{int((n < 2).sum())} of {len(n)} images have fewer than two readings")


def reader_votes(view: RunView, images: list[str]) -> IntArray:
    """How many readers gave each grade, each reader's first reading.

    Args:
        view: The run.
        images: Their ids.

    Returns:
        `(n_images, 4)`; a row of zeros where nobody read the image.

    Raises:
        CohortError: The cohort is not at hand, or has no ratings that can be read.
    """
    from sgus.workflows.observers import cohort_readings

    if view.cohort is None:
        raise CohortError(view.name, "the cohort of the run is not at hand", "Import it again")
    panel = cohort_readings(view.cohort).panel
    if panel.scale != GRADES:
        raise CohortError(view.cohort, "its ratings are on another scale than 0 to 3", "Check it")
    given = votes(panel)
    place = {item: at for at, item in enumerate(panel.items)}
    nobody = np.zeros(len(GRADES), dtype=np.int64)
    return np.array([given[place[one]] if one in place else nobody for one in images])


def spread(counts: IntArray, grade: IntArray, at: Boundary) -> dict[str, FloatArray]:
    """How divided the readers of each image are.

    Args:
        counts: `(n_images, 4)` readings of each grade.
        grade: `(n_images,)` the reference grade.
        at: The boundary.

    Returns:
        `(n_images,)` each, NaN where too few read it: `readers_higher` the share of readings on
        the upper side; `readers_apart` the share of pairs of readings with one on each side, from
        two readings up; `readers_entropy` of the grades in bits, from two up; `readers_against`
        the share on the other side than `grade`.
    """
    n = counts.sum(axis=1).astype(np.float64)
    higher = counts[:, at.upper :].sum(axis=1).astype(np.float64)
    share = ratio(counts.astype(np.float64), n[:, None])
    bits = -np.log2(np.where(share > 0, share, 1.0))
    against = np.where(at.is_higher(grade), n - higher, higher)
    return {
        "readers_higher": ratio(higher, n),
        "readers_apart": ratio(higher * (n - higher), pairs_of(n)),
        "readers_entropy": np.where(n >= 2, np.nan_to_num(share * bits).sum(axis=1), np.nan),
        "readers_against": ratio(against, n),
    }
