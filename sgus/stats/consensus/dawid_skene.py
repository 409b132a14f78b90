"""Dawid-Skene: true classes and readers' errors estimated together from the readings alone.

The model: an item has one true class; a reader calls it by that class's row of the reader's own
confusion matrix, independently of the other readers and of earlier readings. Where images of one
class differ in difficulty, readers err on the same images, and the model takes part of their
common errors for the truth.

The likelihood has several peaks. Climbs start from the vote proportions, from their majority and
from vote proportions moved by a little (`spread`); the highest peak is kept. They stay near the
votes so that class c goes on meaning grade c and because distant peaks of a small panel rest on
rows of one or two readings: the data of 1979 have one at -191.569, above the published -192.891,
which calls one patient of 45 differently and which only starts further from the votes find.

References:
    Dawid & Skene 1979, Applied Statistics 28, 20-28, 10.2307/2346806; three views identify the
    classes: Allman, Matias & Rhodes 2009, 10.1214/09-AOS689.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.rng import generator
from sgus.stats.agreement.panel import MISSING, CodeArray, Panel, Readings
from sgus.stats.consensus.em import Climb, FloatArray, Patterns, climb, patterns_of

N_STARTS: Final = 20
MAX_ITERATIONS: Final = 2000
SPREAD: Final = 0.05
"""Share of a random distribution in a moved start; 0.1 and more leave the votes' own peak."""
LEAST_SUPPORT: Final = 1e-6
"""Expected readings below which a row of a confusion matrix is not shown."""
LEAST_READINGS: Final = 3
"""Readings of one item without which nobody can say whose reading is wrong."""


@dataclass(frozen=True)
class Start:
    """One climb.

    Attributes:
        name: `votes`, `majority`, `moved 1`, `moved 2` …
        log_likelihood: Where it ended.
        n_iterations: Turns it took.
        converged: Whether it ended before the most turns.
    """

    name: str
    log_likelihood: float
    n_iterations: int
    converged: bool


@dataclass(frozen=True, eq=False)
class DawidSkene:
    """True classes and readers' errors, as far as the readings tell; all arrays are read-only.

    Attributes:
        readers: Names of the readers.
        scale: The grades, class c being that of grade `scale[c]`.
        prevalence: `(k,)`, share of each class; NaN where nobody read anything.
        confusion: `(n_readers, k, k)`, rows the true class, columns the grade given, each row
            summing to one; a row of NaN where the reader read nothing of that class.
        support: `(n_readers, k)`, expected readings of each true class: the n of each row.
        posterior: `(n_items, k)`, probability of each class given all readings of the item: its
            soft label; the prevalence where nobody read it.
        read: `(n_items,)`, whether anybody read the item.
        log_likelihood: Natural logarithm, without the constants of the order of readings; 0
            where there are no readings.
        n_iterations: Turns of the climb that was kept.
        converged: Whether it ended before the most turns.
        starts: All climbs.
        reason: Why the classes are not to be trusted, or None.
    """

    readers: tuple[str, ...]
    scale: tuple[int, ...]
    prevalence: FloatArray
    confusion: FloatArray
    support: FloatArray
    posterior: FloatArray
    read: NDArray[np.bool_]
    log_likelihood: float
    n_iterations: int
    converged: bool
    starts: tuple[Start, ...]
    reason: str | None

    def __post_init__(self) -> None:
        """Protect the arrays against being written to."""
        for array in (self.prevalence, self.confusion, self.support, self.posterior, self.read):
            array.flags.writeable = False


def dawid_skene(
    readings: Panel | Readings,
    *,
    n_starts: int = N_STARTS,
    seed: int = 0,
    spread: float = SPREAD,
    max_iterations: int = MAX_ITERATIONS,
) -> DawidSkene:
    """Fit the model by EM, the best of several starts kept.

    Nothing is added to the counts: with few readings the estimates are as extreme as the data.
    Items nobody read change nothing.

    Args:
        readings: All readings, repeated ones counting as repeated draws, or a panel of one
            reading each. They are not changed.
        n_starts: Climbs: one from the vote proportions, one from the majority, the others moved.
        seed: Seed of the moved starts.
        spread: Share of a random distribution in a moved start, 0 to 1.
        max_iterations: Most turns of a climb.

    Returns:
        The fit. One reader, or no item with three readings: a fit all the same, with `reason`,
        since it then takes the readings for the truth. No readings: NaN with `reason`.

    Raises:
        ValueError: `n_starts` or `max_iterations` is below 1, or `spread` is no share.
    """
    if n_starts < 1 or max_iterations < 1 or not 0.0 <= spread <= 1.0:
        settings = f"n_starts={n_starts}, max_iterations={max_iterations}, spread={spread}"
        raise ValueError(f"starts and turns are 1 or more, the spread is 0 to 1: {settings}")
    panel = readings.first if isinstance(readings, Readings) else readings
    patterns = patterns_of(readings)
    if not len(patterns.counts):
        return _nothing(panel)
    names, start = _starts(patterns.counts, n_starts=n_starts, seed=seed, spread=spread)
    weights = patterns.sums(np.ones((1, panel.n_items))).T
    found = climb(
        patterns.counts, np.repeat(weights, len(names), axis=1), start,
        max_iterations=max_iterations,
    )  # fmt: skip
    # Equal peaks differ by rounding: the first start among them is kept, the votes if they can.
    value = found.log_likelihood
    best = int(np.argmax(value >= value.max() - 1e-8 * (1.0 + abs(value.max()))))
    fit = _fit(panel, patterns, found, best)
    rows = zip(names, value.tolist(), found.n_iterations.tolist(), found.converged.tolist(),
               strict=True)  # fmt: skip
    return replace(_aligned(fit), starts=tuple(Start(*row) for row in rows))


