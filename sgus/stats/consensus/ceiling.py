"""The ceiling that readers' errors put on every model: even the truth misses some labels.

From the confusion matrices of Dawid-Skene: one who knows the class of each image, and how readers
read each class, gives the answer that is best on average; what that answer reaches against a label
is the ceiling of every model that does no more. Two kinds of label: one reading drawn at random of
those at hand, and the median of the readers who read the image.

It is an estimate under two assumptions: readers err independently given the class, and all images
of a class are equally hard. Images on the border of two grades break the second: the fit then
takes what the readers happened to say of them for their class. The ceiling so comes out too high,
a little against one reading, more against the median, however many images there are; that of 0/1
against 2/3 came out about right (`benchmarks/consensus_ceiling.py` shows by how much on phantoms,
whose severity is continuous).
A model below it may therefore have reached all that can be reached.

References:
    Dawid & Skene 1979, 10.2307/2346806.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.grades import GRADES, STAGES
from sgus.core.rng import generator
from sgus.stats.agreement.panel import Panel, Readings
from sgus.stats.bootstrap import (
    MIN_PATIENTS,
    Interval,
    patient_weights,
    percentile_interval,
    with_observed,
)
from sgus.stats.consensus.best_guess import (
    best_accuracy,
    best_balanced_accuracy,
    best_quadratic_kappa,
    stage_table,
)
from sgus.stats.consensus.dawid_skene import DawidSkene, dawid_skene
from sgus.stats.consensus.em import Parameters, Patterns, climb, patterns_of
from sgus.stats.consensus.median import MedianTie
from sgus.stats.consensus.median_chances import median_chances

N_RESAMPLES: Final = 200
LABELS: Final = {
    "one_reader": "one reading drawn at random",
    "median": "the median of the readers",
}
"""What a model is judged by."""
LEAST_READERS: Final = 3
_MAX_SETS: Final = 64
"""Most different sets of readers whose median is worked out; of more, a sample."""
_MAX_TURNS: Final = 200  # of a resample, which starts where the full fit ended
_ENOUGH: Final = 1e-7  # relative gain at which a resample has ended, far below its own spread
_UNDEFINED: Final = "a label never comes, or is the only one"

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Ceiling:
    """The best any model can reach, as far as readers' errors go.

    Attributes:
        scope: `four_grades` (`all_grades` on another scale), or the name of a stage.
        figure: `accuracy`, `balanced_accuracy` or, over all grades, `quadratic_kappa`.
        label: `one_reader` or `median`.
        value: The ceiling, or None with a reason.
        low: Lower end of the 95 % interval, or None with a reason.
        high: Upper end.
        n_items: Images read by three readers or more (by anybody, where there is no ceiling).
        n_units: Patients (or images, where patients are unknown) among them.
        n_readers: Readers who read any of them.
        method: How it was made, with its assumptions.
        reason: Why there is no value or no interval, or None.
    """

    scope: str
    figure: str
    label: str
    value: float | None
    low: float | None
    high: float | None
    n_items: int
    n_units: int
    n_readers: int
    method: str
    reason: str | None

    def row(self) -> dict[str, Any]:
        """The ceiling as plain values."""
        return dict(vars(self))


def stage_ceilings(
    readings: Panel | Readings,
    *,
    tie: MedianTie = "lower",
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
    fit: DawidSkene | None = None,
) -> list[Ceiling]:
    """The ceiling over all grades and, on the OMERACT scale, of each stage.

    In the stages 0 v 1 and 2 v 3 only images whose label is one of the two are looked at. Images
    read by fewer than three readers are left out of all: nothing tells whose error it is.

    Args:
        readings: All readings; the median is that of the first ones.
        tie: Which of two middle grades the median takes, `lower` or `upper`.
        n_resamples: Resamples of patients, each with a climb of its own from the full fit.
        seed: Seed of starts and resamples.
        fit: Dawid-Skene of the same readings, where it is there already; made anew where images
            are left out.

    Returns:
        A ceiling for each label, scope and figure; without value, with the reason, where no image
        was read by three readers; without interval where there are fewer than five patients.

    Raises:
        ValueError: The tie rule gives no median, or the fit is of other readings.
    """
    if tie == "none":
        raise ValueError("ties that give no consensus leave no label to be hit: lower or upper")
    panel = readings.first if isinstance(readings, Readings) else readings
    if fit is not None and (fit.readers, fit.scale, len(fit.read)) != (
        panel.readers,
        panel.scale,
        panel.n_items,
    ):
        raise ValueError("the fit is of other readings")
    reason = _impossible(panel)
    judged = panel.given.sum(axis=1) >= LEAST_READERS
    if reason is None and not judged.all():
        readings, fit = _only(readings, judged), None
        panel = readings.first if isinstance(readings, Readings) else readings
    patterns = patterns_of(readings)
    if reason:
        values = {place: np.full(1, np.nan) for place in _places(panel.scale)}
    else:
        fit = dawid_skene(readings, seed=seed) if fit is None else fit
        sets, shares = _reader_sets(panel, seed=seed)
        made = _resampled(panel, patterns, fit, n_resamples=n_resamples, seed=seed)
        tables = _label_tables(made, sets, shares, tie=tie)
        values = {
            (label, *place): value
            for label, table in tables.items()
            for place, value in _figures(table, panel.scale)
        }
    return [
        _ceiling(place, value, panel, patterns, tie=tie, reason=reason)
        for place, value in values.items()
    ]


def _only(readings: Panel | Readings, items: NDArray[np.bool_]) -> Panel | Readings:
    if isinstance(readings, Panel):
        return readings.only(items)
    return Readings(readings.first.only(items), readings.codes[items])


def _impossible(panel: Panel) -> str | None:
    """Why readers' errors cannot be told from the truth, None where they can."""
    n_readers = int(panel.given.any(axis=0).sum())
    if n_readers < LEAST_READERS:
        return f"{n_readers} reader{'' if n_readers == 1 else 's'}, and {LEAST_READERS} are needed"
    if int(panel.given.sum(axis=1).max()) < LEAST_READERS:
        return f"no image was read by {LEAST_READERS} readers, so nothing tells whose error it is"
    return None


