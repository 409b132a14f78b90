"""Reliability diagrams, and what the Brier score is made of.

References:
    Murphy 1973, 10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2; the part within bins:
    Stephenson et al. 2008, 10.1175/2007WAF2006116.1; bins of equal count: Nguyen & O'Connor
    2015, 10.18653/v1/D15-1182.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sgus.stats.confusion import ratio
from sgus.stats.draws import FloatArray, PatientDraws

IntArray = NDArray[np.int64]
N_BINS: Final = 10
LEAST_IN_BIN: Final = 10
"""Images that a bin of equal count aims at, at least."""


@dataclass(frozen=True, eq=False)
class Bins:
    """Images in bins of probability, observed and in each resample.

    Attributes:
        edges: `(k + 1,)`, from 0 to 1; a bin is closed below, the last also above.
        member: `(n_images,)` bin of each image.
        n: `(1 + n_resamples, k)` images.
        p_sum: Sum of their probabilities.
        happened: How often it happened.
        p_square: Sum of squared probabilities.
        p_happened: Sum of the probabilities of those where it happened.
    """

    edges: FloatArray
    member: IntArray
    n: FloatArray
    p_sum: FloatArray
    happened: FloatArray
    p_square: FloatArray
    p_happened: FloatArray

    @property
    def share(self) -> FloatArray:
        """Observed share in each bin, `(1 + n_resamples, k)`; NaN where a bin is empty."""
        return ratio(self.happened, self.n)

    @property
    def mean_p(self) -> FloatArray:
        """Mean probability in each bin; NaN where a bin is empty."""
        return ratio(self.p_sum, self.n)


def equal_width(n_bins: int = N_BINS) -> FloatArray:
    """Edges of bins of one width, `(n_bins + 1,)`."""
    return np.arange(n_bins + 1) / n_bins


def equal_count(p: FloatArray, *, n_bins: int = N_BINS) -> FloatArray:
    """Edges between bins of about as many images each; equal probabilities stay together.

    There are fewer bins where they would hold less than 10 images, or where probabilities tie.

    Args:
        p: `(n_images,)` probabilities.
        n_bins: Bins at most.

    Returns:
        Rising edges from 0 to 1.
    """
    k = max(1, min(n_bins, len(p) // LEAST_IN_BIN))
    ordered = np.sort(p)
    first = (np.arange(1, k) * len(p)) // k
    inner = np.unique(ordered[first])
    inside = inner[(inner > ordered[0]) & (inner < 1.0)] if len(p) else inner
    return np.concatenate([[0.0], inside, [1.0]])


def fill_bins(
    p: FloatArray,
    happened: NDArray[Any],
    draws: PatientDraws,
    *,
    used: NDArray[np.bool_],
    edges: FloatArray,
) -> Bins:
    """Count images into bins whose edges no resample moves.

    Args:
        p: `(n_images,)` probabilities.
        happened: `(n_images,)` bool.
        draws: The resamples of the patients of these images.
        used: `(n_images,)`, the images that are counted.
        edges: `(k + 1,)` rising.
    """
    member = np.searchsorted(edges[1:-1], p, side="right")
    k = len(edges) - 1
    cells = (member[:, None] == np.arange(k)) & used[:, None]
    y = np.asarray(happened, dtype=np.float64)
    each = (np.ones(len(p)), p, y, p * p, p * y)
    features = np.concatenate([cells * value[:, None] for value in each], axis=1)
    sums = np.moveaxis(draws.sums(features).reshape(-1, len(each), k), 1, 0)
    return Bins(edges, np.asarray(member, dtype=np.int64), *sums)


def brier_parts(bins: Bins) -> dict[str, FloatArray]:
    """The Brier score and its parts: score = reliability - resolution + uncertainty + within bins.

    Args:
        bins: Filled bins.

    Returns:
        `brier` and its parts, `(1 + n_resamples,)` each. `reliability` (0 is best) is the mean
        squared distance of mean probability and observed share; `resolution` (more is better) how
        far the shares of bins lie apart; `uncertainty` that of the prevalence, which no model
        changes; `within_bins` what is left because probabilities of a bin differ. NaN where no
        image counts.
    """
    n = bins.n.sum(axis=-1)
    rate = ratio(bins.happened.sum(axis=-1), n)
    total = bins.p_square - 2.0 * bins.p_happened + bins.happened  # sums of (p - y)^2
    mean_p, share = (np.nan_to_num(x) for x in (bins.mean_p, bins.share))
    brier = ratio(total.sum(axis=-1), n)
    reliability = ratio((bins.n * (mean_p - share) ** 2).sum(axis=-1), n)
    resolution = ratio((bins.n * (share - rate[:, None]) ** 2).sum(axis=-1), n)
    uncertainty = rate * (1.0 - rate)
    return {
        "brier": brier,
        "brier_reliability": reliability,
        "brier_resolution": resolution,
        "brier_uncertainty": uncertainty,
        "brier_within_bins": brier - reliability + resolution - uncertainty,
    }


def calibration_error(bins: Bins) -> FloatArray:
    """Mean over bins, by images, of |mean probability - share|, `(1 + n_resamples,)`.

    In ten bins of equal width this is `calibration.expected_calibration_error`.
    """
    gaps = np.abs(bins.p_sum - bins.happened).sum(axis=-1)
    return ratio(gaps, bins.n.sum(axis=-1))
