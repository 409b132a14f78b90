"""Problems with a table in the words of the page: the library speaks of options it has not got."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from sgus.core.errors import CohortError, SgusError
from sgus.core.grades import GRADES

SCALE_FIELD: Final = "Grades that could be given"
PATIENT_FIELD: Final = "Column of the patients"
SCALE_TEXT: Final = ", ".join(map(str, GRADES))
_GRADE: Final = re.compile(r"[+-]?\d{1,4}")
"""Longer numbers are no grades."""
_WORDS: Final = (
    (r"such as --grades (\S+?)(?=\.? |$)", rf"such as \1 in “{SCALE_FIELD}”"),
    (r"leave a column that holds no grades out with --ignore (.+)$",
     r"delete column \1 from the table if it holds no grades"),
    (r"Keep it with --attribute-column .+, or leave it out with --ignore (.+)$",
     r"Delete column \1 from the table"),
    (r"resample images instead of patients with --ignore (.+)$",
     r"delete column \1 from the table: images are then resampled instead of patients"),
    (r"name it with --patient-column .+, or leave", f"name it in “{PATIENT_FIELD}”, or leave"),
    (r"leave it out with --ignore (.+)$", r"delete column \1 from the table"),
    (r" for --patient-column$", f", which “{PATIENT_FIELD}” asks for"),
)  # fmt: skip


def problem_text(error: SgusError) -> str:
    """What went wrong in one line, without the folders of this machine."""
    return f"{Path(str(error.item)).name}: {on_page(error.cause)}. {on_page(error.next_step)}."


def on_page(text: str) -> str:
    """A cause or a next step with the fields of the page for the options of the command line."""
    for option, said in _WORDS:
        text = re.sub(option, said, text, flags=re.DOTALL)
    return text


def scale_of(text: str) -> tuple[int, ...]:
    """The grades that could be given, as a person writes them.

    Args:
        text: Such as `0, 1, 2, 3` or `0 1 2 3`.

    Raises:
        CohortError: It is no list of whole numbers.
    """
    parts = re.split(r"[,;\s]+", text.strip(" ,;\t"))
    if not all(_GRADE.fullmatch(part) for part in parts):
        cause = f"{text!r} is no list of whole numbers"
        raise CohortError("grades", cause, f"Write all of them: {SCALE_TEXT}")
    return tuple(map(int, parts))
