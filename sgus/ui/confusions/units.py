"""Sentences said of patients, and of groups where nobody knows whether these are patients."""

from __future__ import annotations

import re
from typing import Final

from sgus.report.figures import unit_noun

# Not within a name: a run may be called `by-patient`.
_PATIENT: Final = re.compile(r"(?<![\w-])patient(s?)(?![\w-])")


def said_of(text: str, unit: str) -> str:
    """A sentence about patients, put so that it is true of what the images are grouped by.

    Args:
        text: With the words `patient` or `patients`.
        unit: What `patient_id` is: `patient`, `grouping key` or `unknown`.
    """
    if unit == "patient":
        return text
    return _PATIENT.sub(lambda found: unit_noun(unit, n=2 if found[1] else 1), text)
