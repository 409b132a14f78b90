"""The nearest confidently graded images of other patients, in the eyes of the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sgus.review.boundary import Boundary
    from sgus.workflows.run_view import RunView


@dataclass(frozen=True)
class Neighbour:
    """A confidently graded image that the model finds alike.

    Attributes:
        image_id: The image.
        patient_id: Its patient, never that of the image asked about.
        gland: `parotid`, `submandibular` or "".
        side: `left`, `right` or "".
        grade: Its reference grade.
        same_gland: It shows the same kind of gland as the image asked about.
        distance: Cosine distance of the pooled features of the trunk, 0 (same direction) to 2.
        n_readings: Readings it has, 0 where the cohort has none.
        unanimous: Every one of at least two readings gave this grade; None with fewer.
        p: Probability that a model which did not learn from it gave its grade; None where every
            model of the run learnt from it.
        learnt: The model whose features are compared learnt from it.
        why: Why it counts as confidently graded, in words.
    """

    image_id: str
    patient_id: str
    gland: str
    side: str
    grade: int
    same_gland: bool
    distance: float
    n_readings: int
    unanimous: bool | None
    p: float | None
    learnt: bool
    why: str


@dataclass(frozen=True)
class Nearest:
    """The neighbours of an image on both sides of a boundary.

    Attributes:
        image_id: The image.
        lower: Nearest examples of the lower grade: same gland first, then by distance.
        upper: Likewise of the upper grade.
        reasons: By grade, why there are fewer than were asked for; empty where there are enough.
        n_candidates: By grade, confidently graded images of other patients there were.
        n_patients: By grade, patients they are of.
        confidence_words: Which images count as confidently graded, in words.
        model_words: Whose features were compared and what it learnt from, in words.
        synthetic: The images are simulated.
    """

    image_id: str
    lower: tuple[Neighbour, ...]
    upper: tuple[Neighbour, ...]
    reasons: dict[int, str]
    n_candidates: dict[int, int]
    n_patients: dict[int, int]
    confidence_words: str
    model_words: str
    synthetic: bool


def nearest(view: RunView, image_id: str, boundary: Boundary, *, k: int = 4) -> Nearest:
    """Find the nearest confidently graded examples of both grades from other patients.

    The features are those of the fold's model by which the image was tested, so that neither the
    image nor its patient was learnt from. The first call for a fold runs that model over the
    cohort (about 0.02 s an image) and keeps the features in the cohort's `cache`.

    Args:
        view: The run; its cohort has to be at hand.
        image_id: An image of its test part (or, of a run of one fold, its validation part).
        boundary: Whose two grades examples are wanted of.
        k: Examples of each grade at most.

    Raises:
        RunError: The image was learnt from or is not in the run, or its model was not kept.
        CohortError: The cohort is not at hand, or its files were changed.
        ImageError: A file cannot be read.
    """
    raise NotImplementedError
