"""Boundaries between neighbouring grades, made visible: swaps, shares, contested items."""

from sgus.stats.boundary.contested import ContestedItem, contested_items
from sgus.stats.boundary.intra_swaps import intra_swap_family
from sgus.stats.boundary.neighbours import Boundary, boundaries
from sgus.stats.boundary.shares import (
    disagreement_family,
    intra_disagreement_family,
    sharing_forms,
)
from sgus.stats.boundary.swap_kappa import swap_kappa_family
from sgus.stats.boundary.swap_matrix import SwapMatrix, swap_matrix
from sgus.stats.boundary.swaps import swap_family

__all__ = [
    "Boundary",
    "ContestedItem",
    "SwapMatrix",
    "boundaries",
    "contested_items",
    "disagreement_family",
    "intra_disagreement_family",
    "intra_swap_family",
    "sharing_forms",
    "swap_family",
    "swap_kappa_family",
    "swap_matrix",
]
