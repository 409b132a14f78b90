"""What the sanity checks of maps say, in plain sentences."""

from __future__ import annotations

from typing import Any, Final

HALF: Final = 0.5
"""A rank correlation above it with a network that forgot everything is too much to trust a map."""


def sentences(figures: list[dict[str, Any]], *, masked: bool) -> list[str]:
    """A sentence a check and stage, each with the figure it rests on.

    Args:
        figures: Rows of `cam_sanity.map_sanity`.
        masked: The gland is known by a mask; otherwise the middle of the image stands for it.
    """
    where = "the gland" if masked else "the middle of the image (no mask is known)"
    said = []
    for stage in dict.fromkeys(row["stage"] for row in figures):
        own = {row["title"]: row for row in figures if row["stage"] == stage}
        said += [f"{stage}: {text}" for text in _of_stage(own, where)]
    return said


def _of_stage(own: dict[str, dict[str, Any]], where: str) -> list[str]:
    last = [row for title, row in own.items() if title.startswith("rank correlation, rand")][-1]
    return [
        _randomised(last),
        _signed(
            own["inside more than chance"],
            f"maps lie in {where} more than their area would by chance",
            f"maps lie in {where} less than their area would by chance",
            f"maps do not lie in {where} more than chance gives",
        ),
        _signed(
            own["deletion area, random minus map"],
            "taking away what the map shows makes the decision fall sooner than a random order",
            "taking away what the map shows makes the decision fall later than a random order: "
            "the map does not show what it rests on",
            "taking away what the map shows does no more than a random order",
        ),
    ]


def _randomised(row: dict[str, Any]) -> str:
    if row["low"] is None:
        return f"whether maps change with the model cannot be said ({row['reason']})."
    text = f"{row['value']:.2f}, {row['low']:.2f} to {row['high']:.2f}"
    if row["high"] < HALF:
        return f"maps change when the model forgets (rank correlation {text})."
    if row["low"] > HALF:
        return f"FAILED: maps stay alike when the model forgets (rank correlation {text})."
    return f"undecided whether maps change when the model forgets (rank correlation {text})."


def _signed(row: dict[str, Any], above: str, below: str, neither: str) -> str:
    if row["low"] is None:
        return f"not decided: {row['reason']}."
    text = f"({row['value']:+.2f}, {row['low']:+.2f} to {row['high']:+.2f})"
    said = above if row["low"] > 0 else below if row["high"] < 0 else neither
    return f"{said} {text}."
