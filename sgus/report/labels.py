"""The figures that labels have: of grades, or of the two sides of a stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgus.report.figures import Estimate, FloatArray, Mask
from sgus.stats import classification as c
from sgus.stats.confusion import confusion_matrix

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Label:
    """One of the things predicted.

    Attributes:
        name: In sentences: `grade 1`, `side 2/3`.
        grade: The grade it is, or None for a side of two grades.
        suffix: Added to the names of its figures, for a side that is no grade.
    """

    name: str
    grade: int | None
    suffix: str = ""


@dataclass(frozen=True, eq=False)
class Labelled:
    """Images with a true and a predicted label each.

    Attributes:
        labels: The labels in order.
        truth: `(n_images,)` index of the true label; `len(labels)` for none of them.
        predicted: `(n_images,)` index of the predicted label; `len(labels)` for none of them.
        weights: `(1 + n_resamples, n_images)`.
    """

    labels: Sequence[Label]
    truth: IntArray
    predicted: IntArray
    weights: FloatArray

    def matrices(self) -> FloatArray:
        """Confusion matrices `(1 + n_resamples, k + 1, k + 1)`, the last label being none."""
        size = len(self.labels) + 1
        shape = (size, size)
        return confusion_matrix(self.truth, self.predicted, shape=shape, weights=self.weights)

    def of(self, label: int) -> tuple[str, Mask]:
        """Name and mask of the images that have a label."""
        return f"with {self.labels[label].name}", self.truth == label

    def called(self, label: int) -> tuple[str, Mask]:
        """Name and mask of the images predicted as a label."""
        return f"predicted as {self.labels[label].name}", self.predicted == label


def label_estimates(data: Labelled) -> list[Estimate]:
    """Accuracy, the figures of each label, and their averages."""
    tallied = c.tally(data.matrices(), n_labels=len(data.labels))
    given = data.predicted < len(data.labels)
    accuracy = Estimate("accuracy", c.accuracy(tallied), given, "there is no such image")
    per_label = [
        estimate for i in range(len(data.labels)) for estimate in _of_label(data, tallied, i)
    ]
    return [accuracy, *_averages(data, tallied), *per_label]


def _of_label(data: Labelled, t: c.Tally, i: int) -> list[Estimate]:
    label = data.labels[i]
    of, called = data.of(i), data.called(i)
    none_of, none_called = f"no image {of[0]}", f"no image was {called[0]}"

    def made(name: str, values: FloatArray, used: Mask, why: str, **more: bool) -> Estimate:
        group = called if name == "precision" else of
        return Estimate(
            name + label.suffix, values[..., i], used, why, label.grade, (group,), **more
        )

    return [
        made("precision", c.precision(t), called[1], none_called),
        made("recall", c.recall(t), of[1], none_of),
        made("f1", c.f1(t), of[1] | called[1], none_of),
        made("support", t.support, of[1], none_of, counted=True),
    ]


def _averages(data: Labelled, t: c.Tally) -> list[Estimate]:
    labels = range(len(data.labels))
    of, called = [data.of(i) for i in labels], [data.called(i) for i in labels]
    every = np.any([mask for _, mask in (*of, *called)], axis=0)
    no_truth = _first_empty(of, "no image {}")
    no_call = _first_empty(called, "no image was {}")
    r, p, f = c.recall(t), c.precision(t), c.f1(t)
    return [
        Estimate("balanced_accuracy", c.macro(r), every, no_truth, groups=of),
        Estimate("precision_macro", c.macro(p), every, no_call, groups=called),
        Estimate("recall_macro", c.macro(r), every, no_truth, groups=of),
        Estimate("f1_macro", c.macro(f), every, no_truth, groups=of),
        Estimate("precision_weighted", c.weighted(p, t.support), every, no_call),
        Estimate("recall_weighted", c.weighted(r, t.support), every, no_truth),
        Estimate("f1_weighted", c.weighted(f, t.support), every, no_truth),
    ]


def _first_empty(groups: Sequence[tuple[str, Mask]], sentence: str) -> str:
    empty = [name for name, mask in groups if not mask.any()]
    return "; ".join(sentence.format(name) for name in empty) or "there is no such image"