def _resampled(
    panel: Panel, patterns: Patterns, fit: DawidSkene, *, n_resamples: int, seed: int
) -> Parameters:
    """Parameters of the fit and, behind it, of each resample of units."""
    read = patterns.read
    drawn = np.ones((n_resamples + 1, panel.n_items))
    rng = generator(seed, "dawid-skene ceiling")
    units = panel.unit_index[read]
    drawn[:, read] = with_observed(patient_weights(units, n_resamples=n_resamples, rng=rng))
    weights = patterns.sums(drawn).T
    one_of = np.zeros(len(patterns.counts), dtype=np.int64)
    one_of[patterns.of_item[read]] = np.flatnonzero(read)
    start = np.repeat(fit.posterior[one_of][:, None], n_resamples + 1, axis=1)
    return climb(
        patterns.counts, weights, start, max_iterations=_MAX_TURNS, tolerance=_ENOUGH
    ).parameters


def _reader_sets(panel: Panel, *, seed: int) -> tuple[NDArray[np.bool_], FloatArray]:
    """Which readers read an image together `(n_sets, n_readers)`, and how often, as shares."""
    sets, counts = np.unique(panel.given[panel.given.any(axis=1)], axis=0, return_counts=True)
    if len(sets) > _MAX_SETS:
        rng = generator(seed, "reader sets")
        drawn = rng.choice(len(sets), size=_MAX_SETS, p=counts / counts.sum())
        kept, counts = np.unique(drawn, return_counts=True)
        sets = sets[kept]
    return sets, counts / counts.sum()


def _label_tables(
    made: Parameters, sets: NDArray[np.bool_], shares: FloatArray, *, tie: MedianTie
) -> dict[str, FloatArray]:
    """Probability of class and label together, `(n_problems, k, k)`, for each kind of label."""
    k = made.prevalence.shape[1]
    confusion = np.moveaxis(made.confusion, 1, -1)  # (n_readers, n_problems, k, grade)
    support = made.support[..., None]
    total = support.sum(axis=0)
    pooled = np.divide(
        (confusion * support).sum(axis=0), total,
        out=np.full(confusion.shape[1:], 1.0 / k), where=total > 0,
    )  # fmt: skip
    # Of a class a reader never met nothing is known: the reader reads it as the others do.
    known = np.where(support > 0, confusion, pooled)
    median = sum(
        share * median_chances(known[together], tie=tie)
        for together, share in zip(sets, shares, strict=True)
    )
    prevalence = made.prevalence[..., None]
    return {"one_reader": prevalence * pooled, "median": prevalence * np.asarray(median)}


def _figures(
    table: FloatArray, scale: Sequence[int]
) -> Iterator[tuple[tuple[str, str], FloatArray]]:
    """Each scope and figure with its value for each problem."""
    everything = "four_grades" if tuple(scale) == GRADES else "all_grades"
    yield (everything, "accuracy"), best_accuracy(table)
    yield (everything, "balanced_accuracy"), best_balanced_accuracy(table)
    yield (everything, "quadratic_kappa"), best_quadratic_kappa(table)
    for stage in STAGES if tuple(scale) == GRADES else ():
        sides = stage_table(table, stage)
        yield (stage.name, "accuracy"), best_accuracy(sides)
        yield (stage.name, "balanced_accuracy"), best_balanced_accuracy(sides)


def _places(scale: Sequence[int]) -> list[tuple[str, str, str]]:
    """Label, scope and figure of each ceiling."""
    empty = np.zeros((1, len(scale), len(scale)))
    return [(label, *place) for label in LABELS for place, _ in _figures(empty, scale)]


def _ceiling(
    place: tuple[str, str, str],
    values: FloatArray,
    panel: Panel,
    patterns: Patterns,
    *,
    tie: MedianTie,
    reason: str | None,
) -> Ceiling:
    label, scope, figure = place
    n_units = len(np.unique(panel.unit_index[patterns.read]))
    value = None if np.isnan(values[0]) else float(values[0])
    found = Interval(None, None, 0, reason or _UNDEFINED)
    if value is not None and n_units < MIN_PATIENTS:
        found = Interval(None, None, 0, f"{n_units} {panel.unit}s: {MIN_PATIENTS} are needed")
    elif value is not None:
        found = percentile_interval(value, values[1:])
    of_ties = f" (ties to the {tie} grade)" if label == "median" else ""
    method = (
        f"Dawid-Skene, best answer given the true class against {LABELS[label]}{of_ties}; readers "
        "taken as independent and images of a class as equally hard, which makes it too high where "
        "images lie between two grades; percentile interval of "
        f"{len(values) - 1} resamples by {panel.unit}"
    )
    return Ceiling(
        scope=scope,
        figure=figure,
        label=label,
        value=value,
        low=found.low,
        high=found.high,
        n_items=int(patterns.read.sum()),
        n_units=n_units,
        n_readers=int(panel.given.any(axis=0).sum()),
        method=method,
        reason=found.reason,
    )
