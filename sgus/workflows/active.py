"""The images of a run whose adjudication would teach most at a boundary, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.core.errors import CohortError, RunError
from sgus.core.grades import GRADES
from sgus.review import active
from sgus.workflows.adjudication import queues, settled
from sgus.workflows.adjudication_store import log_of
from sgus.workflows.confusion_readers import reader_votes
from sgus.workflows.look_common import cohort_of_view, held_out, model_at
from sgus.workflows.look_features import features_of

if TYPE_CHECKING:
    from sgus.cohort.manifest import Cohort
    from sgus.review.boundary import Boundary
    from sgus.workflows.run_view import RunView

BATCH: Final = 20
"""Images offered at once: some minutes of an adjudicator's time."""
READERS, FOLDS, NOBODY = "readers", "folds", "nobody"
_HELD_OUT: Final = ("test", "validation")


@dataclass(frozen=True, eq=False)
class NextImages:
    """What to adjudicate next, the best first.

    Attributes:
        table: A row an image: `image_id`, `patient_id`, `grade` (reference), `predicted`,
            `doubt`, `disagreement`, `density` (0 to 1 each), `score` (their product), `asked`
            (whose disagreement it is: `readers`, `folds` or `nobody`).
        n_pool: Held-out images it was chosen from.
        n_patients: Their patients.
        n_settled: Held-out images left out because they are settled or wait in a queue.
        notes: What was assumed: plain sentences.
        synthetic: The images are phantoms.
    """

    table: pd.DataFrame
    n_pool: int
    n_patients: int
    n_settled: int
    notes: tuple[str, ...]
    synthetic: bool


def choose_next(
    view: RunView,
    boundary: Boundary,
    *,
    n: int = BATCH,
    progress: Callable[[int, int], None] | None = None,
) -> NextImages:
    """Choose images by doubt x disagreement x density, each unlike those chosen before it.

    Only held-out predictions count: of an image in several held-out parts, that of its test part.

    Args:
        view: The run; its cohort has to be at hand.
        boundary: The boundary.
        n: Images at most.
        progress: Called with (images done, images in all) while features are computed.

    Raises:
        CohortError: The cohort is not at hand, or its files were changed.
        RunError: The run held no image out, all of them are settled, or no model was kept.
    """
    cohort = cohort_of_view(view)
    rows = _held_out(view)
    open_rows, n_settled = _without_settled(rows, cohort)
    if open_rows.empty:
        cause = f"all {len(rows)} held-out images are settled or wait in a queue"
        raise RunError(view.name, cause, "Settle the queues, then train again on the new labels")
    p = open_rows[[f"p{grade}" for grade in GRADES]].to_numpy(dtype=np.float64)
    lower, upper, asked, notes = _votes(view, boundary, open_rows)
    features, model_words = _features(view, cohort, open_rows, progress)
    patients = open_rows["patient_id"].to_numpy(dtype=object)
    factors = {
        "doubt": active.doubt(p, boundary),
        "disagreement": active.disagreement(lower, upper),
        "density": active.density(features, patients),
    }
    score = np.prod(list(factors.values()), axis=0)
    picked = active.choose(score, active.similarities(features), n=n)
    table = open_rows[["image_id", "patient_id", "grade", "predicted"]].assign(
        **factors, score=score, asked=asked
    )
    return NextImages(
        table=table.iloc[picked].reset_index(drop=True),
        n_pool=len(open_rows),
        n_patients=len(set(patients.tolist())),
        n_settled=n_settled,
        notes=(*notes, model_words),
        synthetic=cohort.info.synthetic,
    )


def _held_out(view: RunView) -> pd.DataFrame:
    """One row an image that was held out, the test part first."""
    held = view.predictions[view.predictions["split"].isin(_HELD_OUT)]
    if held.empty:
        cause = "it learnt from every image, so that its doubts say nothing"
        raise RunError(view.name, cause, "Train with a split that holds images out, such as kfold")
    first = held.sort_values(["split", "fold", "image_id"], kind="stable")
    return first.drop_duplicates("image_id").sort_values("image_id", ignore_index=True)


def _without_settled(rows: pd.DataFrame, cohort: Cohort) -> tuple[pd.DataFrame, int]:
    """The images nobody settled or asked for; and how many are left out."""
    known = settled(cohort.root)
    done = set(known.loc[known["current"], "image_id"])
    for queue in queues(cohort.root):
        if not queue.training and not queue.finished:
            done |= set(log_of(cohort.root, queue.name).images)
    left = ~rows["image_id"].isin(done)
    return rows[left].reset_index(drop=True), int((~left).sum())


def _votes(
    view: RunView, boundary: Boundary, rows: pd.DataFrame
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[str], list[str]]:
    """Votes for each side, of readers where two or more read the image, else of folds."""
    images = rows["image_id"].tolist()
    notes = []
    try:
        readings = reader_votes(view, images)
    except CohortError as error:
        readings = np.zeros((len(images), len(GRADES)), dtype=np.int64)
        notes.append(f"nobody's readings can be compared: {error.cause}")
    by_fold = _fold_votes(view, images)
    read = readings.sum(axis=1) >= 2
    held = ~read & (by_fold.sum(axis=1) >= 2)
    votes = np.where(read[:, None], readings, np.where(held[:, None], by_fold, 0))
    lower, upper = active.sides(votes.astype(np.int64), boundary)
    asked = np.select([read, held], [READERS, FOLDS], NOBODY).tolist()
    for who, words in (
        (FOLDS, "the disagreement of held-out models stands for that of readers"),
        (NOBODY, "nobody can disagree, and the most disagreement is taken"),
    ):
        if count := asked.count(who):
            notes.append(f"of {count} of {len(asked)} images there are not two readings: {words}")
    return lower, upper, asked, notes


def _fold_votes(view: RunView, images: list[str]) -> NDArray[np.int64]:
    """`(n, 4)` grades that models gave images they did not learn from."""
    held = view.predictions[view.predictions["split"].isin(_HELD_OUT)]
    counts = pd.crosstab(held["image_id"], held["predicted"])
    counts = counts.reindex(index=images, columns=list(GRADES), fill_value=0)
    return counts.to_numpy(dtype=np.int64)


def _features(
    view: RunView,
    cohort: Cohort,
    rows: pd.DataFrame,
    progress: Callable[[int, int], None] | None,
) -> tuple[NDArray[np.float64], str]:
    """Features of the pool by one model, since those of two are not comparable."""
    held = held_out(view, str(rows["image_id"].iloc[0]))
    found = features_of(cohort, model_at(held.model), progress=progress)
    places: Any = pd.Index(cohort.usable()["image_id"]).get_indexer(rows["image_id"])
    if (places < 0).any():
        lost = rows["image_id"].iloc[int((places < 0).argmax())]
        raise CohortError(str(lost), "it is not among the usable images", "Train again")
    words = "which images are alike is what one of the run's models sees, whatever it learnt from"
    return found[places].astype(np.float64), words
