"""Items that every reader read: what figures without a rule for missing readings are made from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.item_counts import readers_at_work, why_unpaired
from sgus.stats.agreement.panel import Panel


def complete_items(panel: Panel) -> NDArray[np.bool_]:
    """`(n_items,)`, read by every reader who read anything; none with fewer than two readers."""
    active = readers_at_work(panel)
    if active.sum() < 2:
        return np.zeros(panel.n_items, dtype=np.bool_)
    return np.asarray(panel.given[:, active].all(axis=1), dtype=np.bool_)


def why_incomplete(panel: Panel) -> str | None:
    """Why there are fewer than two complete items, or None where there are two or more."""
    n, of = int(complete_items(panel).sum()), int(readers_at_work(panel).sum())
    if n >= 2:
        return None
    if of < 2:
        return why_unpaired(panel)
    return f"{n} of {panel.n_items} items were read by all {of} readers; it takes two such items"
