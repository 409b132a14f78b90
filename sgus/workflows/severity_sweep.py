"""Where a model turns from one grade to the next: its answers along the severity of phantoms.

The same glands are simulated at every severity, so that nothing but the disease changes along a
curve, and the gland is the resampling unit of the intervals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from sgus.core.grades import GRADES
from sgus.core.rng import generator, stream_seed
from sgus.phantom.readers import mean_reader_probabilities
from sgus.phantom.request import PhantomRequest
from sgus.stats.bootstrap import patient_weights, percentile_interval

SEVERITIES: Final = tuple(0.125 + 0.25 * step for step in range(16))
N_GLANDS: Final = 8
N_RESAMPLES: Final = 1000
HALF: Final = 0.5
_FINE: Final = 401
"""Severities at which the readers' curves are drawn."""

Grade = Callable[[PhantomRequest], NDArray[np.float64]]
"""Makes a phantom and asks a model: `(4,)` grade probabilities."""


@dataclass(frozen=True)
class Crossing:
    """Where the grade becomes more likely to be `grade` or higher than to be lower.

    Attributes:
        grade: The grade that is turned to: 1, 2 or 3.
        severity: Where, or None when it does not happen within the sweep.
        low: Lower end of the interval over glands, or None.
        high: Upper end, or None.
        reason: Why there is no severity or no interval, or None.
    """

    grade: int
    severity: float | None
    low: float | None = None
    high: float | None = None
    reason: str | None = None


@dataclass(frozen=True, eq=False)
class Sweep:
    """A model's answers along severity.

    Attributes:
        severities: `(n_severities,)`, rising.
        by_gland: `(n_glands, n_severities, 4)` grade probabilities.
    """

    severities: NDArray[np.float64]
    by_gland: NDArray[np.float64]

    @property
    def n_glands(self) -> int:
        """Glands the model saw."""
        return len(self.by_gland)

    @property
    def n_phantoms(self) -> int:
        """Images the model saw."""
        return self.n_glands * len(self.severities)

    @property
    def mean(self) -> NDArray[np.float64]:
        """`(n_severities, 4)`, averaged over the glands."""
        return np.asarray(self.by_gland.mean(axis=0), dtype=np.float64)


def glands_of(request: PhantomRequest, n_glands: int = N_GLANDS) -> list[PhantomRequest]:
    """The glands of a sweep: the one asked for, then others of the same kind, view and device."""
    others = (
        request.model_copy(
            update={
                "anatomy_seed": stream_seed(request.anatomy_seed, "sweep gland", number),
                "scan_seed": stream_seed(request.scan_seed, "sweep scan", number),
            }
        )
        for number in range(1, n_glands)
    )
    return [request, *others]


def sweep_gland(gland: PhantomRequest, grade: Grade) -> Iterator[NDArray[np.float64]]:
    """The model's answer to one gland at each of `SEVERITIES`, one after the other."""
    for severity in SEVERITIES:
        yield grade(gland.model_copy(update={"severity": severity}))


def crossings(sweep: Sweep, *, seed: int = 0) -> tuple[Crossing, ...]:
    """Where the mean curve turns to grade 1, 2 and 3, with 95 % intervals over glands.

    Args:
        sweep: The answers.
        seed: Of the bootstrap, which draws glands with all their severities together.

    Returns:
        One for each grade above 0. P(grade or higher) is first made to rise with severity
        (isotonic regression), so that each has at most one crossing.
    """
    n = sweep.n_glands
    rng = generator(seed, "sweep bootstrap")
    weights = patient_weights(np.arange(n), n_resamples=N_RESAMPLES, rng=rng)
    found = []
    for grade in GRADES[1:]:
        at_least = sweep.by_gland[..., grade:].sum(axis=-1)  # (n_glands, n_severities)
        value = crossing_severity(sweep.severities, at_least.mean(axis=0))
        if value is None:
            found.append(Crossing(grade, None, reason=_never(at_least.mean(axis=0))))
            continue
        curves = weights @ at_least / n  # (n_resamples, n_severities)
        drawn = [crossing_severity(sweep.severities, curve) for curve in curves]
        resamples = np.array([np.nan if s is None else s for s in drawn])
        interval = percentile_interval(value, resamples)
        reason = interval.reason
        if n_without := int(np.isnan(resamples).sum()):
            reason = reason and f"in {n_without} of {N_RESAMPLES} resamples it turns nowhere"
        found.append(Crossing(grade, value, interval.low, interval.high, reason))
    return tuple(found)


def crossing_severity(
    severities: NDArray[np.float64], at_least: NDArray[np.float64]
) -> float | None:
    """Where a probability passes one half on its way up.

    Args:
        severities: `(n,)`, rising.
        at_least: `(n,)`, probability of a grade or a higher one.

    Returns:
        Linear between the two severities around it, after isotonic regression; None where it
        stays above or below all the way.
    """
    rising = np.asarray(isotonic_regression(at_least).x, dtype=np.float64)
    above = np.flatnonzero(rising >= HALF)
    if not above.size or above[0] == 0:
        return None
    at = int(above[0])
    share = (HALF - rising[at - 1]) / (rising[at] - rising[at - 1])
    return float(severities[at - 1] + share * (severities[at] - severities[at - 1]))


def _never(mean: NDArray[np.float64]) -> str:
    side = "above" if mean.mean() > HALF else "below"
    return f"the probability stays {side} one half at every severity"


def reader_curves() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Severities `(n,)` and the average reader's grade probabilities `(n, 4)` at them."""
    severities = np.linspace(0.0, 3.99, _FINE)
    return severities, mean_reader_probabilities(severities)


def reader_crossings() -> tuple[float, ...]:
    """Where the average reader turns to grade 1, 2 and 3."""
    severities, p = reader_curves()
    turns = (crossing_severity(severities, p[:, grade:].sum(axis=1)) for grade in GRADES[1:])
    return tuple(turn for turn in turns if turn is not None)
