"""How many readings gave each grade: what every consensus by counting is made from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.panel import Panel

IntArray = NDArray[np.int64]


def votes(panel: Panel) -> IntArray:
    """Readings of each grade on each item.

    Args:
        panel: The readings; missing ones count for no grade.

    Returns:
        `(n_items, n_grades)`; a row of zeros where nobody read the item.
    """
    return np.asarray(panel.one_hot.sum(axis=1), dtype=np.int64)


def leave_one_out_votes(panel: Panel) -> IntArray:
    """Readings of each grade on each item by all readers but one.

    Args:
        panel: The readings.

    Returns:
        `(n_items, n_readers, n_grades)`; entry `[i, j]` counts all readers but `j`, whether or
        not `j` read the item.
    """
    return np.asarray(votes(panel)[:, None, :] - panel.one_hot, dtype=np.int64)
