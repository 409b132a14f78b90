"""What the browser says of a case, checked before anything is done; no streamlit here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SAVE: Final = "save"
UNDO: Final = "undo"
NEXT: Final = "next"
KINDS: Final = (SAVE, UNDO, NEXT)
_LONGEST: Final = 200
_MOST_SECONDS: Final = 24 * 3600.0
_SCREEN: Final = ("picture_px", "window_px", "pixel_ratio")


@dataclass(frozen=True)
class Event:
    """Something the adjudicator did.

    Attributes:
        kind: `save`, `undo`, or `next` after an answer was shown.
        token: The case that was on screen.
        nonce: Names this event, so that the browser knows which one was answered.
        form: Name of the field to value, as sent.
        seconds: How long the picture was looked at; None where not measured.
        screen: Size of picture and window, pixels, and device pixels for each.
    """

    kind: str
    token: str
    nonce: str
    form: Mapping[str, Any] = field(default_factory=dict)
    seconds: float | None = None
    screen: Mapping[str, Any] = field(default_factory=dict)


def parse_event(said: object) -> Event | None:
    """Read what came from the browser.

    Args:
        said: The value of the component.

    Returns:
        The event; None where it is none of this page's.
    """
    if not isinstance(said, Mapping) or said.get("kind") not in KINDS:
        return None
    token, nonce = said.get("token"), said.get("nonce")
    if not (_short(token) and _short(nonce)):
        return None
    form = said.get("form")
    return Event(
        kind=str(said["kind"]),
        token=str(token),
        nonce=str(nonce),
        form=_plain(form) if isinstance(form, Mapping) else {},
        seconds=_seconds(said.get("seconds")),
        screen=_screen(said.get("screen")),
    )


def _short(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text) <= _LONGEST


def _plain(form: Mapping[Any, Any]) -> dict[str, str | int]:
    return {
        str(name): value
        for name, value in form.items()
        if isinstance(value, str | int) and not isinstance(value, bool)
    }


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and 0 <= value <= _MOST_SECONDS else None


def _screen(value: object) -> dict[str, Any]:
    """Numbers alone, and of the known names alone: this goes into the ledger."""
    found = value if isinstance(value, Mapping) else {}
    return {name: found[name] for name in _SCREEN if name in found and _numbers(found[name])}


def _numbers(value: object) -> bool:
    values = value if isinstance(value, list) else [value]
    return len(values) <= 2 and all(
        isinstance(one, int | float) and not isinstance(one, bool) and math.isfinite(one)
        for one in values
    )
