"""Every threshold of a binary decision, counted once for each patient.

The counts at a threshold are cumulative sums over the sorted probabilities. Kept for each patient,
they answer for all resamples of patients with one product of a matrix and a column, so that a
threshold can be dragged.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgus.stats.draws import FloatArray, PatientDraws


@dataclass(frozen=True, eq=False)
class Counts:
    """The counts of a decision in each resample, at one threshold or, on the last axis, at many.

    Attributes:
        tp: `(1 + n_resamples,)` or `(1 + n_resamples, k + 1)`, images of the higher side, called
            higher.
        fp: Images of the lower side, called higher.
        positive: Images of the higher side; `(1 + n_resamples, 1)` where there are many thresholds.
        negative: Images of the lower side.
    """

    tp: FloatArray
    fp: FloatArray
    positive: FloatArray
    negative: FloatArray

    @property
    def fn(self) -> FloatArray:
        """Images of the higher side, called lower."""
        return self.positive - self.tp

    @property
    def tn(self) -> FloatArray:
        """Images of the lower side, called lower."""
        return self.negative - self.fp

    def observed(self) -> Counts:
        """The first row alone: the data as they are."""
        return Counts(self.tp[0], self.fp[0], self.positive[0], self.negative[0])


@dataclass(frozen=True, eq=False)
class Thresholds:
    """A decision at every threshold: higher where the probability is the threshold or more.

    Attributes:
        scores: `(k,)` the distinct probabilities, falling.
        counts: `(1 + n_resamples, n_patients)` of the resamples.
        positive: `(n_patients, k + 1)` images of the higher side at or above each score; the
            first column, above all scores, is zero.
        negative: The same of the lower side.
    """

    scores: FloatArray
    counts: FloatArray
    positive: FloatArray
    negative: FloatArray

    @classmethod
    def of(
        cls, happened: NDArray[Any], p: FloatArray, draws: PatientDraws, *, used: NDArray[np.bool_]
    ) -> Thresholds:
        """Sort and count.

        Args:
            happened: `(n_images,)` bool, images of the higher side.
            p: `(n_images,)` probability of the higher side; larger is higher.
            draws: The resamples of the patients of these images.
            used: `(n_images,)`, the images that the decision is about.
        """
        scores, inverse = np.unique(p[used], return_inverse=True)
        k = len(scores)
        column = k - inverse.ravel()  # the highest score is column 1
        size = draws.n_patients * (k + 1)
        place = draws.patient[used] * (k + 1) + column
        side = np.asarray(happened, dtype=bool)[used]
        positive, negative = (
            np.bincount(place[mask], minlength=size).reshape(draws.n_patients, k + 1)
            for mask in (side, ~side)
        )
        return cls(
            scores=scores[::-1],
            counts=draws.counts,
            positive=np.cumsum(positive, axis=1, dtype=np.float64),
            negative=np.cumsum(negative, axis=1, dtype=np.float64),
        )

    def at(self, threshold: float) -> Counts:
        """Counts at one threshold, `(1 + n_resamples,)` each: one product with two columns."""
        column = int(np.searchsorted(-self.scores, -threshold, side="right"))
        wanted = np.stack([self.positive[:, column], self.negative[:, column]])
        tp, fp = wanted @ self.counts.T
        positive, negative = self.totals
        return Counts(tp, fp, positive, negative)

    @cached_property
    def totals(self) -> FloatArray:
        """Images of the higher and of the lower side, `(2, 1 + n_resamples)`."""
        last = np.stack([self.positive[:, -1], self.negative[:, -1]])
        return np.asarray(last @ self.counts.T, dtype=np.float64)

    def everywhere(self) -> Counts:
        """Counts at every threshold, `(1 + n_resamples, k + 1)`; the first is above all scores."""
        tp, fp = self.counts @ self.positive, self.counts @ self.negative
        return Counts(tp, fp, tp[:, -1:], fp[:, -1:])
