"""Expectation maximisation for readers who err: many starts, or many resamples, side by side.

The model of Dawid & Skene: each item has one true class, drawn from a prevalence; each reader
calls it by that class's row of the reader's confusion matrix, independently of the others. Items
with equal readings have equal posteriors, so that the work is done once for each pattern of
readings. All problems of a batch share the patterns; they differ in weights and starts, and one
matrix product serves them all.

References:
    Dawid & Skene 1979, 10.2307/2346806, equations 2.3 to 2.5; Dempster, Laird & Rubin 1977,
    10.1111/j.2517-6161.1977.tb01600.x.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.panel import Panel, Readings

TOLERANCE: Final = 1e-9
"""Gain of the log-likelihood, as a share of it (and one), at which the climb has ended."""
NO_SUPPORT: Final = 1e-100
"""A probability, or a number of expected readings, that is nothing but rounding."""
_LEAST: Final = 1e-300  # log 0 would turn the readings never given (0 x -inf) into NaN
_BLOCK: Final = 4_000_000  # most posteriors held at a time, over all problems of a batch

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Patterns:
    """The different sets of readings that the items have.

    Attributes:
        counts: `(n_patterns, n_readers, n_grades)`, readings of each grade by each reader;
            repeated readings count as repeated draws.
        of_item: `(n_items,)`, pattern of each item, -1 where nobody read it.
    """

    counts: FloatArray
    of_item: IntArray

    @property
    def read(self) -> NDArray[np.bool_]:
        """`(n_items,)`, whether anybody read the item."""
        return self.of_item >= 0

    def sums(self, weights: FloatArray) -> FloatArray:
        """Weights of items summed over the items of each pattern.

        Args:
            weights: `(n_problems, n_items)`.

        Returns:
            `(n_problems, n_patterns)`.
        """
        order = np.argsort(self.of_item, kind="stable")[int((~self.read).sum()) :]
        if not len(order):
            return np.zeros((len(weights), 0))
        starts = np.flatnonzero(np.diff(self.of_item[order], prepend=-1))
        return np.asarray(np.add.reduceat(weights[:, order], starts, axis=1), dtype=np.float64)


def patterns_of(readings: Panel | Readings) -> Patterns:
    """The patterns of readings of a panel, every reading counted."""
    panel = readings.first if isinstance(readings, Readings) else readings
    codes = readings.codes if isinstance(readings, Readings) else panel.codes[..., None]
    k, n_items = panel.n_grades, panel.n_items
    counts = np.stack([(codes == grade).sum(axis=2) for grade in range(k)], axis=2)
    flat = counts.reshape(n_items, panel.n_readers * k)
    read = flat.any(axis=1)
    of_item = np.full(n_items, -1, dtype=np.int64)
    distinct = flat[:0]
    if read.any():
        distinct, index = np.unique(flat[read], axis=0, return_inverse=True)
        of_item[read] = index.ravel()
    shape = (len(distinct), panel.n_readers, k)
    return Patterns(distinct.reshape(shape).astype(np.float64), of_item)


@dataclass(frozen=True, eq=False)
class Parameters:
    """What the maximisation step makes of the posteriors.

    Attributes:
        prevalence: `(n_problems, k)`, share of each class.
        confusion: `(n_readers, k, n_problems, k)`: reader, grade given, problem, true class;
            uniform where the support is none.
        support: `(n_readers, n_problems, k)`, expected readings of each true class.
    """

    prevalence: FloatArray
    confusion: FloatArray
    support: FloatArray


@dataclass(frozen=True, eq=False)
class Climb:
    """Where the problems of a batch have arrived.

    Attributes:
        posterior: `(n_patterns, n_problems, k)`, probability of each class given the readings.
        parameters: The parameters these posteriors and the likelihood belong to.
        log_likelihood: `(n_problems,)`, natural logarithm, without the constants of the order
            of readings.
        n_iterations: `(n_problems,)`.
        converged: `(n_problems,)`, whether the climb ended before the most iterations.
    """

    posterior: FloatArray
    parameters: Parameters
    log_likelihood: FloatArray
    n_iterations: IntArray
    converged: NDArray[np.bool_]


def maximise(counts: FloatArray, weights: FloatArray, posterior: FloatArray) -> Parameters:
    """The parameters that fit posteriors best: weighted shares (equations 2.3 and 2.4).

    Args:
        counts: `(n_patterns, n_readers, k)`.
        weights: `(n_patterns, n_problems)`, how often each pattern stands in each problem.
        posterior: `(n_patterns, n_problems, k)`.
    """
    n_patterns, n_readers, k = counts.shape
    n_problems = weights.shape[1]
    weighted = weights[:, :, None] * posterior
    total = weighted.sum(axis=0)
    joint = counts.reshape(n_patterns, -1).T @ weighted.reshape(n_patterns, -1)
    joint = joint.reshape(n_readers, k, n_problems, k)
    support = joint.sum(axis=1)
    uniform = np.full_like(joint, 1.0 / k)
    there = np.broadcast_to((support > NO_SUPPORT)[:, None], joint.shape)
    confusion = np.divide(joint, support[:, None], out=uniform, where=there)
    return Parameters(total / total.sum(axis=1, keepdims=True), confusion, support)


def expect(counts: FloatArray, parameters: Parameters) -> tuple[FloatArray, FloatArray]:
    """The posteriors under parameters (equation 2.5), by log-sum-exp.

    Args:
        counts: `(n_patterns, n_readers, k)`.
        parameters: Of the problems.

    Returns:
        Posteriors `(n_patterns, n_problems, k)` and the log-likelihood of each pattern
        `(n_patterns, n_problems)`.
    """
    n_patterns, n_readers, k = counts.shape
    log_confusion = np.log(np.maximum(parameters.confusion, _LEAST))
    table = counts.reshape(n_patterns, -1) @ log_confusion.reshape(n_readers * k, -1)
    table = table.reshape(n_patterns, -1, k)
    table += np.log(np.maximum(parameters.prevalence, _LEAST))
    top = table.max(axis=2, keepdims=True)
    np.exp(np.subtract(table, top, out=table), out=table)
    total = table.sum(axis=2, keepdims=True)
    table /= total
    table *= table > NO_SUPPORT  # what the least chance leaves of the impossible
    return table, (top + np.log(total))[:, :, 0]


def climb(
    counts: FloatArray,
    weights: FloatArray,
    start: FloatArray,
    *,
    max_iterations: int,
    tolerance: float = TOLERANCE,
) -> Climb:
    """Maximise and expect in turn until the likelihood of every problem stands still.

    The likelihood never falls. A problem that has converged leaves the batch.

    Args:
        counts: `(n_patterns, n_readers, k)`, one pattern or more.
        weights: `(n_patterns, n_problems)`, each problem with some weight.
        start: `(n_patterns, n_problems, k)`, posteriors to start from.
        max_iterations: Most turns, 1 or more.
        tolerance: Relative gain at which a climb has ended.
    """
    n_patterns, _, k = counts.shape
    block = max(1, _BLOCK // (n_patterns * k))
    return _joined(
        [
            _climb(
                counts,
                weights[:, at : at + block],
                start[:, at : at + block],
                max_iterations=max_iterations,
                tolerance=tolerance,
            )
            for at in range(0, weights.shape[1], block)
        ]
    )


def _climb(
    counts: FloatArray,
    weights: FloatArray,
    start: FloatArray,
    *,
    max_iterations: int,
    tolerance: float,
) -> Climb:
    n_problems = weights.shape[1]
    climbing = np.arange(n_problems)
    order, parts = [], []
    value = np.full(n_problems, -np.inf)
    for iteration in range(1, max_iterations + 1):
        parameters = maximise(counts, weights, start)
        start, each = expect(counts, parameters)
        reached = (weights * each).sum(axis=0)
        ended = reached - value <= tolerance * (1.0 + np.abs(reached))  # readers who all agree: 0
        value = reached
        leaving = np.ones_like(ended) if iteration == max_iterations else ended
        if leaving.any():
            here = Climb(start, parameters, value, np.full(len(value), iteration), ended)
            parts.append(_of(here, leaving))
            order.append(climbing[leaving])
            stay = ~leaving
            climbing, value = climbing[stay], value[stay]
            weights, start = weights[:, stay], start[:, stay]
        if not len(climbing):
            break
    return _of(_joined(parts), np.argsort(np.concatenate(order)))


def _of(climb: Climb, which: NDArray[np.bool_] | IntArray) -> Climb:
    """Some problems of a batch, or all in another order."""
    made = climb.parameters
    return Climb(
        climb.posterior[:, which],
        Parameters(made.prevalence[which], made.confusion[:, :, which], made.support[:, which]),
        climb.log_likelihood[which],
        climb.n_iterations[which],
        climb.converged[which],
    )


def _joined(parts: list[Climb]) -> Climb:
    """Batches put behind one another."""
    made = [part.parameters for part in parts]
    return Climb(
        np.concatenate([part.posterior for part in parts], axis=1),
        Parameters(
            np.concatenate([one.prevalence for one in made]),
            np.concatenate([one.confusion for one in made], axis=2),
            np.concatenate([one.support for one in made], axis=1),
        ),
        np.concatenate([part.log_likelihood for part in parts]),
        np.concatenate([part.n_iterations for part in parts]),
        np.concatenate([part.converged for part in parts]),
    )
