"""What is said of one image at a boundary: who says what, and what to make of it; no streamlit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sgus.ui.confusions.units import said_of
from sgus.ui.runs.figure_words import counted
from sgus.ui.words import percent
from sgus.workflows.confusion_summary import APART

if TYPE_CHECKING:
    from sgus.review.boundary import Boundary
    from sgus.workflows.confusions import BoundaryView

UNDECIDED: Final = 0.2
"""A margin below is a close call: 60 to 40 or nearer."""
SURE: Final = 0.6
"""A margin from here on is called sure: 80 to 20 or further apart."""


QUALITY: Final = (
    "Label quality: how well the model\u2019s probabilities go with the grade, from 0 (not at all) "
    "to 1."
)


@dataclass(frozen=True)
class Verdict:
    """An image in words.

    Attributes:
        lead: Who says what.
        advice: What to make of it, and what to do.
        lines: Title and sentence: the model, the readers, the label, the folds.
    """

    lead: str
    advice: str
    lines: tuple[tuple[str, str], ...]


def row_of(seen: BoundaryView, image_id: str) -> dict[str, Any] | None:
    """The row of an image, None where the part has it not."""
    found = seen.rows[seen.rows["image_id"] == image_id]
    return None if found.empty else {str(k): v for k, v in found.iloc[0].items()}


def verdict_of(seen: BoundaryView, image_id: str) -> Verdict | None:
    """Say an image of a part; None where the part has it not.

    Args:
        seen: The boundary.
        image_id: The image.
    """
    row = row_of(seen, image_id)
    if row is None:
        return None
    label = _label_words(row, *rank_of(seen, image_id), why=seen.reasons.get("suspect", ""))
    folds = _folds_words(row, seen.boundary, seen.reasons.get("folds", ""))
    return Verdict(
        _lead(row, seen.boundary),
        advice_words(row),
        (
            ("Model", _model_words(row, seen.boundary)),
            ("Readers", readers_words(row, seen.boundary)),
            ("Grade", said_of(label, seen.unit)),
            ("Folds", said_of(folds, seen.unit)),
        ),
    )


def rank_of(seen: BoundaryView, image_id: str) -> tuple[int, int]:
    """Place of an image among all of its part by suspicion, from 1, and how many were ranked."""
    rows = seen.rows[seen.rows["label_quality"].notna()]
    mine = rows.loc[rows["image_id"] == image_id, "label_quality"]
    if mine.empty:
        return 0, len(rows)
    return int((rows["label_quality"] < mine.iloc[0]).sum()) + 1, len(rows)


def _lead(row: Mapping[str, Any], at: Boundary) -> str:
    said = f"The cohort\u2019s grade is {row['grade']}, the model says {row['predicted']}"
    ways = {"called higher": "too high", "called lower": "too low"}
    if row["direction"] in ways:
        return f"{said}: if that grade is right, the gland is called {ways[row['direction']]}."
    return f"{said}: both on one side of {at.name}."


def advice_words(row: Mapping[str, Any]) -> str:
    """What to make of an image; the readers weigh more than any score of a model."""
    crossed = bool(row["crossed"])
    # Crossed with a margin above 0: the likeliest grade lies across, the sum of them does not.
    margin = max(0.0, -float(row["margin"])) if crossed else abs(float(row["margin"]))
    against, apart = _number(row["readers_against"]), _number(row["readers_apart"])
    if against is not None and against > 0.5:
        side = "and the model with them" if crossed else "but not the model"
        return (
            f"Most readings are on the other side than the cohort\u2019s grade, {side}: the grade "
            "itself is in doubt. Have it settled."
        )
    if apart is not None and apart >= APART:
        return (
            "Contested: the readers are divided themselves. Have two adjudicators settle it before "
            "it counts as a mistake of the model."
            if crossed
            else "The readers are divided; the model happens to agree with the cohort\u2019s grade."
        )
    if crossed and margin < UNDECIDED:
        return "A close call: the model is undecided, so that little could turn it."
    if crossed and against == 0 and margin >= SURE:
        return (
            "All readings agree and the model is sure of the opposite: look for what misled it "
            "(an artefact, the gain, what lies beside the gland)."
        )
    if crossed and against is None and margin >= SURE:
        return (
            "The model is sure of the opposite of the one grade that the cohort holds: have it "
            "graded again, blinded."
        )
    if crossed:
        return "The model differs from the cohort\u2019s grade. Look at picture and examples."
    return "Nothing here is contested."


def _model_words(row: Mapping[str, Any], at: Boundary) -> str:
    margin = float(row["margin"])
    sure = (
        "undecided" if abs(margin) < UNDECIDED
        else "sure" if abs(margin) >= SURE else "fairly sure"
    )  # fmt: skip
    upper = (1 + margin) / 2 if row["grade"] >= at.upper else (1 - margin) / 2
    said = f"{percent(upper)} for {_side(at, upper=True)}, {percent(1 - upper)} for "
    said += f"{_side(at, upper=False)}"
    if bool(row["crossed"]) and margin > 0:
        return (
            f"of two minds: grade {row['predicted']} is its single most probable grade, but "
            f"taken together {said}."
        )
    return f"{sure}: {said}."


def readers_words(row: Mapping[str, Any], at: Boundary) -> str:
    """How many readers stand on each side, by the first reading of each."""
    n = _number(row["n_readings"]) or 0
    higher = _number(row["readers_higher"])
    if not n or higher is None:
        return "the cohort holds no single readings of it."
    up = round(n * higher)
    n = int(n)
    if up in (0, n):
        every = "the only reader says" if n == 1 else f"all {n} readers say"
        return f"{every} {_side(at, upper=bool(up))}."
    return (
        f"divided: of {n} readers, {n - up} say {_side(at, upper=False)} and {up} say "
        f"{_side(at, upper=True)}."
    )


def _label_words(row: Mapping[str, Any], rank: int, n: int, *, why: str) -> str:
    quality = _number(row["label_quality"])
    if quality is None:
        return f"not judged: {why or 'it was not held out'}."
    place = f"number {rank:,} of {n:,} by suspicion"
    if quality >= 0.5:
        return (
            f"not suspect: no other grade is more probable (label quality {quality:.2f}, {place}). "
            f"{QUALITY}"
        )
    return (
        f"suspect to some degree: another grade is more probable (label quality {quality:.2f}, "
        f"{place}). {QUALITY} A low one is a reason to look again, no proof."
    )


def _folds_words(row: Mapping[str, Any], at: Boundary, why: str) -> str:
    spread, share = _number(row["fold_spread"]), _number(row["folds_higher"])
    n = _number(row["n_held_out"])
    if spread is None or share is None or n is None:
        return f"not compared: {why or 'only one model was kept from learning of this patient'}."
    up = round(n * share)
    called = (
        f"all say {_side(at, upper=bool(up))}" if up in (0, n)
        else f"{up} of them {'says' if up == 1 else 'say'} {_side(at, upper=True)}"
    )  # fmt: skip
    return (
        f"{int(n)} models that did not learn from this patient: {called}; their probabilities of "
        f"{_side(at, upper=True)} differ by {_points(spread)}."
    )


def _points(spread: float) -> str:
    """`up to 7 percentage points`; what rounds to none is said as less than one."""
    points = round(100 * spread)
    return f"up to {counted(points, 'percentage point')}" if points else "less than 1 point"


def _side(at: Boundary, *, upper: bool) -> str:
    """A side of the boundary: `1 or above`, `0`."""
    if upper:
        return f"{at.upper} or above" if at.upper < 3 else str(at.upper)
    return f"{at.lower} or below" if at.lower > 0 else str(at.lower)


def _number(value: Any) -> float | None:
    """A cell of a nullable column."""
    return None if value is None or str(value) in ("<NA>", "nan") else float(value)
