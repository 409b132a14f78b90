"""The decision tree of the three stages, drawn so that probability is thickness."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from sgus.core.grades import DESCRIPTIONS, GRADES, STAGES, most_probable_grade
from sgus.ui.theme import GRADE_COLOURS, INK, MUTED, ON_GRADE, TRACK
from sgus.ui.words import percent

_Point = tuple[int, int]

WIDTH: Final = 1000
HEIGHT: Final = 390
LEAF_Y: Final = (50, 140, 240, 330)
BRANCH_Y: Final = (95, 285)
ROOT: Final = (92, 190)
BRANCH_X: Final = 300
LEAF_X: Final = 520
BAR_X: Final = 566
BAR_WIDTH: Final = 340
WRAP_AT: Final = 46
FULL_STROKE: Final = 34.0
"""Thickness of probability 1, in units of the drawing."""

FONT: Final = (
    "'Source Sans', 'Source Sans 3', 'Source Sans Pro', Helvetica, Arial, 'Liberation Sans', "
    "sans-serif"
)
"""Quoted: a bare name that holds a number makes browsers drop the whole list."""
BRANCH_NAMES: Final = ("normal-appearing", "pathological")


def tree_svg(p: Sequence[float], stages: Mapping[str, float]) -> str:
    """Draw stage 1, stage 2a and 2b, and the grades as bars.

    Args:
        p: Four grade probabilities.
        stages: Probability of the higher side of each stage, by name.

    Returns:
        An SVG picture. A line is as thick as the probability that flows along it; the path to
        the most probable grade is full, the others are pale.
    """
    chosen = int(most_probable_grade(np.asarray(p)))
    branch = [1 - stages["stage1"], stages["stage1"]]
    parts = [_lines(p, branch, chosen), _root()]
    for side in (0, 1):
        parts.append(_branch(side, branch[side], chosen=chosen // 2 == side))
    for grade in GRADES:
        parts.append(_leaf(grade, p[grade], _conditional(grade, stages), chosen=grade == chosen))
    return _svg(WIDTH, HEIGHT, parts)


def tree_text(p: Sequence[float]) -> str:
    """The tree in words, for those who cannot see it."""
    return "Decision tree: " + ", ".join(f"grade {grade} {percent(p[grade])}" for grade in GRADES)


def _svg(width: int, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="{FONT}">{"".join(parts)}</svg>'
    )


def _conditional(grade: int, stages: Mapping[str, float]) -> float:
    leaf = stages["stage2a"] if grade < 2 else stages["stage2b"]
    return leaf if grade % 2 else 1 - leaf


def _lines(p: Sequence[float], branch: Sequence[float], chosen: int) -> str:
    """Pale flows first, so that the chosen path lies on top of them."""
    flows: list[tuple[bool, _Point, _Point, float, str]] = []
    for side in (0, 1):
        colour = GRADE_COLOURS[3 * side]
        on_path = chosen // 2 == side
        flows.append((on_path, ROOT, (BRANCH_X, BRANCH_Y[side]), branch[side], colour))
    for grade in GRADES:
        start, end = (BRANCH_X, BRANCH_Y[grade // 2]), (LEAF_X, LEAF_Y[grade])
        flows.append((grade == chosen, start, end, p[grade], GRADE_COLOURS[grade]))
    return "".join(
        _flow(start, end, probability, colour, on_path=on_path)
        for on_path, start, end, probability, colour in sorted(flows, key=lambda flow: flow[0])
    )


def _flow(start: _Point, end: _Point, probability: float, colour: str, *, on_path: bool) -> str:
    (x0, y0), (x1, y1) = start, end
    middle = (x0 + x1) / 2
    width = max(1.5, FULL_STROKE * probability)
    opacity = 0.95 if on_path else 0.3
    return (
        f'<path d="M{x0} {y0} C{middle} {y0} {middle} {y1} {x1} {y1}" fill="none" '
        f'stroke="{colour}" stroke-width="{width:.1f}" stroke-opacity="{opacity}"/>'
    )


def _text(
    x: float, y: float, text: str, *, size: int = 15, weight: int = 400, fill: str = INK,
    anchor: str = "middle",
) -> str:  # fmt: skip
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{fill}" '
        f'text-anchor="{anchor}">{html.escape(text)}</text>'
    )


def _pill(x: int, y: int, width: int, height: int, *, bold: bool) -> str:
    return (
        f'<rect x="{x - width / 2}" y="{y - height / 2}" width="{width}" height="{height}" rx="9" '
        f'fill="#fff" stroke="{INK if bold else MUTED}" stroke-width="{2.5 if bold else 1}"/>'
    )


def _root() -> str:
    x, y = ROOT
    return (
        _pill(x, y, 150, 58, bold=True)
        + _text(x, y - 5, "Stage 1", size=17, weight=700)
        + _text(x, y + 16, STAGES[0].title, size=15, fill=MUTED)
    )


def _branch(side: int, probability: float, *, chosen: bool) -> str:
    stage, y = STAGES[1 + side], BRANCH_Y[side]
    name = f"Stage {stage.name.removeprefix('stage')}: {stage.title}"
    return (
        _pill(BRANCH_X, y, 168, 74, bold=chosen)
        + _text(BRANCH_X, y - 16, BRANCH_NAMES[side], size=14, fill=MUTED)
        + _text(BRANCH_X, y + 8, percent(probability), size=22, weight=700)
        + _text(BRANCH_X, y + 28, name, size=14, fill=MUTED)
    )


def _leaf(grade: int, p: float, conditional: float, *, chosen: bool) -> str:
    y, colour = LEAF_Y[grade], GRADE_COLOURS[grade]
    weight = 700 if chosen else 500
    parts = [
        f'<circle cx="{LEAF_X}" cy="{y}" r="20" fill="{colour}"/>',
        _text(LEAF_X, y + 7, str(grade), size=20, weight=700, fill=ON_GRADE[grade]),
        *_bar(y, p, colour),
        _text(BAR_X + BAR_WIDTH + 12, y - 7, percent(p), size=20, weight=weight, anchor="start"),
        _product(grade, p, conditional),
    ]
    for line, text in enumerate(textwrap.wrap(DESCRIPTIONS[grade], WRAP_AT)):
        shade = INK if chosen else MUTED
        parts.append(
            _text(BAR_X, y + 15 + 18 * line, text, size=14, weight=weight, anchor="start",
                  fill=shade)
        )  # fmt: skip
    if chosen:
        ring = (
            f'<circle cx="{LEAF_X}" cy="{y}" r="25" fill="#fff" stroke="{INK}" stroke-width="3"/>'
        )
        parts.insert(0, ring)
    return "".join(parts)


def _bar(y: int, p: float, colour: str) -> list[str]:
    return [
        f'<rect x="{BAR_X}" y="{y - 23}" width="{width:.1f}" height="20" rx="4" fill="{fill}"/>'
        for width, fill in ((BAR_WIDTH, TRACK), (max(2.0, BAR_WIDTH * p), colour))
    ]


def _product(grade: int, p: float, conditional: float) -> str:
    """Branch times leaf, beside the line on its outer side."""
    branch = percent(p / conditional) if conditional > 0 else "–"
    y = LEAF_Y[grade] + (-27 if grade % 2 == 0 else 39)
    return _text(LEAF_X - 38, y, f"{branch} × {percent(conditional)}", size=13, fill=MUTED)


HIERARCHY_TEXT: Final = "Stage 1 decides 0/1 or 2/3; stage 2a 0 or 1; stage 2b 2 or 3"


def hierarchy_svg() -> str:
    """The same tree without an image: which decisions there are."""
    boxes = (
        (80, 110, "Stage 1", STAGES[0].title),
        (250, 55, f"Stage 2a: {STAGES[1].title}", BRANCH_NAMES[0]),
        (250, 165, f"Stage 2b: {STAGES[2].title}", BRANCH_NAMES[1]),
    )
    leaves = ((425, 27), (425, 83), (425, 137), (425, 193))
    lines = [((80, 110), box[:2]) for box in boxes[1:]]
    lines += [(boxes[1 + grade // 2][:2], leaves[grade]) for grade in GRADES]
    parts = [
        f'<path d="M{x0} {y0} C{(x0 + x1) / 2} {y0} {(x0 + x1) / 2} {y1} {x1} {y1}" fill="none" '
        f'stroke="{MUTED}" stroke-width="2"/>'
        for (x0, y0), (x1, y1) in lines
    ]
    for x, y, title, text in boxes:
        parts.append(_pill(x, y, 142, 52, bold=True))
        parts.append(_text(x, y - 4, title, size=15, weight=700))
        parts.append(_text(x, y + 15, text, size=13, fill=MUTED))
    for grade, (x, y) in zip(GRADES, leaves, strict=True):
        parts.append(f'<circle cx="{x}" cy="{y}" r="19" fill="{GRADE_COLOURS[grade]}"/>')
        parts.append(_text(x, y + 6, str(grade), size=18, weight=700, fill=ON_GRADE[grade]))
    return _svg(460, 220, parts)
