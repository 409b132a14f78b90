"""Groups of images in words; no streamlit here, so that every sentence is tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sgus.report.figures import unit_noun
from sgus.ui.runs.forest_chart import Line

MEASURES: Final = {
    "accuracy": ("accuracy", "four_grades"),
    "balanced accuracy": ("balanced_accuracy", "four_grades"),
    "quadratic kappa": ("quadratic_kappa", "four_grades"),
    "ranked probability score": ("ranked_probability_score", "four_grades"),
    "accuracy of 0/1 v 2/3": ("accuracy", "stage1"),
    "balanced accuracy of 0 v 1": ("balanced_accuracy", "stage2a"),
    "balanced accuracy of 2 v 3": ("balanced_accuracy", "stage2b"),
}
"""Name on screen to figure and scope, those of `sgus.report.main_figures`."""
ATTRIBUTES: Final = {
    "gland": "gland", "centre": "centre", "device": "device", "device_class": "device class",
    "sex": "sex", "age": "age, years",
}  # fmt: skip
LOOK: Final = "A group that stands out is a reason to look at its images, not a finding."


def group_lines(section: Mapping[str, Any], measure: str) -> list[Line]:
    """A heading an attribute and a line a group.

    Args:
        section: `subgroups` of `explore`.
        measure: Of `MEASURES`.
    """
    name, scope = MEASURES[measure]
    own = [f for f in section["figures"] if f["figure"] == name and f["scope"] == scope]
    lines: list[Line] = []
    for attribute in section["attributes"]:
        title = str(attribute["attribute"])
        lines.append(Line(ATTRIBUTES.get(title, title)))
        lines += [Line(str(f["group"]), f) for f in own if f["attribute"] == title]
    return lines


def whole_value(report: Mapping[str, Any] | None, measure: str, where: str) -> float | None:
    """The figure of all images of the part, from the run's report.

    Args:
        report: `report.json`, or None.
        measure: Of `MEASURES`.
        where: Part of the run.
    """
    name, scope = MEASURES[measure]
    found = (
        f["value"]
        for f in (report or {}).get("figures", [])
        if (f["figure"], f["scope"], f["where"]) == (name, scope, where)
        and f.get("subset") in (None, "truth")
        and f.get("grade") is None
    )
    value = next(found, None)
    return None if value is None else float(value)


def left_out_words(left_out: Sequence[Mapping[str, str]]) -> str:
    """Which attributes are not shown, and why; "" where all are."""
    parts = [
        f"{ATTRIBUTES.get(one['attribute'], one['attribute'])} ({one['reason']})"
        for one in left_out
    ]
    return f"Not shown: {'; '.join(parts)}." if parts else ""


def shared_words(attributes: Sequence[Mapping[str, Any]], unit: str) -> str:
    """Attributes whose groups share patients; "" where none does."""
    parts = [
        f"{ATTRIBUTES.get(a['attribute'], a['attribute'])} ({a['patients_in_several']:,})"
        for a in attributes
        if a["patients_in_several"]
    ]
    noun = unit_noun(unit)
    return f"{noun.capitalize()} who stand in several groups: {', '.join(parts)}." if parts else ""
