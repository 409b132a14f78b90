"""What other labels say and do, in words and rows; no streamlit here."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sgus.report.label_lines import named
from sgus.report.label_versions import moved_words
from sgus.ui.runs.figure_words import (
    Figure,
    counted,
    interval_words,
    made_from,
    people_words,
    remark,
    those,
)
from sgus.ui.runs.forest_chart import Line

if TYPE_CHECKING:
    from sgus.review.boundary import Boundary

KAPPA: Final = {"scope": "four_grades", "figure": "quadratic_kappa"}
_COLOURS: Final = ("#0072B2", "#D55E00")
_SHORT: Final = {
    "reference": "by the reference",
    "true_grade": "by the truth",
    "consensus": "by the consensus",
    "adjudicated": "by adjudication",
}
"""Headings of a drawing, which has little room at its left."""
WHY: Final = (
    "A model is not better because its test images were given other labels. Every figure is of the "
    "same frozen test images; compare runs within one version of the labels, never across versions."
)
SOFT_NOTE: Final = "Of soft labels the most probable grade is taken."


def learnt_words(learnt: Mapping[str, str]) -> str:
    """In a sentence: `demo-quick learnt the reference labels; demo-soft learnt soft labels.`."""
    said = [
        f"{run} learnt {'the ' if labels == 'reference' else ''}{labels} labels"
        for run, labels in learnt.items()
    ]
    return f"{'; '.join(said)}."


def figure_at(boundary: Boundary) -> dict[str, str]:
    """Scope and name of the figure that is about a boundary."""
    first = boundary.stage.name == "stage1"
    return {
        "scope": boundary.stage.name,
        "figure": "accuracy" if first else "balanced_accuracy",
    }


def version_rows(effect: Mapping[str, Any], boundary: Boundary) -> list[dict[str, str]]:
    """A row a version of the labels: what it changes in the test images."""
    n = effect["images"]["n_images"]
    return [
        {
            "labels": _title(version),
            "other than the reference": _differ(version, n, effect["unit"]),
            f"over {boundary.name}": over_words(version["moved"], boundary),
            "which became which": moved_words(version["moved"]),
        }
        for version in effect["versions"]
        if version["name"] != "reference"
    ]


def table_html(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as a table whose long cells break into lines.

    Args:
        rows: With the same columns each, one at least.
    """
    heads = "".join(f"<th>{html.escape(name[:1].upper() + name[1:])}</th>" for name in rows[0])
    lines = ("".join(f"<td>{html.escape(str(cell))}</td>" for cell in row.values()) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return (
        f'<div class="sgus-scroll"><table class="sgus-table"><tr>{heads}</tr>{body}</table></div>'
    )


def over_words(moved: Sequence[Sequence[int]], boundary: Boundary) -> str:
    """`12 up, 3 down`: images whose label lies on another side of a boundary than the reference."""
    grades = range(len(moved))
    up = sum(moved[a][b] for a in grades for b in grades if a <= boundary.lower < b)
    down = sum(moved[a][b] for a in grades for b in grades if b <= boundary.lower < a)
    return f"{up} up, {down} down"


def version_lines(effect: Mapping[str, Any], wanted: Mapping[str, str]) -> list[Line]:
    """A heading a version, below it a line a run.

    Args:
        effect: As `effect_of` made it.
        wanted: Scope and name of the figure.
    """
    lines = []
    colours = dict(zip(effect["runs"], _COLOURS, strict=False))
    for version in effect["versions"]:
        lines.append(Line(_SHORT.get(version["name"], version["name"])))
        lines += [
            Line(figure["run"], figure, colour=colours[figure["run"]])
            for figure in those(version["figures"], **wanted)
        ]
    return lines


def difference_rows(effect: Mapping[str, Any]) -> tuple[list[dict[str, str]], list[bool]]:
    """Between two runs, judged by one version of the labels; and which rest on few patients."""
    found = [
        (_title(version), figure)
        for version in effect["versions"]
        for figure in version["differences"]
    ]
    return [_row(title, figure, "judged by") for title, figure in found], _few(found)


def relabelled_rows(effect: Mapping[str, Any]) -> tuple[list[dict[str, str]], list[bool]]:
    """Of one run, judged by other labels less judged by the reference; and which are of few."""
    found = [
        (_title(version), figure)
        for version in effect["versions"]
        for figure in version["relabelled"]
    ]
    rows = [
        {"run": str(figure["run"])} | _row(title, figure, "less the reference")
        for title, figure in found
    ]
    return rows, _few(found)


def part_rows(parts: Sequence[Mapping[str, Any]], unit: str) -> list[dict[str, str]]:
    """What the learnt labels changed in each part, as `run.json` has it."""
    return [
        {
            "part": _part(part),
            "other label than the reference": (
                f"{part['n_differ']} of {counted(part['n_images'], 'image')}"
            ),
            "of": people_words(int(part["n_patients_differ"]), unit),
            "without a label of the source": str(part["n_fallback"]),
        }
        for part in parts
    ]


def _part(part: Mapping[str, Any]) -> str:
    return f"{part['part']}, fold {part['fold']}" if part["fold"] else f"{part['part']}, all folds"


def _title(version: Mapping[str, Any]) -> str:
    title = str(version["title"])
    return f"{title[:1].upper()}{title[1:]}"


def _differ(version: Mapping[str, Any], n: int, unit: str) -> str:
    if not version["n_differ"]:
        return f"none of {counted(n, 'image')}"
    people = people_words(int(version["n_patients_differ"]), unit)
    return f"{version['n_differ']} of {counted(n, 'image')}, {people}"


def _row(title: str, figure: Figure, column: str) -> dict[str, str]:
    return {
        "figure": named(figure),
        column: title,
        "difference": interval_words(figure, signed=True),
        "made from": made_from(figure),
        "remark": remark(figure),
    }


def _few(found: Sequence[tuple[str, Figure]]) -> list[bool]:
    return [bool(figure["few"]) for _, figure in found]
