"""Figures with intervals from families: one matrix product for all resamples of all figures.

A resample is a row of weights, how often each patient stands in it. The sums of a family under
all resamples are weights times sums by patient, and its figures a function of these sums, so
that no loop runs over resamples, readers or pairs. Families that share one feature array share
the product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.family import Agreement, Family
from sgus.stats.agreement.intervals import ENDS, Bootstrap, Ends, Evidence
from sgus.stats.agreement.panel import Panel
from sgus.stats.agreement.ranges import range_of
from sgus.stats.agreement.rows import Way, family_rows
from sgus.stats.bootstrap import patient_weights

FloatArray = NDArray[np.float64]
Intervals = Literal["auto", "closed", "bootstrap"]

DEFAULT_BOOTSTRAP: Final[Bootstrap] = "logit_t"
"""Chosen by its coverage: `docs/statistics.md`."""
_CHUNK = 1 << 20  # sums at a time, 8 MB: they stay near the processor


def unit_sums(panel: Panel, features: NDArray[np.generic]) -> FloatArray:
    """Features summed over the items of each resampling unit.

    Args:
        panel: Says which unit each item belongs to.
        features: `(n_items, ...)`.

    Returns:
        `(n_units, ...)`, units in the order of `panel.unit_index`.
    """
    index = panel.unit_index
    order = np.argsort(index, kind="stable")
    values = np.asarray(features[order], dtype=np.float64)
    starts = np.flatnonzero(np.diff(index[order], prepend=-1))
    if len(starts) == len(index):  # an item each
        return values
    return np.asarray(np.add.reduceat(values, starts, axis=0))


def unit_weights(panel: Panel, *, n_resamples: int, rng: np.random.Generator) -> FloatArray:
    """Draw resamples of units, behind the panel as observed.

    Only units with a reading are drawn: a row that nobody read changes no interval.

    Args:
        panel: The ratings.
        n_resamples: Number of resamples.
        rng: Source of the draws.

    Returns:
        `(1 + n_resamples, n_units)`, whole numbers; the first row all ones.
    """
    n_units = int(panel.unit_index.max(initial=-1)) + 1
    weights = np.zeros((1 + n_resamples, n_units))
    weights[0] = 1.0
    read = np.unique(panel.unit_index[panel.given.any(axis=1)])
    step = max(1, _CHUNK // max(1, len(read)))  # all draws at once would fill the memory
    for start in range(1, 1 + n_resamples if len(read) else 1, step):
        part = min(step, 1 + n_resamples - start)
        drawn = patient_weights(read, n_resamples=part, rng=rng)
        weights[start : start + part, read] = drawn
    return weights


def estimate(
    panel: Panel,
    families: Sequence[Family],
    *,
    n_resamples: int,
    rng: np.random.Generator,
    intervals: Intervals = "auto",
    bootstrap: Bootstrap = DEFAULT_BOOTSTRAP,
) -> list[Agreement]:
    """Figures with intervals and standard errors.

    Args:
        panel: The ratings the families were made from.
        families: What to compute.
        n_resamples: Number of resamples; 2,000 for ends that are steady to about a hundredth of
            the interval's width.
        rng: Source of the draws.
        intervals: `auto` takes a closed form where there is one and every unit has one item of
            the figure, and resamples elsewhere; `closed` takes the closed form although items of
            one patient are alike; `bootstrap` resamples everything.
        bootstrap: How resamples become an interval: `percentile`, `bca`, `logit_t` (their spread,
            a t quantile and the range of the figure), or `jackknife_t`, which leaves out one unit
            at a time in their place.

    Returns:
        The figures in the order of the families and their labels. What cannot be computed is
        None with its reason: no value, or a value without an interval. The standard error is that
        of the closed form where every unit has one item of the figure (or `closed` is asked for),
        else the spread of the resamples.

    Raises:
        ValueError: An unknown kind of interval, or a family whose reasons do not fit its values.
    """
    if intervals not in ("auto", "closed", "bootstrap"):
        raise ValueError(f"no intervals {intervals!r}: auto, closed or bootstrap")
    if bootstrap not in ENDS:
        raise ValueError(f"no bootstrap {bootstrap!r}: {', '.join(ENDS)}")
    way = Way(intervals, bootstrap, n_resamples, panel.unit)
    weights: FloatArray | None = None
    found: dict[int, list[Agreement]] = {}
    for group in _by_features(families):
        tasks = [_task(panel, families[place], way) for place in group]
        if any(task.resampled for task in tasks):
            if weights is None:
                weights = unit_weights(panel, n_resamples=n_resamples, rng=rng)
            _resample(panel, tasks, weights[1:], bootstrap)
        for place, task in zip(group, tasks, strict=True):
            found[place] = family_rows(
                task.family, task.values, used=task.used, ends=task.ends(way), way=way
            )
    return [row for place in range(len(families)) for row in found[place]]


@dataclass(eq=False)
class _Task:
    """A family on its way to rows: what is known of it, and room for its resamples."""

    family: Family
    values: FloatArray
    used: FloatArray  # (n_units, n_labels), items of each unit that each figure is made from
    ranges: FloatArray  # (n_labels, 2), ends between which each figure can lie
    resampled: bool
    draws: FloatArray | None = None
    without: FloatArray | None = None

    def ends(self, way: Way) -> Ends | None:
        """The interval of every figure, or None where none was resampled."""
        if self.draws is None or self.without is None:
            return None
        used = self.used.T > 0.0
        evidence = Evidence(self.values, self.draws, self.without, used, way.unit, self.ranges)
        return ENDS[way.bootstrap](evidence)


def _by_features(families: Sequence[Family]) -> list[list[int]]:
    """Places of the families that share one feature array, together."""
    groups: dict[int, list[int]] = {}
    for place, family in enumerate(families):
        groups.setdefault(id(family.features), []).append(place)
    return list(groups.values())


def _task(panel: Panel, family: Family, way: Way) -> _Task:
    values = np.asarray(family.values(family.features.sum(axis=0)), dtype=np.float64)
    used = unit_sums(panel, family.used)
    alone = used.max(axis=0, initial=0.0) <= 1.0
    needed = any(
        np.isfinite(value) and way.needs_resamples(closed, alone=bool(one))
        for value, closed, one in zip(values, family.closed, alone, strict=True)
    )
    ranges = np.array([range_of(label, panel.scale) for label in family.labels]).reshape(-1, 2)
    return _Task(family, values, used, ranges, resampled=needed)


def _resample(panel: Panel, tasks: list[_Task], weights: FloatArray, bootstrap: Bootstrap) -> None:
    """Fill the resamples of families that share their features."""
    sums = unit_sums(panel, tasks[0].family.features)  # (n_units, n_features)
    wanted = [task for task in tasks if task.resampled]
    n_draws = 0 if bootstrap == "jackknife_t" else len(weights)
    n_left_out = len(sums) if bootstrap in ("bca", "jackknife_t") else 0
    for task in wanted:
        n_labels = len(task.family.labels)
        task.draws = np.empty((n_labels, n_draws))
        task.without = np.empty((n_labels, n_left_out))
        if n_left_out == 0:
            task.without = np.full((n_labels, len(sums)), np.nan)
    step = max(1, _CHUNK // max(1, sums.shape[1]))
    for start in range(0, n_draws, step):
        part = slice(start, start + step)
        _fill([task.draws for task in wanted], wanted, weights[part] @ sums, part)
    total = sums.sum(axis=0)
    for start in range(0, n_left_out, step):
        part = slice(start, start + step)
        _fill([task.without for task in wanted], wanted, total - sums[part], part)


def _fill(
    places: Sequence[FloatArray | None], tasks: list[_Task], sums: FloatArray, part: slice
) -> None:
    """Figures of some rows of sums, as columns; one label's resamples then lie side by side."""
    for place, task in zip(places, tasks, strict=True):
        if place is not None:
            place[:, part] = task.family.values(sums).T
