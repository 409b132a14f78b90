"""What simulations say of an interval: whether 95 % intervals of this kind hold the truth.

Only what was measured and fell outside 93 to 97 % is told; see docs/statistics.md, "Coverage of
the intervals".
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sgus.stats.agreement.family import Agreement
from sgus.stats.agreement.measured_coverage import OUTSIDE, SIZES

INDEPENDENT: Final = "every item taken as independent"
PLAIN_T: Final = "t interval"
LOGIT_T: Final = f"{PLAIN_T} on the logit scale"
LEAST: Final = 20
"""Patients below which the smallest simulated panels say nothing of the interval."""


def coverage_note(agreement: Agreement) -> str | None:
    """What is known against an interval.

    Args:
        agreement: A figure with its interval and method.

    Returns:
        A clause for behind the method: how often such intervals held the true value on simulated
        panels of about this size, where that was not in 93 to 97 % of them; or that panels of so
        few patients were not simulated. None without an interval, and where nothing is known
        against it.
    """
    way = _way(agreement)
    if agreement.low is None or way is None:
        return None
    if agreement.n_units < LEAST:
        return f"not tested by simulation below {LEAST} patients"
    size = min(SIZES, key=lambda n: max(n / agreement.n_units, agreement.n_units / n))
    label = agreement.label
    found = OUTSIDE.get((way, label.statistic, label.form), {}).get(size)
    if found is None:
        return None
    low, high = (f"{end:.1f}" for end in found)
    span = low if low == high else f"{low} to {high}"
    return f"such intervals held the true value in {span} % of simulated panels of {size} patients"


def noted(agreement: Agreement) -> Agreement:
    """The figure with its `coverage_note`, if any, behind its method."""
    note = coverage_note(agreement)
    return replace(agreement, method=f"{agreement.method}; {note}") if note else agreement


def _way(agreement: Agreement) -> str | None:
    """How the interval was made, in the words of the table."""
    method = agreement.method.split("; standard error:")[0]
    if INDEPENDENT in method:
        clustered = agreement.n_items > agreement.n_units
        return "formula, several items a patient" if clustered else "formula"
    return "bootstrap" if f"bootstrap, {PLAIN_T}" in method else None
