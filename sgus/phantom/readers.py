"""Readers of phantoms: what a person would call a gland whose true severity is known.

A reader sees `severity + bias + noise` and calls the gland by the thresholds it passes. Bias,
thresholds and noise are a reader's own, drawn once; the noise is largest at the border of grades
0 and 1. Part of a reader's noise belongs to the image, so that a second reading by the same
reader is nearer to the first than another reader's is.

References:
    Agreement aimed at, by a reader with another and with itself: Zabotti et al. 2020,
    10.3389/fmed.2020.581248 (Light's kappa 0.77 and 0.87).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sgus.core.errors import ConfigError
from sgus.core.grades import GRADES
from sgus.core.rng import generator

FloatArray = NDArray[np.floating[Any]]

DISAGREEMENT: Final = 1.32
"""How far readers are from each other and from themselves; multiplies all that follows."""
BIAS_SD: Final = 0.10
"""Spread of readers who call everything higher or lower, in grades."""
THRESHOLD_SDS: Final = (0.30, 0.15, 0.20)
"""Spread of where readers begin to call grade 1, 2 and 3, in grades."""
STABLE_SHARE: Final = 0.45
"""Share of the noise variance that a reader has again on seeing the same image again: it makes
the quadratic kappa of a reader with itself 0.87 where that of two readers is 0.77."""
_QUADRATURE_NODES: Final = 96


def noise_sd(severity: FloatArray) -> NDArray[np.float64]:
    """Spread of the readings of one gland before the scale of a reader, in grades.

    Args:
        severity: Any shape, 0 to 4.
    """
    s = np.asarray(severity, dtype=np.float64)
    at_one, at_three = np.exp(-(((s - 1) / 0.6) ** 2)), np.exp(-(((s - 3) / 0.5) ** 2))
    return np.asarray(0.26 + 0.30 * at_one + 0.10 * at_three, dtype=np.float64)


@dataclass(frozen=True)
class Reader:
    """One person's way of reading.

    Attributes:
        name: As `ratings.csv` calls it.
        bias: Added to every severity, in grades.
        thresholds: Where grades 1, 2 and 3 begin for this reader, rising.
        noise: Multiplies `noise_sd`: 1 or less for a steady reader.
    """

    name: str
    bias: float = 0.0
    thresholds: tuple[float, float, float] = (1.0, 2.0, 3.0)
    noise: float = DISAGREEMENT

    def read(self, severity: FloatArray, rng: np.random.Generator) -> NDArray[np.int64]:
        """Read every image once.

        Args:
            severity: `(n,)`, 0 to 4.
            rng: Source of the noise.

        Returns:
            `(n,)` grades.
        """
        return self.read_repeatedly(severity, rng, times=1).reshape(-1)

    def read_repeatedly(
        self, severity: FloatArray, rng: np.random.Generator, *, times: int
    ) -> NDArray[np.int64]:
        """Read every image several times, with time between to forget the earlier readings.

        Args:
            severity: `(n,)`, 0 to 4.
            rng: Source of the noise, `(n, 1 + times)` normals: more images leave the readings of
                the first ones as they are.
            times: How often each image is read.

        Returns:
            `(times, n)` grades.
        """
        s = np.asarray(severity, dtype=np.float64)
        normals = rng.standard_normal((len(s), 1 + times)).T
        error = np.sqrt(STABLE_SHARE) * normals[0] + np.sqrt(1 - STABLE_SHARE) * normals[1:]
        seen = s + self.bias + self.noise * noise_sd(s) * error  # (times, n)
        return np.asarray((seen[..., None] > self.thresholds).sum(axis=-1), dtype=np.int64)

    def probabilities(self, severity: FloatArray) -> NDArray[np.float64]:
        """How likely this reader is to call a gland each grade.

        Args:
            severity: `(n,)`, 0 to 4.

        Returns:
            `(n, 4)`, summing to one over the last axis.
        """
        s = np.asarray(severity, dtype=np.float64)[:, None]
        distance = s + self.bias - np.asarray(self.thresholds)  # (n, 3)
        return _from_cumulative(ndtr(distance / (self.noise * noise_sd(s))))


def draw_readers(
    seed: int, n: int, *, scales: Sequence[float] | None = None, prefix: str = "reader"
) -> tuple[Reader, ...]:
    """Draw readers; the first ones stay the same when more are drawn.

    Args:
        seed: Seed of the cohort.
        n: How many.
        scales: What `DISAGREEMENT` is multiplied by for each: below 1 for the experienced, above
            for beginners; 1 for all when None.
        prefix: Names are `prefix-1`, `prefix-2` …; other prefixes are other people.

    Raises:
        ConfigError: `n` is not 1 or more, or there is not a scale for each.
    """
    if n < 1:
        raise ConfigError("readers", f"{n} is fewer than 1", "Ask for at least one reader")
    scales = [1.0] * n if scales is None else scales
    if len(scales) != n:
        raise ConfigError("readers", f"{len(scales)} scales for {n} readers", "Give one for each")
    return tuple(
        _draw_reader(generator(seed, prefix, at), f"{prefix}-{at + 1}", DISAGREEMENT * scale)
        for at, scale in enumerate(scales)
    )


def _draw_reader(rng: np.random.Generator, name: str, scale: float) -> Reader:
    bias = scale * BIAS_SD * float(rng.standard_normal())
    shifts = scale * np.asarray(THRESHOLD_SDS) * rng.standard_normal(3)
    # A reading counts the thresholds passed, so that their order says nothing: two that cross
    # (1 % of readers) are named by rank.
    first, second, third = sorted((1 + np.arange(3) + shifts).tolist())
    return Reader(name, bias, (first, second, third), scale)


def mean_reader_probabilities(severity: FloatArray) -> NDArray[np.float64]:
    """How likely a reader never met before is to call a gland each grade.

    The mean of `Reader.probabilities` over the population `draw_readers` draws from, exact but
    for quadrature (error below 1e-7) and smooth in severity: the best prediction of one reader's
    label that anybody who knows the severity can make.

    Args:
        severity: `(n,)`, 0 to 4.

    Returns:
        `(n, 4)`, summing to one over the last axis.
    """
    s = np.asarray(severity, dtype=np.float64)
    nodes, weights = np.polynomial.hermite_e.hermegauss(_QUADRATURE_NODES)
    spread = DISAGREEMENT * np.sqrt(noise_sd(s) ** 2 + BIAS_SD**2)
    seen = s[:, None] + spread[:, None] * nodes  # (n, nodes): severity, bias and noise together
    low, middle, high = (
        ndtr((seen - grade) / (DISAGREEMENT * sd))
        for grade, sd in zip(GRADES[1:], THRESHOLD_SDS, strict=True)
    )  # each (n, nodes): that a threshold of this spread is passed
    at_least = np.stack(
        [
            1 - (1 - low) * (1 - middle) * (1 - high),
            low * middle + low * high + middle * high - 2 * low * middle * high,
            low * middle * high,
        ],
        axis=-1,
    )  # (n, nodes, 3): that one, two, three of the thresholds are passed, whichever
    return _from_cumulative(np.einsum("ijk,j->ik", at_least, weights / weights.sum()))


def median_of_three_probabilities(one: FloatArray) -> NDArray[np.float64]:
    """Probabilities of the median of three readers who read like `one`, independently.

    Args:
        one: `(n, 4)`, probabilities of one reader.

    Returns:
        `(n, 4)`: the median reaches a grade when two of the three do.
    """
    at_least = 1 - np.cumsum(np.asarray(one, dtype=np.float64), axis=-1)[..., :-1]
    return _from_cumulative(at_least**2 * (3 - 2 * at_least))


def _from_cumulative(at_least: NDArray[np.float64]) -> NDArray[np.float64]:
    """`(n, 3)` P(grade >= 1, 2, 3) as `(n, 4)` P(grade)."""
    edge = np.ones((*at_least.shape[:-1], 1))
    return -np.diff(np.concatenate([edge, at_least, 0 * edge], axis=-1), axis=-1)
