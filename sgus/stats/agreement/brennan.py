"""PABAK of all readers, which is Brennan and Prediger's coefficient: chance draws any grade."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.family import ClosedForm, Family, Label, withheld
from sgus.stats.agreement.item_counts import (
    WEIGHTS,
    costs,
    disagreements,
    item_counts,
    pairs_met,
    readers_at_work,
    why_alike,
    why_unpaired,
)
from sgus.stats.agreement.linearised import coefficient_terms, t_interval
from sgus.stats.agreement.panel import Panel
from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]


def brennan_family(panel: Panel) -> Family:
    """PABAK of all readers with four weightings: `1 - observed / expected disagreement`.

    Chance gives every grade of the scale as often as every other, so that a grade that nobody
    gave counts. With two readers and two grades it is Byrt's PABAK, `2 * agreement - 1`.

    Args:
        panel: The ratings.

    Returns:
        Figures `pabak`, form `all readers`, by weights. Undefined where no item has two
        readings, and withheld where one grade only was given.

    References:
        Brennan & Prediger 1981, 10.1177/001316448104100307; Byrt, Bishop & Carlin 1993,
        10.1016/0895-4356(93)90018-V; Gwet 2014, Handbook of Inter-Rater Reliability, 4th
        edition, chapters 2 and 3.
    """
    counts = item_counts(panel)
    by_item = disagreements(counts, panel.scale)
    expected = costs(panel.scale).mean(axis=(1, 2))  # (4,), the scale alone says it

    def values(sums: FloatArray) -> FloatArray:
        return np.asarray(1.0 - ratio(sums[..., 1:], sums[..., :1]) / expected)

    features = np.concatenate([counts.paired[:, None], by_item], axis=1)
    found = values(features.sum(axis=0))
    n = len(WEIGHTS)

    def closed(at: int) -> ClosedForm | None:
        if not np.isfinite(found[at]):
            return None
        terms = coefficient_terms(counts, by_item[:, at], expected=float(expected[at]))
        return t_interval(float(found[at]), terms)

    family = Family(
        labels=tuple(Label("pabak", name, "all readers", panel.readers) for name in WEIGHTS),
        features=features,
        values=values,
        used=np.repeat(counts.paired[:, None], n, axis=1),
        n_raters=(int(readers_at_work(panel).sum()),) * n,
        n_pairs=(pairs_met(panel),) * n,
        reasons=tuple(None if np.isfinite(value) else why_unpaired(panel) for value in found),
        closed=tuple(closed(at) for at in range(n)),
    )
    return withheld(family, (why_alike(counts.by_grade[counts.paired], panel.scale),) * n)
