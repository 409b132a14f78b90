"""Consensus of the readers in three ways, side by side; no reading is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from sgus.stats.agreement.panel import MISSING, CodeArray
from sgus.stats.consensus import (
    DawidSkene,
    dawid_skene,
    hard_labels,
    label_margin,
    majority_consensus,
    median_consensus,
)
from sgus.workflows.observers import Observed

TieRule = Literal["lower", "upper", "none"]
MEDIAN, MAJORITY, DAWID_SKENE = "median", "majority", "dawid_skene"
METHODS: Final = (MEDIAN, MAJORITY, DAWID_SKENE)


@dataclass(frozen=True, eq=False)
class Consensus:
    """One grade of each image, three times.

    Attributes:
        tie: What median and majority do where two grades have the same claim.
        codes: Method to `(n_items,)`, place on the scale or `MISSING` without a consensus.
        fit: Dawid-Skene, with each reader's confusion matrix and each image's posterior.
    """

    tie: TieRule
    codes: dict[str, CodeArray]
    fit: DawidSkene

    def counts(self, method: str) -> list[int]:
        """Images of each grade."""
        return [int((self.codes[method] == code).sum()) for code in range(len(self.fit.scale))]

    def n_without(self, method: str) -> int:
        """Images that have no consensus by a method."""
        return int((self.codes[method] == MISSING).sum())

    @property
    def differing(self) -> list[int]:
        """Places of the images on which the methods differ, the least certain first."""
        stacked = np.stack([self.codes[method] for method in METHODS], axis=1)
        places = np.flatnonzero((stacked != stacked[:, :1]).any(axis=1))
        margin = np.nan_to_num(label_margin(self.fit)[places])
        return [int(places[at]) for at in np.argsort(margin, kind="stable")]


def consensus_of(observed: Observed, *, tie: TieRule, fit: DawidSkene | None = None) -> Consensus:
    """Median, majority and Dawid-Skene of the readings.

    Args:
        observed: The readings; median and majority are of the first ones, Dawid-Skene of all.
        tie: The rule of median and majority.
        fit: Dawid-Skene of the same readings, where it is there already.
    """
    fit = dawid_skene(observed.readings) if fit is None else fit
    codes = {
        MEDIAN: median_consensus(observed.panel, tie=tie),
        MAJORITY: majority_consensus(observed.panel, tie=tie),
        DAWID_SKENE: hard_labels(fit),
    }
    return Consensus(tie, codes, fit)


def consensus_rows(observed: Observed, found: Consensus) -> list[dict[str, Any]]:
    """The consensus as a table of its own, a row an image; what was read stays where it is.

    Returns:
        `image_id`, `patient_id` where known, `n_readings` (readers who read it), `n_all_readings`
        (second ones too), the grade by each method or None, and `p0` … of Dawid-Skene.
    """
    panel, scale = observed.panel, observed.panel.scale
    first = panel.given.sum(axis=1)
    every = (observed.readings.codes >= 0).sum(axis=(1, 2))
    return [
        {
            "image_id": item,
            **({} if panel.patients is None else {"patient_id": panel.patients[at]}),
            "n_readings": int(first[at]),
            "n_all_readings": int(every[at]),
            **{method: _grade(found.codes[method][at], scale) for method in METHODS},
            **_posterior(found.fit, at),
            "tie_rule": found.tie,
        }
        for at, item in enumerate(panel.items)
    ]


def _grade(code: np.int8, scale: tuple[int, ...]) -> int | None:
    return None if code == MISSING else scale[int(code)]


def _posterior(fit: DawidSkene, at: int) -> dict[str, float | None]:
    """Probability of each grade, named as in tables of predictions."""
    read = bool(fit.read[at])
    return {
        f"p{grade}": round(float(fit.posterior[at, code]), 6) if read else None
        for code, grade in enumerate(fit.scale)
    }
