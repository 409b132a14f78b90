"""How a cell of a table becomes a value of the manifest, or is refused with a reason."""

from __future__ import annotations

import math
import re
from typing import Final

from sgus.core.grades import GRADES

GLANDS: Final = ("parotid", "submandibular")
SIDES: Final = ("left", "right")
DEVICE_CLASSES: Final = ("high_end", "handheld")
VOCABULARIES: Final = {"gland": GLANDS, "side": SIDES, "device_class": DEVICE_CLASSES}

_SHORT_FORMS: Final = {
    "gland": {"pg": "parotid", "smg": "submandibular"},
    "side": {"l": "left", "r": "right"},
    "device_class": {"high-end": "high_end", "high end": "high_end", "hand-held": "handheld"},
}
_YES: Final = ("true", "yes", "1")
_NO: Final = ("false", "no", "0", "")
_NAME: Final = re.compile(r"\w(?:[\w .()+-]{0,78}[\w)])?")


def parse_grade(text: str) -> int | None:
    """Read a grade; `2.0` is the whole number 2, an empty cell is an image without a grade.

    Raises:
        ValueError: It is not a number, not whole, or not a grade.
    """
    if not text:
        return None
    number = _number(text, "grade")
    if not number.is_integer():
        raise ValueError(f"grade {text!r} is not a whole number")
    if int(number) not in GRADES:
        raise ValueError(f"grade {text!r} is outside {GRADES[0]}-{GRADES[-1]}")
    return int(number)


def parse_count(text: str, *, field: str) -> int | None:
    """Read a whole number of 1 or more, or an empty cell.

    Raises:
        ValueError: It is something else.
    """
    if not text:
        return None
    number = _number(text, field)
    if not number.is_integer() or number < 1:
        raise ValueError(f"{field} {text!r} is not a whole number of 1 or more")
    return int(number)


def parse_length(text: str, *, field: str) -> float | None:
    """Read a number above 0, or an empty cell.

    Raises:
        ValueError: It is something else.
    """
    if not text:
        return None
    number = _number(text, field)
    if number <= 0:
        raise ValueError(f"{field} {text!r} is not above 0")
    return number


def parse_flag(text: str) -> bool:
    """Read yes or no; an empty cell is no.

    Raises:
        ValueError: It is neither.
    """
    word = text.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError(f"{text!r} is neither true nor false")


def parse_choice(text: str, *, field: str) -> str:
    """Read a value of a closed vocabulary (`VOCABULARIES`), whatever its case, or an empty cell.

    Raises:
        ValueError: It is not in the vocabulary of `field`.
    """
    word = text.casefold()
    word = _SHORT_FORMS[field].get(word, word)
    if word and word not in VOCABULARIES[field]:
        raise ValueError(f"{field} {text!r} is not {' or '.join(VOCABULARIES[field])}")
    return word


def is_name(text: str) -> bool:
    """Whether `text` can name a file on every system: an image, a split, a fold."""
    return _NAME.fullmatch(text) is not None and ".." not in text


def _number(text: str, field: str) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise ValueError(f"{field} {text!r} is not a number") from error
    if not math.isfinite(number):
        raise ValueError(f"{field} {text!r} is not a number")
    return number
