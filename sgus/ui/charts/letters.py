"""Grades as they look on this page, on any scale; no streamlit here."""

from __future__ import annotations

from collections.abc import Sequence

from sgus.core.grades import GRADES
from sgus.ui.theme import GRADE_COLOURS, INK, ON_GRADE, TRACK


def grade_style(grade: int, scale: Sequence[int]) -> str:
    """Colours of a grade's circle; those of the OMERACT grades on no other scale."""
    if tuple(scale) != GRADES:
        return f"background:{TRACK};color:{INK}"
    return f"background:{GRADE_COLOURS[grade]};color:{ON_GRADE[grade]}"
