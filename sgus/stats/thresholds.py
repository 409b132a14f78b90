"""Every threshold of a binary decision, counted once for each patient.

The counts at a threshold are cumulative sums over the sorted probabilities. Kept for each patient,
they answer for all resamples of patients with one product of a matrix and a column, so that a
threshold can be dragged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgus.stats.draws import FloatArray, PatientDraws


@dataclass(frozen=True, eq=False)
class Counts:
    """The four counts of a decision, each `(1 + n_resamples,)` or with thresholds after that.

    Attributes:
        tp: Images of the higher side, called higher.
        fp: Images of the lower side, called higher.
        fn: Images of the higher side, called lower.
        tn: Images of the lower side, called lower.
    """

    tp: FloatArray
    fp: FloatArray
    fn: FloatArray
    tn: FloatArray


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
        """Counts at one threshold, `(1 + n_resamples,)` each: one product with four columns."""
        column = int(np.searchsorted(-self.scores, -threshold, side="right"))
        sides = (self.positive, self.negative)
        wanted = np.stack([side[:, place] for place in (column, -1) for side in sides], axis=1)
        tp, fp, positive, negative = (self.counts @ wanted).T
        return Counts(tp=tp, fp=fp, fn=positive - tp, tn=negative - fp)

    def everywhere(self) -> Counts:
        """Counts at every threshold, `(1 + n_resamples, k + 1)`; the first is above all scores."""
        tp, fp = self.counts @ self.positive, self.counts @ self.negative
        return Counts(tp=tp, fp=fp, fn=tp[:, -1:] - tp, tn=fp[:, -1:] - fp)
