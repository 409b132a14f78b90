"""The best any model can reach on a phantom cohort: what the truth itself and the severity give.

Readers disagree, so even the true grade is often "wrong" by a reader's label. `ceiling.json` holds
the figures of two predictors against each label of the cohort:

- `truth` calls each gland its true grade;
- `severity` knows the exact severity and how readers read in general, and gives for each figure
  the answer that is best for it on average (Bayes). It does not know the one reader of a label.

A model clearly above `severity` has seen what it is tested on. In the stages 0 v 1 and 2 v 3
only images whose label is one of the two are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.cohort.manifest import Cohort
from sgus.core.errors import CohortError
from sgus.core.grades import GRADES, N_GRADES, STAGES, Stage, most_probable_grade
from sgus.core.rng import generator
from sgus.phantom.readers import mean_reader_probabilities, median_of_three_probabilities
from sgus.report.figures import Estimate, Place, figure_object
from sgus.stats.agreement.quadratic import quadratic_kappa
from sgus.stats.bootstrap import LEVEL, patient_weights, with_observed
from sgus.stats.classification import accuracy, macro, recall, tally
from sgus.stats.confusion import confusion_matrix

CEILING_FILE: Final = "ceiling.json"
LABELS: Final = {
    "one_reader": ("reader_grade", "the first reading of one reader"),
    "median": ("median_grade", "the median of three readers"),
    "truth": ("true_grade", "the true grade"),
}
"""Column and meaning of each label a model can be judged by."""
N_RESAMPLES: Final = 2000
_BLOCK: Final = 20_000_000
"""Most weights (resamples x images) held at a time."""
_TRUTH_REASON: Final = "no interval: the label is what the predictor knows"

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Task:
    """One figure to compute.

    Attributes:
        scope: `four_grades` or a stage.
        figure: `accuracy`, `balanced_accuracy` or `quadratic_kappa`.
        used: `(n_images,)` bool, images it is about.
        label: `(n_images,)` what is to be hit, 0 to k - 1, where `used`.
        predicted: `(n_images,)` the same of the predictor.
        k: Number of labels.
    """

    scope: str
    figure: str
    used: NDArray[np.bool_]
    label: IntArray
    predicted: IntArray
    k: int


def cohort_ceiling(
    cohort: Cohort, *, n_resamples: int = N_RESAMPLES, seed: int = 0
) -> dict[str, Any]:
    """Figures of both predictors against every label the cohort has.

    Args:
        cohort: A phantom cohort; excluded images are left out.
        n_resamples: Resamples of the patient bootstrap.
        seed: Seed of the resamples.

    Returns:
        The content of `ceiling.json`.

    Raises:
        CohortError: The cohort does not know the truth of every image.
    """
    images = cohort.images.loc[~cohort.images["excluded"]].reset_index(drop=True)
    severity = _severity(cohort, images)
    labels = {name: _label(images, name) for name in LABELS}
    known = {name: label for name, label in labels.items() if label is not None}
    figures = [
        {"label": name, "predictor": predictor} | figure
        for name, label in known.items()
        for predictor, tasks in _tasks(name, label, severity)
        for figure in _figures(
            tasks, images["patient_id"].to_numpy(), name, n_resamples=n_resamples, seed=seed
        )
    ]
    return {
        "manifest_hash": cohort.manifest_hash,
        "synthetic": True,
        "n_images": len(images),
        "n_patients": int(images["patient_id"].nunique()),
        "labels": {name: {"column": c, "is": is_} for name, (c, is_) in LABELS.items()
                   if name in known},
        "predictors": {
            "truth": "calls each gland its true grade",
            "severity": "knows the severity and how readers read in general: the best possible",
        },
        "resampling": {
            "unit": "patient", "n_resamples": n_resamples, "seed": seed, "level": LEVEL,
        },
        "figures": figures,
    }  # fmt: skip


def _severity(cohort: Cohort, images: pd.DataFrame) -> FloatArray:
    needed = ["severity", "true_grade"]
    if not cohort.info.synthetic or any(column not in images for column in needed):
        cause = "it holds no phantoms with a known severity, so nobody knows what can be reached"
        raise CohortError(cohort.root, cause, "Make one with `python -m sgus phantom`")
    severity = pd.to_numeric(images["severity"], errors="coerce").to_numpy(np.float64)
    if np.isnan(severity).any():
        missing = images.loc[np.isnan(severity), "image_id"].iloc[0]
        cause = "its severity is not a number"
        raise CohortError(f"image {missing}", cause, "Make the cohort again")
    return np.asarray(severity)


def _label(images: pd.DataFrame, name: str) -> IntArray | None:
    """Labels of one kind, or None where no image has one."""
    column, _ = LABELS[name]
    cells = images[column] if column in images else pd.Series([""] * len(images))
    if (cells == "").all():
        return None
    return np.asarray(pd.to_numeric(cells), dtype=np.int64)


def _tasks(name: str, label: IntArray, severity: FloatArray) -> Iterator[tuple[str, list[_Task]]]:
    true = severity.astype(np.int64)
    yield "truth", list(_of_truth(label, true))
    yield "severity", list(_of_severity(label, _posterior(name, severity)))


def _posterior(name: str, severity: FloatArray) -> FloatArray:
    """`(n_images, 4)` probability of each label given the severity."""
    if name == "truth":
        return np.eye(N_GRADES)[severity.astype(np.int64)]
    one = mean_reader_probabilities(severity)
    return median_of_three_probabilities(one) if name == "median" else one


def _of_truth(label: IntArray, true: IntArray) -> Iterator[_Task]:
    for figure in ("accuracy", "balanced_accuracy", "quadratic_kappa"):
        yield _four(figure, label, true)
    for stage in STAGES:
        side = (true >= min(stage.higher)).astype(np.int64)
        for figure in ("accuracy", "balanced_accuracy"):
            yield _stage(figure, stage, label, side)


def _of_severity(label: IntArray, p: FloatArray) -> Iterator[_Task]:
    yield _four("accuracy", label, most_probable_grade(p))
    # Each label weighs the same, however rare it is expected to be.
    expected = np.maximum(p.mean(axis=0), 1e-9)
    yield _four("balanced_accuracy", label, most_probable_grade(p / expected))
    # The mean grade costs least in squared distance, which is what quadratic kappa counts.
    nearest = np.floor(p @ np.asarray(GRADES) + 0.5).astype(np.int64)
    yield _four("quadratic_kappa", label, nearest)
    for stage in STAGES:
        low, high = (p[:, list(side)].sum(axis=1) for side in (stage.lower, stage.higher))
        yield _stage("accuracy", stage, label, (high > low).astype(np.int64))
        share = high.mean() / max(low.mean(), 1e-9)
        yield _stage("balanced_accuracy", stage, label, (high > share * low).astype(np.int64))


def _four(figure: str, label: IntArray, predicted: IntArray) -> _Task:
    used = np.ones(len(label), dtype=np.bool_)
    return _Task("four_grades", figure, used, label, predicted, N_GRADES)


def _stage(figure: str, stage: Stage, label: IntArray, side: IntArray) -> _Task:
    used = np.isin(label, stage.grades)
    return _Task(stage.name, figure, used, np.isin(label, stage.higher).astype(np.int64), side, 2)


def _figures(
    tasks: Sequence[_Task], patients: NDArray[Any], name: str, *, n_resamples: int, seed: int
) -> list[dict[str, Any]]:
    certain = name == "truth"  # no reader stands between: nothing to resample
    rng = generator(seed, "ceiling", name)
    values = _values(tasks, patients, rng, n_resamples=0 if certain else n_resamples)
    found = []
    for task, row in zip(tasks, values, strict=True):
        place = Place(task.scope, "cohort", None, patients, seed, "patient")
        estimate = Estimate(task.figure, row, task.used, "a label has no image")
        figure = figure_object(estimate, place)
        if certain:
            figure |= {"interval": None, "reason": _TRUTH_REASON}
        found.append({key: figure[key] for key in _KEPT})
    return found


_KEPT: Final = (
    "scope", "figure", "value", "low", "high", "n_images", "n_patients", "interval", "reason",
)  # fmt: skip


def _values(
    tasks: Sequence[_Task], patients: NDArray[Any], rng: np.random.Generator, *, n_resamples: int
) -> list[FloatArray]:
    """`(1 + n_resamples,)` of each task, drawn in blocks that fit into memory."""
    parts = [[_value(task, with_observed(np.empty((0, len(patients))))) for task in tasks]]
    block = max(1, _BLOCK // len(patients))
    for start in range(0, n_resamples, block):
        n = min(block, n_resamples - start)
        weights = patient_weights(patients, n_resamples=n, rng=rng)
        parts.append([_value(task, weights) for task in tasks])
    return [np.concatenate(found) for found in zip(*parts, strict=True)]


def _value(task: _Task, weights: FloatArray) -> FloatArray:
    """A figure for each row of weights."""
    counts = confusion_matrix(
        task.label[task.used],
        task.predicted[task.used],
        shape=(task.k, task.k),
        weights=weights[:, task.used],
    )
    if task.figure == "quadratic_kappa":
        return quadratic_kappa(counts)
    found = tally(counts, n_labels=task.k)
    return accuracy(found) if task.figure == "accuracy" else macro(recall(found))


def ceiling_text(ceiling: dict[str, Any]) -> str:
    """The ceiling as a small table for a person, without intervals."""
    columns = (
        ("four_grades", "accuracy", "4 grades"),
        ("four_grades", "quadratic_kappa", "kappa"),
        ("stage1", "accuracy", "0/1 v 2/3"),
        ("stage2a", "accuracy", "0 v 1"),
        ("stage2a", "balanced_accuracy", "balanced"),
        ("stage2b", "accuracy", "2 v 3"),
    )
    values = {
        (f["label"], f["predictor"], f["scope"], f["figure"]): f["value"]
        for f in ceiling["figures"]
    }
    lines = [f"{'against':<22}{'who knows':<11}" + "".join(f"{head:>11}" for *_, head in columns)]
    for label in ceiling["labels"]:
        for predictor in ceiling["predictors"]:
            found = [values[label, predictor, scope, figure] for scope, figure, _ in columns]
            cells = "".join(f"{'-' if v is None else format(v, '.3f'):>11}" for v in found)
            lines.append(f"{label.replace('_', ' '):<22}{predictor:<11}{cells}")
    return "\n".join(lines)
