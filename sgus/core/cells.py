"""Text from a file on its way into another one or onto a screen."""

from __future__ import annotations

from typing import Final

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


def spreadsheet_safe(text: str) -> str:
    """Text that a spreadsheet will not run: a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def printable(text: str, *, limit: int | None = None) -> str:
    """Text without control characters, which could steer a terminal or break a line.

    Args:
        text: Any text, such as a reader's name from an uploaded table.
        limit: Longest text to give; the rest becomes an ellipsis.
    """
    clean = "".join(mark if mark.isprintable() else _REPLACEMENT for mark in text)
    return clean if limit is None or len(clean) <= limit else clean[: limit - 1] + "…"
