"""How much of an agreement two grades count for: 1 for the same grade, 0 for the two ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def _unweighted(values: FloatArray) -> FloatArray:
    return np.eye(len(values))


def _linear(values: FloatArray) -> FloatArray:
    return np.asarray(1.0 - np.abs(values[:, None] - values) / (values[-1] - values[0]))


def _quadratic(values: FloatArray) -> FloatArray:
    return np.asarray(1.0 - (values[:, None] - values) ** 2 / (values[-1] - values[0]) ** 2)


def _ordinal(values: FloatArray) -> FloatArray:
    place = np.arange(len(values))
    steps = np.abs(place[:, None] - place) + 1.0  # grades from one to the other, both counted
    return np.asarray(1.0 - steps * (steps - 1.0) / (len(values) * (len(values) - 1.0)))


_WEIGHTS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "unweighted": _unweighted,
    "linear": _linear,
    "quadratic": _quadratic,
    "ordinal": _ordinal,
}


def agreement_weights(scale: Sequence[int], name: str) -> FloatArray:
    """The agreement weights of a scale.

    Linear and quadratic weights go by the distance between the grades' values, `1 - |a-b|/range`
    and `1 - (a-b)^2/range^2`; ordinal weights by the number of pairs of grades that lie from one
    to the other, `1 - C(|i-j|+1, 2)/C(k, 2)` with the places `i` and `j` on the scale.

    Args:
        scale: The grades in rising order, two or more.
        name: `unweighted`, `linear`, `quadratic` or `ordinal`.

    Returns:
        `(k, k)`, 1 on the diagonal, 0 between the two ends, symmetric.

    Raises:
        ValueError: No weights of this name, or the scale is not two or more rising grades.

    References:
        Cohen 1968, 10.1037/h0026256 (weighted kappa); Gwet 2014, Handbook of Inter-Rater
        Reliability, 4th edition, chapter 3 (ordinal weights).
    """
    if name not in _WEIGHTS:
        raise ValueError(f"no agreement weights named {name!r}; there are {', '.join(_WEIGHTS)}")
    values = np.asarray(scale, dtype=np.float64)
    if len(values) < 2 or (np.diff(values) <= 0).any():
        raise ValueError(f"the scale needs two or more grades in rising order: {tuple(scale)}")
    return _WEIGHTS[name](values)
