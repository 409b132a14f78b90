"""The orders in which images of a confusion are looked at, each with words on what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.registry import Registry

if TYPE_CHECKING:
    import pandas as pd

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Order:
    """One way of putting images in a row.

    Attributes:
        name: Names it among all.
        title: On screen.
        words: What comes first and what that means, for those who never saw it.
        columns: What it goes by, the first first; a sign in front says which end comes first:
            `-` the largest, `+` the smallest, `|` the smallest in absolute value.
        needs: What has to be there for it, in words.
    """

    name: str
    title: str
    words: str
    columns: tuple[str, ...]
    needs: str

    @property
    def column(self) -> str:
        """The column it goes by in the first place."""
        return self.columns[0][1:]


MARGIN: Final = "margin"
READERS: Final = "readers"
AGAINST: Final = "against"
SUSPECT: Final = "suspect"
FOLDS: Final = "folds"

_ALL: Final = (
    Order(
        MARGIN,
        "Model undecided",
        "First the images on which the model is least decided between the two sides of the "
        "boundary. An image near the boundary is hard; its grade need not be wrong.",
        ("|margin",),
        "the probabilities of the run",
    ),
    Order(
        READERS,
        "Readers disagree",
        "First the images whose readers are most divided over the boundary: the largest share of "
        "pairs of readings with one on each side, then the most mixed grades. The model has no "
        "part in it.",
        ("-readers_apart", "-readers_entropy"),
        "two readings of the image",
    ),
    Order(
        AGAINST,
        "Readers against the grade",
        "First the images where the largest share of readings is on the other side of the "
        "boundary than the reference grade.",
        ("-readers_against", "-readers_entropy"),
        "a reading of the image",
    ),
    Order(
        SUSPECT,
        "Suspected label error",
        "First the images whose reference grade the model contradicts most surely: the lowest "
        "label quality (how well the probabilities go with the grade, 0 to 1, by cleanlab), "
        "computed from models that never learnt from the patient. It is a reason to look again, "
        "not a proof: the model may be the one that is wrong.",
        ("+label_quality",),
        "images that were held out from training",
    ),
    Order(
        FOLDS,
        "Folds disagree",
        "First the images on which models of different folds differ most, of those that did not "
        "learn from the patient. Where they differ, the call rests on which patients were learnt "
        "from.",
        ("-fold_spread",),
        "a run of several folds in which the image was held out twice: tested and validated",
    ),
)

ORDERS: Final = Registry("order", {order.name: order for order in _ALL})
"""All of them by name, in the order of the menu."""


def positions(rows: pd.DataFrame, order: str) -> IntArray:
    """Where each image of a table comes in an order.

    Images without the figure come last; equal ones keep the order of the table.

    Args:
        rows: A row an image, with the columns of the order.
        order: Its name.

    Returns:
        `(n,)` positions in `rows`, the first to look at first.

    Raises:
        ConfigError: There is no order of this name.
    """
    # np.lexsort takes the most important key last, and is stable.
    keys = [_key(rows, column) for column in reversed(ORDERS[order].columns)]
    return np.asarray(np.lexsort(keys), dtype=np.int64)


def _key(rows: pd.DataFrame, signed: str) -> NDArray[Any]:
    """Smallest first; what is missing is infinitely late."""
    sign, column = signed[0], signed[1:]
    values: NDArray[Any] = rows[column].to_numpy(dtype=np.float64, na_value=np.inf)
    if sign == "|":
        return np.asarray(np.abs(values))
    # An order that begins with the largest has to keep the missing ones last all the same.
    return np.where(np.isinf(values), np.inf, -values) if sign == "-" else values
