"""The form as the keyboard meets it: a key for everything that can be said; no streamlit here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sgus.core.grades import DESCRIPTIONS, GRADES
from sgus.review.form import CONFIDENCES, ITEM_TITLES, ITEMS, NOT_GRADABLE, REASONS
from sgus.ui.theme import GRADE_COLOURS, INK, ON_GRADE

NO_GRADE: Final = "none"
"""What stands for the grade of an image that cannot be graded."""
ITEM_KEYS: Final = {
    "echogenicity": "e", "homogeneity": "g", "hypoechoic_areas": "y",
    "hyperechoic_reflections": "r", "border": "b", "quality": "q",
}  # fmt: skip
"""A letter of each item's name that is no other key: h, l, m, n and u are taken."""
REASON_KEY: Final = "c"
OFFERED_REASONS: Final = tuple(code for code in REASONS if code != NOT_GRADABLE)
"""Not gradable is no reason for a grade: it is given with its own key."""

Field = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What the form says, in the words of the ledger.

    Attributes:
        grade: 0 to 3; None where the image cannot be graded.
        confidence: `low`, `medium` or `high`.
        items: Items that were stated.
        reason: Reason code, or "".
    """

    grade: int | None
    confidence: str
    items: dict[str, str]
    reason: str


def fields() -> list[Field]:
    """The form for the browser, in the order it is drawn.

    Returns:
        For each field `name, title, required, kind, key, choices`: of the kind `direct` each
        choice has a key of its own, of `cycle` the field's key steps through them, of `menu` it
        opens a list of at most nine.
    """
    return [_grade(), _confidence(), *(_item(name) for name in ITEMS), _reason()]


def answer_of(form: Mapping[str, Any]) -> Answer:
    """What was filled in; whether it is allowed is for the ledger to say.

    Args:
        form: Name of the field to value, as the browser sent it.
    """
    said = form.get("grade")
    none = said == NO_GRADE
    grade = None if none or not isinstance(said, int) else said
    reason = NOT_GRADABLE if none else str(form.get("reason") or "")
    items = {name: str(form[name]) for name in ITEMS if form.get(name)}
    return Answer(grade, str(form.get("confidence") or ""), items, reason)


def _grade() -> Field:
    choices = [
        {
            "value": grade, "key": str(grade), "label": "", "hint": DESCRIPTIONS[grade],
            "colour": GRADE_COLOURS[grade], "ink": ON_GRADE[grade],
        }
        for grade in GRADES
    ]  # fmt: skip
    none = {"value": NO_GRADE, "key": "n", "label": "none", "hint": REASONS[NOT_GRADABLE],
            "colour": INK, "ink": "#FFFFFF"}  # fmt: skip
    return _field("grade", "Grade", "direct", [*choices, none], required=True)


def _confidence() -> Field:
    choices = [{"value": word, "key": word[0], "label": word} for word in CONFIDENCES]
    return _field("confidence", "Confidence", "direct", choices, required=True)


def _item(name: str) -> Field:
    choices = [{"value": value, "label": words} for value, words in ITEMS[name].items()]
    return _field(name, ITEM_TITLES[name], "cycle", choices, key=ITEM_KEYS[name])


def _reason() -> Field:
    choices = [{"value": code, "label": REASONS[code]} for code in OFFERED_REASONS]
    return _field("reason", "Reason code", "menu", choices, key=REASON_KEY)


def _field(
    name: str, title: str, kind: str, choices: list[Field], *, key: str = "", required: bool = False
) -> Field:
    return {
        "name": name, "title": title, "kind": kind, "key": key, "required": required,
        "choices": choices,
    }  # fmt: skip
