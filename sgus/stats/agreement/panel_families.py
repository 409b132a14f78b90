"""All figures of all readers together."""

from __future__ import annotations

from sgus.stats.agreement.brennan import brennan_family
from sgus.stats.agreement.conger import conger_family
from sgus.stats.agreement.family import Family
from sgus.stats.agreement.fleiss import fleiss_family
from sgus.stats.agreement.gwet import gwet_family
from sgus.stats.agreement.icc import one_way_family, two_way_family
from sgus.stats.agreement.kendall import kendall_family
from sgus.stats.agreement.krippendorff import krippendorff_family
from sgus.stats.agreement.overall import percent_family, specific_family
from sgus.stats.agreement.panel import Panel

_FAMILIES = (
    fleiss_family,
    conger_family,
    krippendorff_family,
    gwet_family,
    brennan_family,
    two_way_family,
    one_way_family,
    kendall_family,
    percent_family,
    specific_family,
)


def panel_families(panel: Panel) -> list[Family]:
    """Every family of figures about all readers together, in the order of the report.

    Args:
        panel: The ratings; no items, one reader or one grade give figures with reasons.
    """
    return [family(panel) for family in _FAMILIES]
