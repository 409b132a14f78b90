"""What a result means, in plain sentences; no streamlit here, so that every sentence is tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sgus.core.grades import DESCRIPTIONS, GRADES, PATHOLOGICAL_FROM, STAGES

SURE_FROM: Final = 0.75
"""From this probability on a sentence reads "fairly sure"."""
TWO_GRADES_FROM: Final = 0.70
"""Two most probable grades that share this much are the doubt; below it, all four are."""

NEXT_STEP: Final = (
    "Next: ask a trained reader to grade the gland, and read a doubtful image twice. "
    "The percentages are the model's own; how often they hold on patients it never saw stands in "
    "the model card."
)

LEARNT: Final = (
    "The model learnt from this very image: its grade here shows memory, not how it grades new "
    "images."
)


def percent(probability: float) -> str:
    """`0.543` as `54 %`, kept on one line; never "0 %" or "100 %" for what is merely near."""
    number = f"{100 * probability:.0f}"
    if number == "0" and probability > 0:
        number = "<1"
    if number == "100" and probability < 1:
        number = ">99"
    return f"{number}\u00a0%"


def ranked(p: Sequence[float]) -> list[int]:
    """Grades from the most to the least probable, the lower first of two equal ones."""
    return sorted(GRADES, key=lambda grade: (-p[grade], grade))


def verdict(p: Sequence[float]) -> list[str]:
    """What was found, how sure, and what the doubt is about.

    Args:
        p: Four grade probabilities.

    Returns:
        Sentences: the finding, the certainty, the side of the threshold.
    """
    first, second = ranked(p)[:2]
    return [
        f"The model finds grade {first} most probable ({percent(p[first])}), "
        f"grade {second} next ({percent(p[second])}).",
        _certainty(p, first, second),
        _threshold(p),
    ]


def _certainty(p: Sequence[float], first: int, second: int) -> str:
    if p[first] >= SURE_FROM:
        return f"It is fairly sure of grade {first}: {DESCRIPTIONS[first]}."
    if p[first] + p[second] < TWO_GRADES_FROM:
        return "It spreads its probability over several grades: treat this with caution."
    low, high = sorted((first, second))
    apart = "" if high - low == 1 else ", which are not neighbours: treat this with caution"
    return f"Between {low} and {high} it is unsure{apart}."


def _threshold(p: Sequence[float]) -> str:
    high = sum(p[grade] for grade in GRADES if grade >= PATHOLOGICAL_FROM)
    side = "pathological" if high >= 0.5 else "normal-appearing"
    chance = percent(max(high, 1 - high))
    sentence = f"On the threshold of grade {PATHOLOGICAL_FROM} it says {side} ({chance})"
    return (
        f"{sentence}, but the doubt crosses it." if max(high, 1 - high) < 0.75 else f"{sentence}."
    )


def stage_sentences(stages: Mapping[str, float]) -> dict[str, str]:
    """For each stage, the side it takes and how strongly.

    Args:
        stages: Probability of the higher side by stage name.
    """
    return {stage.name: _side(stage.lower, stage.higher, stages[stage.name]) for stage in STAGES}


def off_path(stages: Mapping[str, float]) -> str | None:
    """Name of the second stage that stage 1 made unlikely to matter, if it took a side."""
    if abs(stages["stage1"] - 0.5) < 0.25:
        return None
    return "stage2a" if stages["stage1"] > 0.5 else "stage2b"


def _side(lower: tuple[int, ...], higher: tuple[int, ...], probability: float) -> str:
    side, p = (higher, probability) if probability >= 0.5 else (lower, 1 - probability)
    return f"{'/'.join(map(str, side))} ({percent(p)})"
