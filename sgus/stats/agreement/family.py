"""A family of agreement figures that share one set of sums over items.

Every coefficient here is a function of sums over items, such as counts of a joint histogram. A
resample of patients changes only these sums, so that all figures of all resamples come from one
matrix product, without a loop over resamples or readers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Label:
    """What one figure is.

    Attributes:
        statistic: Such as `cohen_kappa`.
        weights: `unweighted`, `linear`, `quadratic`, `nominal`, `ordinal`, `interval`, or None.
        form: Which form of the statistic, such as `ICC(A,1)`, or None.
        raters: Readers it is about: two for a pair, all of them for a panel.
        grade: The grade it is about, or None.
    """

    statistic: str
    weights: str | None
    form: str | None
    raters: tuple[str, ...]
    grade: int | None = None


@dataclass(frozen=True)
class ClosedForm:
    """A standard error and an interval by formula; it takes every item for independent.

    Attributes:
        se: Standard error, or None where the formula gives only an interval.
        low: Lower end, or None.
        high: Upper end, or None.
        method: Name of the formula.
    """

    se: float | None
    low: float | None
    high: float | None
    method: str


@dataclass(frozen=True, eq=False)
class Family:
    """Figures made from one set of sums.

    Attributes:
        labels: What each figure is, `n_labels` of them.
        features: `(n_items, n_features)`, summed over items with weights.
        values: Sums `(..., n_features)` to figures `(..., n_labels)`; NaN where undefined.
        used: `(n_items, n_labels)` bool, the items each figure is made from.
        n_raters: `(n_labels,)` readers who take part in each figure.
        n_pairs: `(n_labels,)` pairs of readers that each figure rests on.
        reasons: Why the figure as observed is undefined, None where it is defined.
        closed: Closed form of each figure, None where there is none.
        notes: What each figure was made of, said in front of its method, such as how many pairs
            of readers a mean leaves out; none at all where it is empty.
    """

    labels: tuple[Label, ...]
    features: FloatArray
    values: Callable[[FloatArray], FloatArray]
    used: NDArray[np.bool_]
    n_raters: tuple[int, ...]
    n_pairs: tuple[int, ...]
    reasons: tuple[str | None, ...]
    closed: tuple[ClosedForm | None, ...]
    notes: tuple[str | None, ...] = ()


def withheld(family: Family, reasons: Sequence[str | None]) -> Family:
    """The family without the figures that have a reason here, although a formula gives a number.

    Args:
        family: The figures.
        reasons: `(n_labels,)`, why a figure is not given; None leaves it as it is.
    """
    gone = np.array([why is not None for why in reasons], dtype=np.bool_)
    if not gone.any():
        return family
    return replace(
        family,
        values=lambda sums: np.where(gone, np.nan, family.values(sums)),
        reasons=tuple(new or old for new, old in zip(reasons, family.reasons, strict=True)),
        closed=tuple(
            None if why else form for why, form in zip(reasons, family.closed, strict=True)
        ),
    )


@dataclass(frozen=True)
class Agreement:
    """One figure, ready to be shown.

    Attributes:
        label: What it is.
        value: Its value, or None with a reason.
        low: Lower end of the 95 % interval, or None with a reason.
        high: Upper end.
        se: Standard error, or None.
        n_items: Items it is made from.
        n_units: Patients (or items, where patients are unknown) among them.
        n_raters: Readers who take part.
        n_pairs: Pairs of readers it rests on.
        method: How the interval was made, with its resampling unit.
        reason: Why there is no value or no interval, or None.
    """

    label: Label
    value: float | None
    low: float | None
    high: float | None
    se: float | None
    n_items: int
    n_units: int
    n_raters: int
    n_pairs: int
    method: str
    reason: str | None

    def row(self) -> dict[str, Any]:
        """The figure as plain values, as `python -m sgus agreement --json` gives it."""
        label = self.label
        return {
            "statistic": label.statistic,
            "weights": label.weights,
            "form": label.form,
            "raters": list(label.raters),
            "grade": label.grade,
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "se": self.se,
            "n_items": self.n_items,
            "n_units": self.n_units,
            "n_raters": self.n_raters,
            "n_pairs": self.n_pairs,
            "method": self.method,
            "reason": self.reason,
        }
