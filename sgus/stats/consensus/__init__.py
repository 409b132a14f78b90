"""One grade out of several readings: by counting, and by a model of the readers' errors.

A consensus is always an array of its own; no reading is overwritten.
"""

from sgus.stats.consensus.ceiling import Ceiling, stage_ceilings
from sgus.stats.consensus.dawid_skene import (
    DawidSkene,
    Start,
    dawid_skene,
    hard_labels,
    label_entropy,
    label_margin,
)
from sgus.stats.consensus.majority import MajorityTie, majority_consensus
from sgus.stats.consensus.median import MedianTie, leave_one_out_median, median_consensus

__all__ = [
    "Ceiling",
    "DawidSkene",
    "MajorityTie",
    "MedianTie",
    "Start",
    "dawid_skene",
    "hard_labels",
    "label_entropy",
    "label_margin",
    "leave_one_out_median",
    "majority_consensus",
    "median_consensus",
    "stage_ceilings",
]
