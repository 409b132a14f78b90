"""The story of an image as HTML; no streamlit here."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from sgus.core.grades import DESCRIPTIONS
from sgus.ui.theme import GRADE_COLOURS, ON_GRADE
from sgus.workflows.cohort_predictions import Prediction
from sgus.workflows.cohort_story import Reading

NAMES: Mapping[str, str] = {
    "patient_id": "Patient", "visit": "Visit", "gland": "Gland", "side": "Side",
    "centre": "Centre", "device": "Device", "device_class": "Device class",
    "operator": "Operator", "width_px": "Width, pixels", "height_px": "Height, pixels",
    "spacing_mm": "Pixel, mm", "sex": "Sex", "age_years": "Age, years",
}  # fmt: skip


def dot(grade: int | None) -> str:
    """A grade in its colour; a dash where there is none."""
    if grade is None or grade < 0:
        return '<span class="sgus-muted">–</span>'
    style = f"background:{GRADE_COLOURS[grade]};color:{ON_GRADE[grade]}"
    return f'<span class="sgus-dot" style="{style}">{grade}</span>'


def reference_html(grade: int, readings: Sequence[Reading]) -> str:
    """The grade of the table, and who said what.

    Args:
        grade: -1 where the image is not graded.
        readings: By reader, then by time.
    """
    words = html.escape(DESCRIPTIONS[grade]) if grade >= 0 else "not graded"
    lines = [f"<p><b>Grade of the cohort</b> {dot(grade)} {words}</p>"]
    if not readings:
        lines.append('<p class="sgus-muted">The cohort holds no single readings of it.</p>')
        return "".join(lines)
    by_reader: dict[str, list[Reading]] = {}
    for reading in readings:
        by_reader.setdefault(reading.rater, []).append(reading)
    rows = "".join(
        f"<tr><td>{html.escape(rater)}</td><td>{' '.join(dot(one.grade) for one in mine)}</td></tr>"
        for rater, mine in by_reader.items()
    )
    return (
        f'{"".join(lines)}<table class="sgus-table"><tr><th>Reader</th><th>Readings, the first at '
        f"the left</th></tr>{rows}</table>"
    )


def facts_html(facts: Mapping[str, str], flags: Sequence[str], parts: Sequence[str]) -> str:
    """What the table says, flags and parts of splits.

    Args:
        facts: Column to cell.
        flags: In words.
        parts: Names of parts of splits.
    """
    rows = [
        f"<tr><td>{html.escape(NAMES[name])}</td><td>{html.escape(facts[name])}</td></tr>"
        for name in NAMES
        if name in facts
    ]
    rest = [
        f"<tr><td>{html.escape(name)}</td><td>{html.escape(value)}</td></tr>"
        for name, value in facts.items()
        if name not in NAMES
    ]
    count = "1 more column" if len(rest) == 1 else f"{len(rest)} more columns"
    more = f"<details><summary>{count}</summary>{_facts_table(rest)}</details>" if rest else ""
    said = f"<p><b>Flags</b>: {html.escape('; '.join(flags)) or 'none'}</p>"
    if parts:
        said += f"<p><b>In splits</b>: {html.escape('; '.join(parts))}</p>"
    return f"{said}{_facts_table(rows)}{more}"


def _facts_table(rows: Sequence[str]) -> str:
    return f'<table class="sgus-table sgus-facts-table">{"".join(rows)}</table>'


def predictions_html(found: Sequence[Prediction], *, grades: Sequence[int]) -> str:
    """What runs say: the grade, its probabilities, and whether the model knew the image.

    Args:
        found: The predictions.
        grades: Of the probabilities, in their order.
    """
    heads = "".join(f"<th>P({grade})</th>" for grade in grades)
    rows = []
    for one in found:
        chances = "".join(f"<td>{p:.2f}</td>" for p in one.p) or "<td></td>" * len(grades)
        name = html.escape(one.run.name) + (" (learnt from phantoms)" if one.run.synthetic else "")
        apart = "" if one.reference is None else _apart(one.grade - one.reference)
        seen = html.escape(one.seen)
        seen = seen if one.part == "test" else f'<span class="sgus-muted">{seen}</span>'
        rows.append(
            f"<tr><td>{name}</td><td>{dot(one.grade)}</td><td>{apart}</td>{chances}"
            f"<td>{seen}</td></tr>"
        )
    return (
        '<div class="sgus-scroll"><table class="sgus-table"><tr><th>Run</th><th>Says</th>'
        f"<th>Beside the grade of the cohort</th>{heads}<th>This image was in its</th></tr>"
        f"{''.join(rows)}</table></div>"
    )


def _apart(difference: int) -> str:
    if not difference:
        return "the same"
    grades = "1 grade" if abs(difference) == 1 else f"{abs(difference)} grades"
    return f"{grades} {'above' if difference > 0 else 'below'}"
