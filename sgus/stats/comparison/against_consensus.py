"""Model and reader against the consensus of the other readers, and the difference between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.family import Agreement, Family, Label
from sgus.stats.agreement.panel import Panel
from sgus.stats.comparison.consensus_tables import ConsensusTables
from sgus.stats.comparison.measures import (
    Measure,
    accuracy_masks,
    figures_of_tables,
    measures_of,
    why_undefined,
)
from sgus.stats.comparison.with_readers import mean_of

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

SIDES: Final = ("model", "reader", "model minus reader")
_NO_CONSENSUS: Final = "no item that this reader, the model and two or more other readers graded"
_NO_MEAN: Final = "it is defined for none of the readers"


@dataclass(frozen=True)
class AgainstConsensus:
    """Model and reader against the median of the readers but this one.

    Attributes:
        measure: The figure.
        reader: Who is left out, or None for the mean over readers.
        model: The model's figure.
        left_out: The reader's figure, of the same items.
        difference: The model's less the reader's, from the same resamples.
    """

    measure: Measure
    reader: str | None
    model: Agreement
    left_out: Agreement
    difference: Agreement


def against_consensus_family(panel: Panel, held: ConsensusTables, name: str) -> Family:
    """Figures of both sides and their difference.

    Args:
        panel: The readers, without the model.
        held: Both sides against the consensus.
        name: Of the model.

    Returns:
        `(3 sides, 1 + n_readers, n_measures)` figures, flattened: first the mean over readers,
        then each. A mean is of the readers for whom both sides are defined, `n_pairs` of them;
        in a resample, of those for whom both still are, so that both sides are of the same.
    """
    measures, k, n_readers = measures_of(panel.scale), panel.n_grades, panel.n_readers
    features = held.tables.reshape(panel.n_items, 2 * n_readers * k * k)
    observed = figures_of_tables(held.tables.sum(axis=0).reshape(2, n_readers, k * k), panel.scale)
    defined = _both_defined(observed)
    shape = (len(SIDES), 1 + n_readers, len(measures))
    n_labels = int(np.prod(shape))

    def values(sums: FloatArray) -> FloatArray:
        tables = sums.reshape(*sums.shape[:-1], 2, n_readers, k * k)
        each = figures_of_tables(tables, panel.scale)
        paired = np.where(np.isfinite(each).all(axis=-3, keepdims=True), each, np.nan)
        means = [mean_of(paired[..., [at]], defined[:, at]) for at in range(len(measures))]
        both = np.concatenate([np.concatenate(means, axis=-1)[..., None, :], each], axis=-2)
        between = both[..., :1, :, :] - both[..., 1:, :, :]
        return np.concatenate([both, between], axis=-3).reshape(*sums.shape[:-1], n_labels)

    reasons = _reasons(panel, held, measures, observed)
    used = _used(panel, held, measures, defined)
    readers = defined.sum(axis=0)
    raters = [panel.readers, *((reader,) for reader in panel.readers)]
    return Family(
        labels=tuple(
            _label(measure, side, (name, *who)) for side in SIDES for who in raters
            for measure in measures
        ),
        features=features,
        values=values,
        used=np.tile(used, (1, len(SIDES))),
        n_raters=_counts(panel, held, readers, measures),
        n_pairs=tuple(
            int(readers[at]) if who == 0 else 1
            for _ in SIDES for who in range(1 + n_readers) for at in range(len(measures))
        ),
        reasons=reasons,
        closed=(None,) * n_labels,
    )  # fmt: skip


def _both_defined(observed: FloatArray) -> BoolArray:
    """`(n_readers, n_measures)`, whether the figure is there on both sides."""
    return np.asarray(np.isfinite(observed).all(axis=0), dtype=np.bool_)


def _label(measure: Measure, side: str, raters: tuple[str, ...]) -> Label:
    statistic = measure.statistic if side != SIDES[-1] else f"{measure.statistic}_difference"
    form = f"{side} v leave-one-out consensus, {measure.scope}"
    return Label(statistic, measure.weights, form, raters)


def _counts(
    panel: Panel, held: ConsensusTables, readers: NDArray[np.int64], measures: tuple[Measure, ...]
) -> tuple[int, ...]:
    """Readers who take part: of a mean those averaged over, else those on the reader's items."""
    present = [int(panel.given[held.used[:, j]].any(axis=0).sum()) for j in range(panel.n_readers)]
    n = [[int(count) for count in readers], *([one] * len(measures) for one in present)]
    return tuple(count for _ in SIDES for row in n for count in row)


def _used(
    panel: Panel, held: ConsensusTables, measures: tuple[Measure, ...], defined: BoolArray
) -> BoolArray:
    """`(n_items, (1 + n_readers) * n_measures)`, items of each figure."""
    of_model = held.tables[:, 0].reshape(panel.n_items, panel.n_readers, panel.n_grades**2)
    counted = {scope: mask.ravel() for scope, _, mask in accuracy_masks(panel.scale)}
    each = np.stack([(of_model @ counted[one.scope]) > 0 for one in measures], axis=-1)
    # Where no reader's figure is defined the items stay in view that might have given one.
    kept = np.where(defined.any(axis=0), defined, True)
    mean = (each & kept).any(axis=1, keepdims=True)
    return np.concatenate([mean, each], axis=1).reshape(
        panel.n_items, (1 + panel.n_readers) * len(measures)
    )


def _reasons(
    panel: Panel, held: ConsensusTables, measures: tuple[Measure, ...], observed: FloatArray
) -> tuple[str | None, ...]:
    tables = held.tables.sum(axis=0)  # (2, n_readers, k, k)

    def why(side: int, reader: int, at: int) -> str | None:
        if np.isfinite(observed[side, reader, at]):
            return None
        table = tables[side, reader]
        return why_undefined(measures[at], table, panel.scale) if table.any() else _NO_CONSENSUS

    rows: list[str | None] = []
    defined = _both_defined(observed)
    for side in range(len(SIDES)):
        for at in range(len(measures)):
            rows.append(None if defined[:, at].any() else _mean_reason(panel))
        for reader in range(panel.n_readers):
            for at in range(len(measures)):
                sides = (0, 1) if side == len(SIDES) - 1 else (side,)
                found = (why(one, reader, at) for one in sides)
                rows.append(next((text for text in found if text is not None), None))
    return tuple(rows)


def _mean_reason(panel: Panel) -> str:
    few = {0: "there is no reader", 1: "there is one reader", 2: "there are two readers"}
    if panel.n_readers in few:
        return f"{few[panel.n_readers]}: a consensus of two others needs three"
    return _NO_MEAN


def comparisons_of(panel: Panel, rows: list[Agreement]) -> tuple[AgainstConsensus, ...]:
    """The rows of `against_consensus_family`, put together by measure and reader."""
    measures = measures_of(panel.scale)
    who = [None, *panel.readers]
    n = len(who) * len(measures)
    return tuple(
        AgainstConsensus(measures[at], reader, *(rows[side * n + place] for side in range(3)))
        for at in range(len(measures))
        for place, reader in ((i * len(measures) + at, one) for i, one in enumerate(who))
    )
