"""Prediction sets in words a clinician uses; no streamlit here, so that every one is tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sgus.report.figures import unit_noun
from sgus.ui.runs.figure_words import Figure, counted, interval_words, made_from, one

MEANING: Final = (
    "Where the model cannot decide, \u201c0-1\u201d is an honest answer: the set of grades that "
    "the image may have. Sets are made so large that they hold the true grade as often as you ask "
    "for below. A large set means: ask a reader."
)
NOT_PROMISED: Final = (
    "Promised for patients like those of the images it was calibrated on, taken together. Not "
    "promised: the same in every grade and on every device; that is why they are shown one by one."
)
SCORES: Final = {
    "neighbouring grades only": "ordinal",
    "the smallest sets": "least_ambiguous",
}
_NUMBERS: Final = {0: "no grade at all", 1: "one grade", 2: "two grades", 3: "three grades",
                   4: "all four grades"}  # fmt: skip


def promise_words(alpha: float) -> str:
    """`9 of 10`: how often a set is to hold the true grade."""
    return {0.05: "19 of 20", 0.1: "9 of 10", 0.2: "8 of 10", 0.3: "7 of 10"}.get(
        alpha, f"{100 * (1 - alpha):.0f} of 100"
    )


def size_of(text: str) -> int:
    """Grades in a set as the report writes it: `0-2` holds three, `none` none."""
    if text == "none":
        return 0
    first, _, last = text.partition("-")
    return int(last) - int(first) + 1 if last else len(text.split(", "))


def size_rows(counts: Sequence[Mapping[str, Any]], score: str) -> list[dict[str, Any]]:
    """How many images got one grade, two, ...: a row a size.

    Args:
        counts: Of `conformal`.
        score: `ordinal` or `least_ambiguous`.
    """
    rows = []
    for size, words in _NUMBERS.items():
        own = [c for c in counts if c["score"] == score and size_of(c["set"]) == size]
        if own:
            n = sum(c["n_images"] for c in own)
            rows.append({"size": size, "words": words, "n_images": n,
                         "holds": sum(c["holds"] for c in own)})  # fmt: skip
    return rows


def sizes_words(rows: Sequence[Mapping[str, Any]]) -> str:
    """How many images get one grade, how many two, in a sentence."""
    total = sum(row["n_images"] for row in rows)
    parts = [f"{row['n_images']:,} get {row['words']}" for row in rows]
    joined = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"Of {counted(total, 'image')}, {joined}."


def coverage_words(figures: Sequence[Figure], score: str, alpha: float) -> str:
    """What was asked for, and what was found on the test patients."""
    by_patient = one(figures, figure="coverage_of_patients", score=score)
    by_image = one(figures, figure="coverage", score=score, by=None)
    if by_patient is None or by_image is None:
        return ""
    interval = by_patient["reason"] or "95 % interval"
    return (
        f"Asked for: {promise_words(alpha)}. Found, each patient counting once: "
        f"{interval_words(by_patient)} ({made_from(by_patient)}; {interval}). Each "
        f"image counting once: {interval_words(by_image)}."
    )


def refusal_words(reason: str, unit: str) -> str:
    """Why there are no sets, and what to do."""
    return (
        f"There are no prediction sets: {reason}. They are calibrated on {unit_noun(unit)} the "
        "model did not learn from and is not judged on: train with a split that has a larger "
        "validation part, or in folds, or ask for a less strict promise."
    )


def too_wide_words(rows: Sequence[Mapping[str, Any]], alpha: float) -> str | None:
    """A remark where sets say little: half of the images or more get three grades or four."""
    total = sum(row["n_images"] for row in rows)
    wide = sum(row["n_images"] for row in rows if row["size"] >= 3)
    if not total or 2 * wide < total:
        return None
    return (
        f"{wide:,} of {counted(total, 'image')} get three grades or all four: to be right "
        f"{promise_words(alpha)} times, this model has to leave the grade open. With few patients "
        "to calibrate on, sets are larger than the model deserves."
    )
