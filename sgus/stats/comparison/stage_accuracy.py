"""Accuracy of the model and of every reader, by stage: points to draw below the ceiling.

Two labels, as for the ceiling. `consensus`: the median of the readers but one; the model's figure
is the mean over the readers left out, so that it is judged by the same labels as they are.
`one_reader`: the grade of another reader, each of them in turn. Labels of readers err, so that
nobody reaches 1: how far one can come is what `sgus.stats.consensus.ceiling` estimates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from sgus.core.rng import generator
from sgus.stats.agreement.engine import estimate
from sgus.stats.agreement.family import Agreement, Label
from sgus.stats.agreement.panel import MISSING, CodeArray, Panel
from sgus.stats.agreement.rates import Rate, rate_family
from sgus.stats.comparison.beside import N_RESAMPLES, Beside
from sgus.stats.comparison.measures import accuracy_masks
from sgus.stats.consensus.ceiling import Ceiling

FloatArray = NDArray[np.float64]
Kind = Literal["model", "reader", "mean reader", "ceiling"]
Against = Literal["consensus", "one_reader"]

_LABELS: Final[dict[str, Against]] = {"median": "consensus", "one_reader": "one_reader"}
"""What the ceiling calls its labels. Its median is that of all readers, one more than here."""
_NO_OTHER: Final = "no item that another reader graded too"


@dataclass(frozen=True)
class AccuracyPoint:
    """One point of a plot of accuracies.

    Attributes:
        name: The model, a reader, `mean of N readers`, or `ceiling`.
        kind: What it is.
        against: Label it is judged by.
        scope: `four_grades` (`all_grades` on another scale), or a stage.
        value: Accuracy, 0 to 1, or None with a reason.
        low: Lower end of the 95 % interval, or None with a reason.
        high: Upper end.
        n_items: Images.
        n_units: Patients (or images, where patients are unknown) among them.
        method: How the interval was made.
        reason: Why there is no value or no interval, or None.
    """

    name: str
    kind: Kind
    against: Against
    scope: str
    value: float | None
    low: float | None
    high: float | None
    n_items: int
    n_units: int
    method: str
    reason: str | None


def stage_accuracies(
    panel: Panel,
    model: CodeArray,
    beside: Beside,
    *,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> list[AccuracyPoint]:
    """Points of the model, of each reader and of their mean, in each scope and by both labels.

    In the stages 0 v 1 and 2 v 3 only images whose label is one of the two count, and only that
    grade is right. A label between two grades counts as `beside.tie` says.

    Args:
        panel: The readers, without the model.
        model: `(n_items,)`, place on the scale, or `MISSING`.
        beside: The model among these readers, whose comparisons with the consensus are used.
        n_resamples: Resamples of patients for the accuracies against one reader.
        seed: Seed of these resamples.

    Raises:
        ValueError: `beside` is of other readers, or there is not one code for each item.
    """
    if beside.readers != panel.readers:
        raise ValueError("the comparison is of other readers")
    if model.shape != (panel.n_items,):
        raise ValueError(f"{model.shape} codes of the model for {panel.n_items} items")
    read = panel.given.any(axis=1)
    codes = np.where(read, model, MISSING).astype(np.int8)
    return [*_by_consensus(beside), *_by_one_reader(panel, codes, beside.model, n_resamples, seed)]


def ceiling_points(ceilings: Iterable[Ceiling]) -> list[AccuracyPoint]:
    """The accuracies among ceilings, as points of the same plot.

    Args:
        ceilings: Of the same readers, from `stage_ceilings`.
    """
    return [
        AccuracyPoint(
            name="ceiling",
            kind="ceiling",
            against=_LABELS[one.label],
            scope=one.scope,
            value=one.value,
            low=one.low,
            high=one.high,
            n_items=one.n_items,
            n_units=one.n_units,
            method=one.method,
            reason=one.reason,
        )
        for one in ceilings
        if one.figure == "accuracy"
    ]


def _by_consensus(beside: Beside) -> Iterator[AccuracyPoint]:
    for one in beside.against_consensus:
        if one.measure.statistic != "accuracy":
            continue
        scope = one.measure.scope
        if one.reader is not None:
            yield _point(one.left_out, one.reader, "reader", "consensus", scope)
            continue
        mean = f"mean of {one.left_out.n_pairs} readers"
        yield _point(one.model, beside.model, "model", "consensus", scope)
        yield _point(one.left_out, mean, "mean reader", "consensus", scope)


def _by_one_reader(
    panel: Panel, codes: CodeArray, name: str, n_resamples: int, seed: int
) -> Iterator[AccuracyPoint]:
    joined = panel.with_reader(name, codes)
    places, rates = [], []
    for scope, right, counted in accuracy_masks(panel.scale):
        hits = [_hits(joined, column, right, counted) for column in range(joined.n_readers)]
        for who, kind, columns, n_pairs in _whom(panel, name):
            part, whole = (
                np.sum([hits[column][at] for column in columns], axis=0) + np.zeros(panel.n_items)
                for at in (0, 1)
            )
            raters = (who,) if kind != "mean reader" else panel.readers
            places.append((who, kind, scope))
            rates.append(_rate(scope, raters, part, whole, n_pairs))
    found = estimate(
        joined,
        [rate_family(rates, n_items=panel.n_items)],
        n_resamples=n_resamples,
        rng=generator(seed, "accuracy against one reader"),
    )
    for row, (who, kind, scope) in zip(found, places, strict=True):
        yield _point(row, who, kind, "one_reader", scope)


def _whom(panel: Panel, name: str) -> Iterator[tuple[str, Kind, list[int], int]]:
    """Name, kind, columns and pairs of readers of each point: model, mean of readers, readers."""
    n = panel.n_readers
    yield name, "model", [n], n
    yield f"mean of {n} readers", "mean reader", list(range(n)), n * (n - 1) // 2
    for column, reader in enumerate(panel.readers):
        yield reader, "reader", [column], n - 1


def _hits(
    joined: Panel, column: int, right: FloatArray, counted: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Labels hit, and labels there are, by the other readers of each item; never the model."""
    others = joined.one_hot[:, :-1].sum(axis=1)  # (n_items, k)
    if column < joined.n_readers - 1:
        others = others - joined.one_hot[:, column]
    own = joined.one_hot[:, column]
    return ((own @ right) * others).sum(axis=1), ((own @ counted) * others).sum(axis=1)


def _rate(
    scope: str, raters: tuple[str, ...], part: FloatArray, whole: FloatArray, n_pairs: int
) -> Rate:
    label = Label("accuracy", None, f"v one other reader, {scope}", raters)
    empty = _NO_OTHER if scope.endswith("grades") else f"{_NO_OTHER}, with a grade of this stage"
    return Rate(label, part, whole, len(raters), n_pairs, empty)


def _point(row: Agreement, name: str, kind: Kind, against: Against, scope: str) -> AccuracyPoint:
    return AccuracyPoint(
        name=name,
        kind=kind,
        against=against,
        scope=scope,
        value=row.value,
        low=row.low,
        high=row.high,
        n_items=row.n_items,
        n_units=row.n_units,
        method=row.method,
        reason=row.reason,
    )