def _starts(
    counts: FloatArray, *, n_starts: int, seed: int, spread: float
) -> tuple[list[str], FloatArray]:
    """Names, and posteriors `(n_patterns, n_starts, k)` to start from."""
    total = counts.sum(axis=1)
    votes = total / total.sum(axis=1, keepdims=True)
    # The lowest of tied grades would depend on which end of the scale is called low: all share.
    most = (total == total.max(axis=1, keepdims=True)).astype(np.float64)
    majority = most / most.sum(axis=1, keepdims=True)
    n_moved = max(0, n_starts - 2)
    drawn = generator(seed, "dawid-skene").dirichlet(
        np.ones(votes.shape[1]), size=(n_moved, len(votes))
    )
    moved = (1.0 - spread) * votes + spread * drawn
    names = ["votes", "majority", *(f"moved {at + 1}" for at in range(n_moved))]
    start = np.concatenate([votes[None], majority[None], moved])[:n_starts]
    return names[:n_starts], np.ascontiguousarray(start.transpose(1, 0, 2))


def _fit(panel: Panel, patterns: Patterns, found: Climb, best: int) -> DawidSkene:
    made = found.parameters
    support = made.support[:, best].copy()
    confusion = made.confusion[:, :, best].transpose(0, 2, 1).copy()
    confusion[support < LEAST_SUPPORT] = np.nan
    prevalence = made.prevalence[best].copy()
    posterior = np.where(
        patterns.read[:, None], found.posterior[patterns.of_item, best], prevalence
    )
    return DawidSkene(
        readers=panel.readers,
        scale=panel.scale,
        prevalence=prevalence,
        confusion=confusion,
        support=support,
        posterior=posterior,
        read=patterns.read,
        log_likelihood=float(found.log_likelihood[best]),
        n_iterations=int(found.n_iterations[best]),
        converged=bool(found.converged[best]),
        starts=(),
        reason=_caution(patterns),
    )


def _caution(patterns: Patterns) -> str | None:
    if int(patterns.counts.any(axis=(0, 2)).sum()) < 2:
        return "only one reader: nothing tells the reader's errors from the truth"
    if patterns.counts.sum(axis=(1, 2)).max() < LEAST_READINGS:
        return "no item was read three times: nothing tells whose reading is wrong"
    return None


def _aligned(fit: DawidSkene) -> DawidSkene:
    """The classes named so that readers give most often the grade of the class."""
    from scipy.optimize import linear_sum_assignment

    given = np.einsum("rc,rcg->cg", fit.support, np.nan_to_num(fit.confusion))
    # Classes without readings keep their place.
    agreed = given / max(float(given.sum()), 1.0) + 1e-9 * np.eye(len(given))
    of_grade = np.argsort(linear_sum_assignment(agreed, maximize=True)[1])
    if (of_grade == np.arange(len(of_grade))).all():
        return fit
    return replace(
        fit,
        prevalence=fit.prevalence[of_grade],
        confusion=fit.confusion[:, of_grade],
        support=fit.support[:, of_grade],
        posterior=fit.posterior[:, of_grade],
    )


def _nothing(panel: Panel) -> DawidSkene:
    k, n_readers = panel.n_grades, panel.n_readers
    return DawidSkene(
        readers=panel.readers,
        scale=panel.scale,
        prevalence=np.full(k, np.nan),
        confusion=np.full((n_readers, k, k), np.nan),
        support=np.zeros((n_readers, k)),
        posterior=np.full((panel.n_items, k), np.nan),
        read=np.zeros(panel.n_items, dtype=np.bool_),
        log_likelihood=0.0,
        n_iterations=0,
        converged=False,
        starts=(),
        reason="nobody read anything",
    )


def hard_labels(fit: DawidSkene) -> CodeArray:
    """The most probable class of each item, the lower of two equal ones.

    Returns:
        `(n_items,)`, place on the scale, `MISSING` where nobody read the item.
    """
    if not fit.read.any():
        return np.full(len(fit.read), MISSING, dtype=np.int8)
    # Probabilities that are equal by the model differ by rounding.
    most = fit.posterior >= fit.posterior.max(axis=1, keepdims=True) - 1e-9
    return np.where(fit.read, np.argmax(most, axis=1), MISSING).astype(np.int8)


def label_margin(fit: DawidSkene) -> FloatArray:
    """How far the most probable class is ahead of the next.

    Returns:
        `(n_items,)`, 0 (undecided) to 1 (certain); NaN where nobody read the item.
    """
    highest = np.sort(fit.posterior, axis=1)[:, -2:]
    return np.where(fit.read, highest[:, 1] - highest[:, 0], np.nan)


def label_entropy(fit: DawidSkene) -> FloatArray:
    """How undecided the classes of each item are: entropy over that of equal probabilities.

    Returns:
        `(n_items,)`, 0 (certain) to 1 (all classes alike); NaN where nobody read the item.
    """
    p = fit.posterior
    logs = np.log(p, out=np.zeros_like(p), where=p > 0)
    entropy = -(p * logs).sum(axis=1) / np.log(p.shape[1])
    return np.where(fit.read, np.maximum(entropy, 0.0), np.nan)
