"""The ceiling that readers' errors leave, as lines of the text report."""

from __future__ import annotations

import textwrap
from typing import Any, Final

from sgus.report.figures import Figure

_LABELS: Final = {"one_reader": "one reading", "median": "readers' median"}
_NAMES: Final = ("accuracy", "quadratic_kappa")
"""Figures of the text that have a ceiling."""
_SUBSETS: Final = {"four_grades": None, "stage1": None, "stage2a": "truth", "stage2b": "truth"}
"""The block whose images the ceiling of a scope is about."""


def ceiling_lines(report: dict[str, Any], figure: Figure) -> list[str]:
    """Lines that stand below a figure; none where it has no ceiling.

    Args:
        report: With or without `ceiling`.
        figure: A figure of the report.
    """
    scope, name = figure["scope"], figure["figure"]
    if name not in _NAMES or scope not in _SUBSETS or _SUBSETS[scope] != figure["subset"]:
        return []
    return [
        _line(row)
        for row in report.get("ceiling", {}).get("figures", [])
        if (row["scope"], row["figure"]) == (scope, name) and row["value"] is not None
    ]


def _line(row: dict[str, Any]) -> str:
    value = f"{row['value']:.2f}"
    if row["low"] is not None:
        value += f" ({row['low']:.2f} to {row['high']:.2f})"
    return f"    {'its ceiling':<32}{value}, where {_LABELS[row['label']]} is the truth"


def ceiling_note(report: dict[str, Any], *, width: int) -> list[str]:
    """What the ceiling is, or why there is none; nothing for a report that does not speak of it.

    Args:
        report: With or without `ceiling`.
        width: Of the lines.
    """
    said = report.get("ceiling")
    if said is None:
        return []
    if said["reason"] is not None:
        return ["", *textwrap.wrap(f"No ceiling of readers' errors: {said['reason']}.", width)]
    first = said["figures"][0]
    text = (
        f"Ceiling: what a model that knew every true grade would reach, since readers err "
        f"(Dawid-Skene; all readings of {said['cohort']}: {first['n_items']} images, "
        f"{first['n_readers']} readers). It takes readers for independent and the images of a "
        "grade for equally hard; images between two grades make it too high, most against the "
        "median."
    )
    return ["", *textwrap.wrap(text, width)]
