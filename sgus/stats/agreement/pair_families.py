"""All figures of pairs of readers, from one count of their cross-tables."""

from __future__ import annotations

from sgus.stats.agreement.cohen import cohen_family
from sgus.stats.agreement.family import Family
from sgus.stats.agreement.indices import bias_family, pabak_family, prevalence_family
from sgus.stats.agreement.light import light_family
from sgus.stats.agreement.pairs import pairs_of
from sgus.stats.agreement.panel import Panel
from sgus.stats.agreement.percent import percent_family, specific_family
from sgus.stats.agreement.reader_means import reader_mean_family

_FAMILIES = (
    cohen_family,
    light_family,
    reader_mean_family,
    percent_family,
    specific_family,
    prevalence_family,
    bias_family,
    pabak_family,
)


def pair_families(panel: Panel) -> list[Family]:
    """Every pairwise figure, ready for `estimate`, which sums the cross-tables only once.

    Args:
        panel: The ratings; with fewer than two readers each figure is a row that says so.
    """
    pairs = pairs_of(panel)
    return [family(panel, pairs) for family in _FAMILIES]
