"""From figures and their intervals to rows that say how each was made."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.coverage import INDEPENDENT, LOGIT_T, PLAIN_T, noted
from sgus.stats.agreement.family import Agreement, ClosedForm, Family, Label
from sgus.stats.agreement.intervals import Bootstrap, Ends, few_units
from sgus.stats.agreement.ranges import bounded
from sgus.stats.bootstrap import MIN_PATIENTS

FloatArray = NDArray[np.float64]
_NAMES = {"percentile": "percentile", "bca": "BCa", "logit_t": LOGIT_T}
_NO_CLOSED = "there is no interval by formula for this figure here"


@dataclass(frozen=True)
class Way:
    """How intervals are to be made.

    Attributes:
        intervals: `auto`, `closed` or `bootstrap`.
        bootstrap: `percentile`, `bca`, `logit_t` or `jackknife_t`.
        n_resamples: Number of resamples.
        unit: What is resampled, such as `patient`.
    """

    intervals: str
    bootstrap: Bootstrap
    n_resamples: int
    unit: str

    def closed_ends(self, closed: ClosedForm | None, *, alone: bool) -> bool:
        """Whether the interval is that of the formula; `alone`: every unit has one item."""
        if closed is None or closed.low is None or self.intervals == "bootstrap":
            return False
        return alone or self.intervals == "closed"

    def closed_se(self, closed: ClosedForm | None, *, alone: bool) -> bool:
        """Whether the standard error is that of the formula."""
        if closed is None or closed.se is None:
            return False
        return alone or self.intervals == "closed"

    def needs_resamples(self, closed: ClosedForm | None, *, alone: bool) -> bool:
        """Whether something of the figure comes from resamples."""
        if self.intervals == "closed":
            return False
        return not (self.closed_ends(closed, alone=alone) and self.closed_se(closed, alone=alone))

    def by_formula(self, closed: ClosedForm) -> str:
        """The name of a formula with what it assumes."""
        return f"{closed.method}; {INDEPENDENT}"

    def resampling(self, n_usable: int | None, label: Label) -> str:
        """The name of the resampling, with the resamples that could be used."""
        if self.bootstrap == "jackknife_t":
            return f"{self.unit} jackknife, t interval"
        plain = self.bootstrap == "logit_t" and not bounded(label)
        name = PLAIN_T if plain else _NAMES[self.bootstrap]
        some = n_usable is not None and n_usable < self.n_resamples
        count = f"{n_usable} of {self.n_resamples}" if some else f"{self.n_resamples}"
        return f"{self.unit} bootstrap, {name}, {count} resamples"


def family_rows(
    family: Family, values: FloatArray, *, used: FloatArray, ends: Ends | None, way: Way
) -> list[Agreement]:
    """The rows of a family.

    Args:
        family: The figures.
        values: `(n_labels,)` as observed, NaN where undefined.
        used: `(n_units, n_labels)`, items of each unit that each figure is made from.
        ends: Intervals from resamples, None where nothing was resampled.
        way: How intervals are to be made.

    Raises:
        ValueError: A figure is undefined without a reason, or has a reason and a value.
    """
    n_items = used.sum(axis=0).astype(int).tolist()
    n_units = (used > 0.0).sum(axis=0).tolist()
    alone = (used.max(axis=0, initial=0.0) <= 1.0).tolist()
    rows = []
    for place, label in enumerate(family.labels):
        value, reason = float(values[place]), family.reasons[place]
        if np.isfinite(value) == (reason is not None):
            raise ValueError(f"{label} is {value} with the reason {reason!r}")
        closed = family.closed[place]
        found = (
            _nothing(label, way, reason)
            if reason is not None
            else _interval(label, place, closed, alone=alone[place], ends=ends, way=way)
        )
        if found.low is not None and n_units[place] < MIN_PATIENTS:  # a formula asks for no number
            found = replace(found, low=None, high=None, reason=few_units(n_units[place], way.unit))
        note = family.notes[place] if family.notes else None
        rows.append(
            noted(
                Agreement(
                    label=label,
                    value=None if reason is not None else value,
                    low=found.low,
                    high=found.high,
                    se=found.se,
                    n_items=n_items[place],
                    n_units=n_units[place],
                    n_raters=family.n_raters[place],
                    n_pairs=family.n_pairs[place],
                    method=f"{note}; {found.method}" if note else found.method,
                    reason=found.reason,
                )
            )
        )
    return rows


@dataclass(frozen=True)
class _Found:
    """Interval, standard error and how they came about."""

    low: float | None
    high: float | None
    se: float | None
    method: str
    reason: str | None


def _nothing(label: Label, way: Way, reason: str) -> _Found:
    asked = "interval by formula" if way.intervals == "closed" else way.resampling(None, label)
    return _Found(None, None, None, asked, reason)


def _interval(
    label: Label, place: int, closed: ClosedForm | None, *, alone: bool, ends: Ends | None, way: Way
) -> _Found:
    """Interval and standard error, each from the formula or from the resamples."""
    se_by_formula = closed if way.closed_se(closed, alone=alone) else None
    drawn_se = None if ends is None else _number(ends.se[place])
    se = se_by_formula.se if se_by_formula else drawn_se
    resampling = way.resampling(None if ends is None else int(ends.n_usable[place]), label)
    if closed is not None and way.closed_ends(closed, alone=alone):
        method = way.by_formula(closed)
        if not se_by_formula and se is not None:
            method = f"{method}; standard error: {resampling}"
        return _Found(closed.low, closed.high, se, method, None)
    if ends is None:
        return _Found(None, None, se, "interval by formula", _NO_CLOSED)
    if se_by_formula:
        resampling = f"{resampling}; standard error: {way.by_formula(se_by_formula)}"
    low, high = _number(ends.low[place]), _number(ends.high[place])
    return _Found(low, high, se, resampling, ends.reasons[place])


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
