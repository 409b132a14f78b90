"""All figures of a set of readings at once, from one draw of resamples."""

from __future__ import annotations

from typing import Final

import numpy as np

from sgus.stats.agreement.bias import bias_families
from sgus.stats.agreement.engine import Intervals, estimate
from sgus.stats.agreement.family import Agreement, Family
from sgus.stats.agreement.intra import intra_families
from sgus.stats.agreement.pair_families import pair_families
from sgus.stats.agreement.panel import Readings
from sgus.stats.agreement.panel_families import panel_families
from sgus.stats.boundary import (
    boundaries,
    disagreement_family,
    intra_disagreement_family,
    intra_swap_family,
    swap_family,
)

N_RESAMPLES: Final = 2000


def agreement_families(readings: Readings) -> list[Family]:
    """Every family of figures, those of all readers first.

    Args:
        readings: All readings; few or none of them give figures with reasons.

    Returns:
        All readers, pairs of readers, each reader with itself, each against the others, and where
        the disagreement lies.
    """
    panel = readings.first
    steps = [(edge.lower, edge.upper) for edge in boundaries(panel.scale)]
    return [
        *panel_families(panel),
        *pair_families(panel),
        *intra_families(readings),
        *bias_families(panel),
        disagreement_family(panel),
        intra_disagreement_family(readings),
        *(swap_family(panel, step) for step in steps),
        *(intra_swap_family(readings, step) for step in steps),
    ]


def agreement_figures(
    readings: Readings,
    *,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
    intervals: Intervals = "auto",
) -> list[Agreement]:
    """Every figure with its interval.

    Args:
        readings: All readings.
        n_resamples: Resamples of patients, or of items where patients are unknown.
        seed: Of the resamples: the same seed and readings give the same figures to the last digit.
        intervals: `auto`, `closed` or `bootstrap`, see `estimate`.

    Returns:
        The figures of `agreement_families` in its order; what cannot be computed is None with a
        reason.
    """
    return estimate(
        readings.first,
        agreement_families(readings),
        n_resamples=n_resamples,
        rng=np.random.default_rng(seed),
        intervals=intervals,
    )
