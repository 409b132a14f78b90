"""Temperature scaling: one number that makes the log-odds of a stage less, or more, sure.

p becomes sigmoid(logit(p) / T). No stage changes its side at 0.5, and no image changes its rank, so
that accuracy of a stage and AUC stay; calibration, and what is built on probabilities, changes.

Each stage has a temperature of its own. The grades are then multiplied out again, so that
P(grade) = P(branch) x P(leaf) holds by construction; and because log P(grade) is log P(branch) +
log P(leaf), three temperatures that are each the likeliest for their stage are together the
likeliest for the four grades. One temperature on four softmax outputs could move the side of
stage 1: the sums of powers, p0^a + p1^a and p2^a + p3^a, need not be ordered as the sums.

References:
    Guo et al. 2017, arXiv 1706.04599, section 4.2; of a binary model: Platt 1999 without the
    intercept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

FloatArray = NDArray[np.float64]
LEAST_PATIENTS: Final = 5
"""Patients that each side of a stage needs for a temperature."""
_SUREST: Final = 1e-6  # a stored probability of 1 is a rounded one, not a certain one
_HIGHEST: Final = 100.0  # log-odds divided by more than this say nothing any more
_STEPS: Final = 12
_FLAT: Final = 1e-12
_SETTLED: Final = 1e-6
_LOWEST: Final = 0.05  # multiplied by more than 20: the sides are as good as separated


@dataclass(frozen=True)
class Temperature:
    """The temperature of a stage, or why there is none.

    Attributes:
        value: T; above 1 the probabilities were too sure. None where there is none.
        n_images: Images it was fitted on.
        n_patients: Their patients.
        reason: Why `value` is None, else None.
    """

    value: float | None
    n_images: int
    n_patients: int
    reason: str | None = None

    @property
    def divisor(self) -> float:
        """What log-odds are divided by: 1, which changes nothing, where there is no value."""
        return 1.0 if self.value is None else self.value


def log_odds(p: FloatArray) -> FloatArray:
    """Log-odds of probabilities, kept within those of 0.000001 and 0.999999."""
    inside = np.clip(p, _SUREST, 1.0 - _SUREST)
    return np.asarray(np.log(inside) - np.log1p(-inside), dtype=np.float64)


def scaled(p: FloatArray, temperature: float) -> FloatArray:
    """Probabilities with their log-odds divided by a temperature; 1 leaves them as they are."""
    if temperature == 1.0:
        return np.asarray(p, dtype=np.float64)
    return np.asarray(expit(log_odds(p) / temperature), dtype=np.float64)


def fit_temperature(p: FloatArray, happened: NDArray[Any], patients: NDArray[Any]) -> Temperature:
    """The temperature of greatest likelihood, each image counting once.

    The negative log-likelihood is convex in 1/T: its slope rises from sum((1/2 - y) z) at 1/T = 0
    and is zero at one place at most. That place is searched between T = 0.05 and 100.

    Args:
        p: `(n_images,)` probability of the higher side, of images the model was not fitted to and
            is not judged on.
        happened: `(n_images,)` bool, images of the higher side.
        patients: `(n_images,)`.

    Returns:
        The temperature; none, with the reason, where a side has fewer than 5 patients, where
        the log-odds do not point the right way at all, or where they separate the sides, so
        that any lower temperature would be likelier still.
    """
    side = np.asarray(happened, dtype=bool)
    n_images, n_patients = len(p), len(np.unique(patients))
    fewest = min(len(np.unique(patients[side])), len(np.unique(patients[~side])))

    def none(reason: str) -> Temperature:
        return Temperature(None, n_images, n_patients, reason)

    if fewest < LEAST_PATIENTS:
        return none(f"patients on a side: {fewest}, fewer than the {LEAST_PATIENTS} it needs")
    z = log_odds(p)

    def slope(inverse: float) -> float:
        return float(((expit(inverse * z) - side) * z).sum())

    if slope(1.0 / _HIGHEST) >= 0.0:
        return none("the probabilities do not tell the sides apart there")
    if slope(1.0 / _LOWEST) <= 0.0:
        return none(
            "the probabilities separate the sides there, so that no temperature is likeliest"
        )
    inverse = float(brentq(slope, 1.0 / _HIGHEST, 1.0 / _LOWEST, xtol=1e-10))
    return Temperature(1.0 / inverse, n_images, n_patients)


def temperature_resamples(
    p: FloatArray, happened: NDArray[Any], weights: FloatArray, *, start: float
) -> FloatArray:
    """The temperature of every resample, by Newton's method from that of the data as observed.

    Args:
        p: `(n_images,)` probability of the higher side.
        happened: `(n_images,)` bool.
        weights: `(..., n_images)`, how often each image counts.
        start: The temperature as observed.

    Returns:
        `(...)`; NaN where a resample has none: one side only, separated sides, or no information.
    """
    z, side = log_odds(p), np.asarray(happened, dtype=np.float64)
    inverse = np.full(weights.shape[:-1], 1.0 / start)
    step = np.zeros_like(inverse)
    for _ in range(_STEPS):
        said = expit(inverse[..., None] * z)
        slope = ((said - side) * weights) @ z
        curve = (said * (1.0 - said) * weights) @ (z * z)
        step = slope / np.maximum(curve, _FLAT)
        # A step too far is halved on the way to the wall: the slope is monotone, so it comes back.
        inverse = np.clip(inverse - step, inverse / 4.0, inverse * 4.0)
        inverse = np.clip(inverse, 1.0 / _HIGHEST, 1.0 / _LOWEST)
    inside = (inverse > 1.0 / _HIGHEST) & (inverse < 1.0 / _LOWEST) & (np.abs(step) < _SETTLED)
    higher = weights @ side
    inside &= (higher > 0) & (higher < weights.sum(axis=-1))
    return np.where(inside, 1.0 / inverse, np.nan)
