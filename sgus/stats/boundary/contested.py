"""Items in the order of how much their readers disagree, the most contested first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgus.core.grades import GRADES, PATHOLOGICAL_FROM
from sgus.stats.agreement.panel import Panel
from sgus.stats.boundary.neighbours import boundary_code, pairs_of

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ContestedItem:
    """How the readers of one item disagree.

    Attributes:
        item: Its name.
        patient: Its patient, or None where unknown.
        n_readings: How many read it, 2 or more.
        counts: How many gave each grade, in the order of the scale.
        disagreement: Share of the pairs of readings that differ, 0 to 1.
        on_boundary: Share of all pairs of readings that lie on the boundary asked for.
        variance: Of the grades, in grades squared, divided by n; 0 where all agree.
        entropy_bits: Of the grades' shares; 0 where all agree, 2 where four are equally frequent.
        spread: Highest minus lowest grade.
        crosses: Whether readings lie on both sides of the threshold of pathological glands;
            None on another scale than 0 to 3.
    """

    item: str
    patient: str | None
    n_readings: int
    counts: tuple[int, ...]
    disagreement: float
    on_boundary: float
    variance: float
    entropy_bits: float
    spread: int
    crosses: bool | None


def contested_items(
    panel: Panel, *, boundary: tuple[int, int] | None = None
) -> list[ContestedItem]:
    """Order the items by disagreement.

    By the share of differing pairs of readings; equal ones by the variance, so that 0 against 3
    comes before 0 against 1; then by the item's name. Items that all agree on come last. An item
    with fewer than two readings cannot be contested and is left out.

    Args:
        panel: First readings.
        boundary: Two neighbouring grades: then only items that were given both of them, ordered
            by the share of pairs on this boundary in place of all differing pairs. None measures
            `on_boundary` at the lowest boundary of the scale and keeps all items.

    Raises:
        ValueError: The boundary is none of the scale.
    """
    code = 0 if boundary is None else boundary_code(panel.scale, boundary)
    counts = panel.one_hot.sum(axis=1)  # (n_items, k)
    swaps = counts[:, code] * counts[:, code + 1]
    kept = counts.sum(axis=1) >= 2 if boundary is None else swaps > 0
    rows = [
        _measured(panel, int(place), counts[place], swaps=float(swaps[place]))
        for place in np.flatnonzero(kept)
    ]

    def key(row: ContestedItem) -> tuple[float, float, str]:
        first = row.disagreement if boundary is None else row.on_boundary
        return -first, -row.variance, row.item

    return sorted(rows, key=key)


def _measured(panel: Panel, place: int, counts: FloatArray, *, swaps: float) -> ContestedItem:
    grades = np.asarray(panel.scale, dtype=np.float64)
    n = counts.sum()
    pairs = pairs_of(n)
    share = counts[counts > 0] / n
    given = np.flatnonzero(counts)
    low, high = panel.scale[given[0]], panel.scale[given[-1]]
    return ContestedItem(
        item=panel.items[place],
        patient=None if panel.patients is None else panel.patients[place],
        n_readings=int(n),
        counts=tuple(int(count) for count in counts),
        disagreement=float((pairs - pairs_of(counts).sum()) / pairs),
        on_boundary=float(swaps / pairs),
        # In whole numbers up to the one division, so that equal items tie exactly.
        variance=float((n * (counts @ grades**2) - (counts @ grades) ** 2) / n**2),
        entropy_bits=float(abs((share * np.log2(share)).sum())),
        spread=high - low,
        crosses=low < PATHOLOGICAL_FROM <= high if panel.scale == GRADES else None,
    )
