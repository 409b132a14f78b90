"""A reader in training: does agreement with the consensus of the readers grow?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.grades import N_GRADES
from sgus.core.rng import generator
from sgus.stats.agreement.quadratic import quadratic_kappa
from sgus.stats.bootstrap import (
    MIN_PATIENTS,
    patient_weights,
    percentile_interval,
    with_observed,
)
from sgus.stats.confusion import confusion_matrix

BLOCK: Final = 20
"""Cases of a block: fewer say nothing, more hide what is learnt."""
MIN_CASES: Final = 10
"""Cases below which no figure is shown."""
N_RESAMPLES: Final = 1000

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Figure:
    """A figure with its interval, or the reason why there is none.

    Attributes:
        value: The figure; None where it is not defined or the data are too few.
        low: Lower end of the 95 % interval whose unit is the patient, or None.
        high: Upper end, or None.
        reason: Why the value, or the interval, is missing; None where both are there.
    """

    value: float | None
    low: float | None
    high: float | None
    reason: str | None


@dataclass(frozen=True)
class Block:
    """Some cases that follow each other.

    Attributes:
        start: Number of the first case, from 1.
        end: Number of the last case.
        n_patients: Patients among them.
        exact: Share of cases graded as the consensus, 0 to 1.
        kappa: Quadratic kappa with the consensus.
    """

    start: int
    end: int
    n_patients: int
    exact: Figure
    kappa: Figure

    @property
    def n(self) -> int:
        """Cases."""
        return self.end - self.start + 1


@dataclass(frozen=True)
class LearningCurve:
    """Agreement with the consensus over the cases of a reader.

    Attributes:
        blocks: In the order of the cases. A rest shorter than half a block joins the last one.
        whole: Over all cases; None where there is none.
        gain: Exact agreement of the last block less that of the first, with the interval of
            that difference.
        n: Cases graded.
        n_not_graded: Cases they could not grade; they are in no figure.
        n_patients: Patients among the cases.
        unit: What a patient is called in this cohort.
        sentence: What the curve says and what it does not, for the screen.
    """

    blocks: tuple[Block, ...]
    whole: Block | None
    gain: Figure
    n: int
    n_not_graded: int
    n_patients: int
    unit: str
    sentence: str


def learning_curve(
    given: IntArray,
    consensus: IntArray,
    *,
    patients: NDArray[np.str_],
    unit: str = "patient",
    n_not_graded: int = 0,
    block: int = BLOCK,
    seed: int = 0,
) -> LearningCurve:
    """Agreement in blocks of cases, each with the interval of a bootstrap of its patients.

    Args:
        given: `(n,)` grades of the reader, in the order they were given.
        consensus: `(n,)` grades of the other readers' consensus.
        patients: `(n,)`, the patient of each case.
        unit: What a patient is called.
        n_not_graded: Cases left out before, to be said.
        block: Cases of a block.
        seed: Of the resamples.

    Returns:
        Figures are withheld below 10 cases, their intervals below 5 patients; the gain needs two
        blocks. Resampling is within all cases, so that a patient met in both blocks moves both.
    """
    n = len(given)
    spans = _spans(n, block)
    everyone = _unique(patients)
    draws = _draws(patients, seed)
    blocks = tuple(_block(given, consensus, patients, draws, span) for span in spans)
    gain = _gain(given == consensus, draws, spans, patients)
    return LearningCurve(
        blocks=blocks,
        whole=_block(given, consensus, patients, draws, (0, n)) if n else None,
        gain=gain,
        n=n,
        n_not_graded=n_not_graded,
        n_patients=everyone,
        unit=unit,
        sentence=_sentence(n, everyone, gain, unit=unit, n_blocks=len(blocks)),
    )


def _spans(n: int, block: int) -> list[tuple[int, int]]:
    starts = list(range(0, n, block))
    if len(starts) > 1 and n - starts[-1] < block / 2:
        starts.pop()
    return [
        (start, n if at + 1 == len(starts) else starts[at + 1]) for at, start in enumerate(starts)
    ]


def _unique(patients: NDArray[np.str_]) -> int:
    return len(np.unique(patients))


def _draws(patients: NDArray[np.str_], seed: int) -> FloatArray:
    """`(1 + n_resamples, n)` weights, the data as observed first."""
    if not len(patients):
        return np.ones((1, 0))
    rng = generator(seed, "learning curve")
    return with_observed(patient_weights(patients, n_resamples=N_RESAMPLES, rng=rng))


def _block(
    given: IntArray,
    consensus: IntArray,
    patients: NDArray[np.str_],
    draws: FloatArray,
    span: tuple[int, int],
) -> Block:
    start, end = span
    here = slice(start, end)
    n_patients = _unique(patients[here])
    shape = (N_GRADES, N_GRADES)
    tables = confusion_matrix(consensus[here], given[here], shape=shape, weights=draws[:, here])
    counts = tables.sum(axis=(-2, -1))
    hits = np.trace(tables, axis1=-2, axis2=-1)
    exact = np.divide(hits, counts, out=np.full(hits.shape, np.nan), where=counts > 0)
    few = _too_few(end - start)
    return Block(
        start=start + 1,
        end=end,
        n_patients=n_patients,
        exact=_figure(exact, n_patients=n_patients, few=few),
        kappa=_figure(
            quadratic_kappa(tables),
            n_patients=n_patients,
            few=few,
            undefined="all cases have, and were given, one grade",
        ),
    )


def _gain(
    right: NDArray[np.bool_],
    draws: FloatArray,
    spans: list[tuple[int, int]],
    patients: NDArray[np.str_],
) -> Figure:
    if len(spans) < 2:
        return Figure(None, None, None, "too little data: two blocks of cases are needed")
    shares = []
    for start, end in (spans[0], spans[-1]):
        weights = draws[:, start:end]
        counts = weights.sum(axis=1)
        hits = weights @ right[start:end].astype(np.float64)
        shares.append(np.divide(hits, counts, out=np.full(hits.shape, np.nan), where=counts > 0))
    fewest = min(_unique(patients[start:end]) for start, end in (spans[0], spans[-1]))
    few = _too_few(min(end - start for start, end in (spans[0], spans[-1])))
    return _figure(shares[1] - shares[0], n_patients=fewest, few=few)


def _too_few(n: int) -> str | None:
    if n >= MIN_CASES:
        return None
    return f"too little data: {n} cases, and {MIN_CASES} are needed"


def _figure(
    values: FloatArray, *, n_patients: int, few: str | None, undefined: str = "there is no case"
) -> Figure:
    """The first value with the interval of the others."""
    value = float(values[0])
    if few is not None:
        return Figure(None, None, None, few)
    if np.isnan(value):
        return Figure(None, None, None, undefined)
    if n_patients < MIN_PATIENTS:
        text = f"no interval: {n_patients} patients, and {MIN_PATIENTS} are needed"
        return Figure(value, None, None, text)
    interval = percentile_interval(value, values[1:])
    return Figure(value, interval.low, interval.high, interval.reason)


def _sentence(n: int, n_patients: int, gain: Figure, *, unit: str, n_blocks: int) -> str:
    of = f"{n} cases of {n_patients} {unit}s"
    if n < MIN_CASES or n_blocks < 2 or gain.value is None:
        return f"Too little data to say whether agreement changes: {of}."
    if gain.low is None or gain.high is None:
        return f"Agreement of the last block cannot be told from the first: {gain.reason}; {of}."
    points = 100 * gain.value
    ends = f"95 % interval {100 * gain.low:+.0f} to {100 * gain.high:+.0f} points"
    if gain.low > 0:
        said = f"Exact agreement rose by {points:.0f} points"
    elif gain.high < 0:
        said = f"Exact agreement fell by {-points:.0f} points"
    else:
        return (
            f"No change of exact agreement can be shown ({points:+.0f} points, {ends}); {of}. "
            "That is no proof that there is none."
        )
    return f"{said} from the first to the last block ({ends}); {of}."
