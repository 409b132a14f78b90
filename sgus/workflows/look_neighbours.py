"""The nearest confidently graded images of other patients, in the eyes of the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sgus.core.errors import CohortError, RunError
from sgus.core.grades import GRADES
from sgus.review.neighbours import cosine_distances, nearest_rows
from sgus.workflows.look_common import HeldOut, cohort_of_view, held_out, model_at
from sgus.workflows.look_features import features_of

if TYPE_CHECKING:
    from sgus.cohort.manifest import Cohort
    from sgus.nn.model_files import LoadedModel
    from sgus.review.boundary import Boundary
    from sgus.workflows.run_view import RunView

SURE: Final = 0.5
"""Probability, or share of readings, above which a grade leads all others together."""


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
        n_agreeing: Of these, how many gave its grade.
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
    n_agreeing: int
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


def nearest(
    view: RunView,
    image_id: str,
    boundary: Boundary,
    *,
    k: int = 4,
    progress: Callable[[int, int], None] | None = None,
) -> Nearest:
    """Find the nearest confidently graded examples of both grades from other patients.

    The features are those of the fold's model by which the image was tested, so that neither the
    image nor its patient was learnt from. The first call for a fold runs that model over the
    cohort (about 0.05 s an image) and keeps the features in the cohort's `cache`.

    Args:
        view: The run; its cohort has to be at hand.
        image_id: An image of its test part (or, of a run of one fold, its validation part).
        boundary: Whose two grades examples are wanted of.
        k: Examples of each grade at most.
        progress: Called with (images done, images in all) while features are computed.

    Raises:
        RunError: The image was learnt from or is not in the run, or its model was not kept.
        CohortError: The cohort is not at hand, or its files were changed.
        ImageError: A file cannot be read.
    """
    held = held_out(view, image_id)
    cohort = cohort_of_view(view)
    loaded = model_at(held.model)
    candidates = _candidates(view, cohort, loaded)
    at = _own_row(candidates, image_id, loaded)
    features = features_of(cohort, loaded, progress=progress)
    distances = cosine_distances(features[at], features)
    own = candidates.iloc[at]
    other = (candidates["patient_id"] != own["patient_id"]).to_numpy()
    sure = other & _confident(candidates)
    same = ((candidates["gland"] == own["gland"]) & (candidates["gland"] != "")).to_numpy()
    sides, reasons, n_candidates, n_patients = {}, {}, {}, {}
    for grade in boundary.grades:
        allowed = sure & (candidates["grade"] == grade).to_numpy()
        rows = nearest_rows(distances, allowed=allowed, first=same, k=k)
        sides[grade] = tuple(
            _neighbour(candidates.iloc[row], float(distances[row]), same_gland=bool(same[row]))
            for row in rows
        )
        n_candidates[grade] = int(allowed.sum())
        n_patients[grade] = int(candidates.loc[allowed, "patient_id"].nunique())
        if len(rows) < k:
            reasons[grade] = f"only {len(rows)} images of other patients are surely grade {grade}"
    return Nearest(
        image_id=image_id,
        lower=sides[boundary.lower],
        upper=sides[boundary.upper],
        reasons=reasons,
        n_candidates=n_candidates,
        n_patients=n_patients,
        confidence_words=_confidence_words(candidates),
        model_words=_model_words(held, candidates),
        synthetic=cohort.info.synthetic,
    )


def _candidates(view: RunView, cohort: Cohort, loaded: LoadedModel) -> pd.DataFrame:
    """The usable images with what readers and models say of them; unknown is NA."""
    table = cohort.usable()[["image_id", "sha256", "patient_id", "gland", "side", "grade"]]
    read = _readings(cohort, table)
    table["n_readings"] = read["size"].to_numpy()
    table["n_agreeing"] = read["sum"].to_numpy()
    agreed = pd.Series(table["n_agreeing"] == table["n_readings"]).astype("boolean")
    table["unanimous"] = agreed.where(read["n_readers"].to_numpy() >= 2)
    held = view.predictions[view.predictions["split"].isin(["test", "validation"])]
    held = held.sort_values("split", kind="stable").drop_duplicates("image_id")
    p = held.set_index("image_id")[[f"p{grade}" for grade in GRADES]].reindex(table["image_id"])
    of_grade = p.to_numpy()[np.arange(len(table)), table["grade"].to_numpy(dtype=np.int64)]
    table["p"] = pd.Series(of_grade).astype("Float64")
    table["learnt"] = table["sha256"].isin(loaded.info.training_sha256)
    return table


def _readings(cohort: Cohort, table: pd.DataFrame) -> pd.DataFrame:
    """Readings, readings of the reference grade and different readers, in the table's order."""
    ids = table["image_id"].to_numpy()
    columns = ["size", "sum", "n_readers"]
    if cohort.ratings is None:
        return pd.DataFrame(0, index=ids, columns=columns)
    given = cohort.ratings[cohort.ratings["grade"].notna()]
    reference = given["image_id"].map(dict(zip(ids, table["grade"], strict=True)))
    agrees = (given["grade"] == reference).fillna(False).astype("int64")
    by_image = agrees.groupby(given["image_id"]).agg(["size", "sum"])
    by_image["n_readers"] = given.groupby("image_id")["rater_id"].nunique()
    return by_image.reindex(ids).fillna(0).astype("int64")


