"""Model and reader against the readers who remain when that reader is left out.

Both are held against the same consensus on the same images, so that what makes an image hard, or
a consensus poor, counts for both alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.panel import MISSING, CodeArray, Panel
from sgus.stats.consensus.median import leave_one_out_median

FloatArray = NDArray[np.float64]

Tie = Literal["split", "lower", "upper", "none"]
"""What an image is held against whose two middle grades differ: half against each (`split`),
against one of them, or not at all. `lower` and `upper` favour the lenient and the severe, `none`
drops the images that are hardest; `split` does neither, and is the same read from either end of
the scale."""

LEAST_OTHERS: Final = 2
"""Other readings a consensus needs."""
MODEL, READER = 0, 1
"""Places of the two sides in the tables."""


@dataclass(frozen=True, eq=False)
class ConsensusTables:
    """Cross-tables with the leave-one-out consensus, item by item.

    Attributes:
        tables: `(n_items, 2, n_readers, k, k)`: the model's or the reader's grade (down) by the
            median of all readers but this one (across). An item adds 1 to both sides, in halves
            where a tie is split, and 0 where the reader, the model or the consensus is missing.
        tied: `(n_items, n_readers)`, whether the two middle grades differ on an item used.
    """

    tables: FloatArray
    tied: NDArray[np.bool_]

    @property
    def used(self) -> NDArray[np.bool_]:
        """`(n_items, n_readers)`, items that count for each reader."""
        return np.asarray(self.tables[:, MODEL].any(axis=(-2, -1)), dtype=np.bool_)


def consensus_tables(panel: Panel, model: CodeArray, *, tie: Tie = "split") -> ConsensusTables:
    """Hold the model and each reader against the median of the other readers.

    Args:
        panel: The readers, without the model.
        model: `(n_items,)`, place on the scale, or `MISSING`.
        tie: What becomes of two middle grades.

    Raises:
        ValueError: The tie rule is unknown, or there is not one code of the model for each item.
    """
    if tie not in get_args(Tie):
        raise ValueError(f"{tie!r} is no tie rule; known: {get_args(Tie)}")
    if model.shape != (panel.n_items,):
        raise ValueError(f"{model.shape} codes of the model for {panel.n_items} items")
    grades = np.arange(panel.n_grades, dtype=np.int8)
    lower = leave_one_out_median(panel, tie="lower", least=LEAST_OTHERS)
    upper = leave_one_out_median(panel, tie="upper", least=LEAST_OTHERS)
    both = panel.given & (model != MISSING)[:, None] & (lower != MISSING)
    tied = both & (lower != upper)
    if tie == "none":
        both = both & ~tied
    first, second = {"split": (lower, upper), "upper": (upper, upper)}.get(tie, (lower, lower))
    across = ((first[..., None] == grades) + (second[..., None] == grades).astype(np.float64)) / 2.0
    across = across * both[..., None]  # (n_items, n_readers, k)
    down = np.stack(
        [np.broadcast_to(model[:, None], panel.codes.shape), panel.codes], axis=1
    )  # (n_items, 2, n_readers)
    one_hot = (down[..., None] == grades).astype(np.float64)
    return ConsensusTables(one_hot[..., :, None] * across[:, None, :, None, :], tied)
