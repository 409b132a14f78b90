"""One grade out of several readings: by counting, and by a model of the readers' errors.

A consensus is always an array of its own; no reading is overwritten.
"""

from sgus.stats.consensus.majority import MajorityTie, majority_consensus
from sgus.stats.consensus.median import MedianTie, leave_one_out_median, median_consensus

__all__ = [
    "MajorityTie",
    "MedianTie",
    "leave_one_out_median",
    "majority_consensus",
    "median_consensus",
]