def _own_row(candidates: pd.DataFrame, image_id: str, loaded: LoadedModel) -> int:
    found = np.flatnonzero((candidates["image_id"] == image_id).to_numpy())
    if not found.size:
        raise CohortError(image_id, "it is not among the usable images", "Choose another image")
    at = int(found[0])
    patient = candidates["patient_id"].iloc[at]
    learnt = candidates.loc[candidates["patient_id"] == patient, "learnt"]
    if bool(learnt.any()):
        cause = f"{loaded.info.name} learnt from this image's patient ({patient})"
        raise RunError(image_id, cause, "Train again with a split by patient")
    return at


def _confident(candidates: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Every reading says so; or most do, or nobody was asked twice, and a held-out model too."""
    asked = candidates["unanimous"].notna()
    most = candidates["n_agreeing"] > SURE * candidates["n_readings"]
    model = (candidates["p"] > SURE).fillna(False)
    sure = candidates["unanimous"].fillna(False) | ((most | ~asked) & model)
    return sure.to_numpy(dtype=np.bool_)


def _confidence_words(candidates: pd.DataFrame) -> str:
    model = f"a model of this run that did not learn from it gave it more than {SURE:.0%}"
    if not candidates["unanimous"].notna().any():
        return (
            f"Surely graded: {model}. No image of this cohort has two readers: nothing but the "
            "model stands behind the one reference grade."
        )
    return (
        "Surely graded: every reading, by two readers at least, gave the reference grade; or more "
        f"than half did and {model}."
    )


def _model_words(held: HeldOut, candidates: pd.DataFrame) -> str:
    n_learnt = int(candidates["learnt"].sum())
    return (
        f"Alike in the eyes of {held.words}. It learnt from {n_learnt} of the "
        f"{len(candidates)} images it is compared with: alike need not mean alike to a reader."
    )


def _neighbour(row: pd.Series[Any], distance: float, *, same_gland: bool) -> Neighbour:
    p = None if pd.isna(row["p"]) else float(row["p"])
    unanimous = None if pd.isna(row["unanimous"]) else bool(row["unanimous"])
    n = int(row["n_readings"])
    said = []
    if n:
        of = f"all {n}" if unanimous else f"{row['n_agreeing']} of {n}"
        said.append(f"{of} readings gave {row['grade']}")
    if p is not None:
        said.append(f"held out, the model gave it {p:.0%}")
    return Neighbour(
        image_id=str(row["image_id"]),
        patient_id=str(row["patient_id"]),
        gland=str(row["gland"]),
        side=str(row["side"]),
        grade=int(row["grade"]),
        same_gland=same_gland,
        distance=distance,
        n_readings=n,
        n_agreeing=int(row["n_agreeing"]),
        unanimous=unanimous,
        p=p,
        learnt=bool(row["learnt"]),
        why="; ".join(said),
    )
