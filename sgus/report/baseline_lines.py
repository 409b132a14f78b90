"""Baselines beside a model, as lines of text."""

from __future__ import annotations

from typing import Any, Final

from sgus.report.figures import unit_noun
from sgus.report.tables import NAMES

_SCOPES: Final = {
    ("four_grades", None): "four grades",
    ("stage1", None): "0/1 v 2/3",
    ("stage2a", "truth"): "0 v 1, true 0 and 1",
    ("stage2b", "truth"): "2 v 3, true 2 and 3",
}


def baseline_lines(report: dict[str, Any]) -> list[str]:
    """The differences of a model from its baselines.

    Args:
        report: As `run_baselines` made it.

    Returns:
        A line a figure: model, baseline, their difference with its interval, and n; why there is
        none; the caution at the end.
    """
    unit = report["resampling"]["unit"]
    if report["reason"] is not None:
        return [f"No differences: {report['reason']}."]
    lines: list[str] = []
    for baseline in report["baselines"]:
        lines += ["", f"Model against {baseline['title'].lower()}. {baseline['method']}"]
        lines += [
            _line(row, unit) for row in report["differences"] if row["second"] == baseline["name"]
        ]
    return [*lines, "", report["caution"]]


def _line(row: dict[str, Any], unit: str) -> str:
    scope = _SCOPES.get((row["scope"], row["subset"]), row["scope"])
    name = f"{NAMES.get(row['figure'], row['figure'])}, {scope}"
    n = f"{row['n_images']} images of {row['n_patients']} {unit_noun(unit, n=row['n_patients'])}"
    if row["value"] is None:
        return f"  {name:<58}not computed: {row['reason']}"
    ends = "" if row["low"] is None else f" ({row['low']:+.2f} to {row['high']:+.2f})"
    two = f"{row['first_value']:.2f} - {row['second_value']:.2f} = {row['value']:+.2f}{ends}"
    why = f"; {row['reason']}" if row["reason"] else ""
    return f"  {name:<58}{two}, {n}{why}"
