"""What both planes of the submandibular gland share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgus.phantom.fields import smoothstep
from sgus.phantom.layouts.common import lymph_node, skin_and_top, vessel
from sgus.phantom.layouts.frame import Frame
from sgus.phantom.layouts.parts import Bone, Curve, Ellipse, Line, Muscle
from sgus.phantom.plane import Draws
from sgus.phantom.severity import Appearance


@dataclass(frozen=True, eq=False)
class Outline:
    """The gland's border and where its ends lie.

    Attributes:
        skin: Lower border of the skin, mm.
        top: Upper border, mm.
        bottom: Lower border, mm.
        left: Anatomical coordinate of the left end, mm.
        right: Of the right end.
        deepest: Of the deepest point.
        height: Greatest thickness, mm.
    """

    skin: Curve
    top: Curve
    bottom: Curve
    left: float
    right: float
    deepest: float
    height: float


def draw_outline(
    frame: Frame,
    rng: Draws,
    look: Appearance,
    *,
    length_mm: tuple[float, float],
    height_mm: tuple[float, float],
) -> Outline:
    """A rounded body, pointed to one or both ends; its upper side bulges against the fat.

    Args:
        frame: The place of the picture.
        rng: The gland's draws.
        look: For the irregular border and the atrophy of a fibrous gland.
        length_mm: Range of the length.
        height_mm: Range of the greatest thickness.
    """
    fat = 1.5 + 7.0 * float(rng.uniform()) ** 1.8
    skin, level = skin_and_top(frame, rng, fat_mm=fat)
    length = float(rng.uniform(*length_mm)) * (1 - 0.15 * look.fibrous)
    height = float(rng.uniform(*height_mm)) * (1 - 0.25 * look.fibrous)
    centre, bulge, lean = (float(rng.uniform()) for _ in range(3))
    blunt_left, blunt_right = (float(rng.uniform()) for _ in range(2))
    middle = -5 + 10 * centre
    left, right = middle - length / 2, middle + length / 2
    deepest = left + length * (0.35 + 0.35 * lean)
    across = (frame.u - np.float32(middle)) / np.float32(length / 2)
    arch = np.float32(0.06 + 0.22 * bulge) * np.float32(height)
    top = level + arch * across**2 / (1 + across**2 / 3)
    shape = frame.through(
        [
            (left, 0.0),
            (left + 0.07 * length, 0.22 + 0.28 * blunt_left),
            (0.5 * (left + deepest), 0.68 + 0.22 * blunt_left),
            (deepest, 1.0),
            (0.5 * (deepest + right), 0.68 + 0.22 * blunt_right),
            (right - 0.07 * length, 0.22 + 0.28 * blunt_right),
            (right, 0.0),
        ]
    )
    rough = np.float32(0.25) * frame.line(rng, 5.0)
    rough += np.float32(look.border_mm) * frame.line(rng, 2.2)
    body = np.float32(height) * shape + (rough + frame.slope) * smoothstep(0.1, 0.5, shape)
    bottom = np.where(shape > 0.01, top + body, top - 2)
    return Outline(
        skin, top.astype(np.float32), bottom.astype(np.float32), left, right, deepest, height
    )


def floor_of_mouth(
    frame: Frame, rng: Draws, outline: Outline, *, slanted: bool
) -> tuple[list[Muscle], list[Line]]:
    """Mylohyoid and hyoglossus below the gland as dark bands between bright fasciae."""
    gland = np.maximum(outline.bottom, outline.top)
    tall = frame.smooth(gland, 2.5)
    slope = np.float32(rng.uniform(-0.5, 0.35) if slanted else rng.uniform(-0.15, 0.15))
    rest = float(tall[frame.column(outline.deepest)])
    muscles, lines = [], []
    gap = float(rng.uniform(-0.5, 1.2))
    reach = (rng.uniform(-40, outline.left + 4), rng.uniform(outline.deepest - 3, 40))
    for thickness, chance in ((rng.uniform(1.8, 4.2), 0.85), (rng.uniform(2.5, 5.5), 0.6)):
        present, level, line_db = rng.uniform(), rng.uniform(-20, -12), rng.uniform(-3, 8)
        follow = float(rng.uniform(0.1, 0.6))
        flat = rest + gap + slope * (frame.u - np.float32(outline.deepest))
        upper = follow * tall + (1 - follow) * flat + np.float32(0.2)
        upper = (upper + np.float32(0.35) * frame.line(rng, 5.0)).astype(np.float32)
        lower = (upper + np.float32(thickness) * (1 + 0.15 * frame.line(rng, 9.0))).astype(
            np.float32
        )
        share = frame.between(float(reach[0]), float(reach[1]), 4.0)
        bright_over, bright_under = frame.line(rng, 6.0), frame.line(rng, 6.0)
        if present < chance:
            muscles.append(Muscle(upper, lower, float(level), 0.35, share))
            over = share * np.clip(0.6 + bright_over, 0, 1.3)
            under = share * np.clip(0.4 + bright_under, 0, 1.3)
            lines.append(Line(upper, float(line_db), 1.0, over))
            lines.append(Line(lower, float(line_db), 1.0, under))
        gap += float(thickness) + float(rng.uniform(0.2, 2.0))
    return muscles, lines


def deep_fasciae(frame: Frame, rng: Draws, outline: Outline) -> list[Line]:
    """Short bright lines deep to the gland, at random."""
    lines = []
    base = float(outline.top.mean()) + outline.height
    for _ in range(3):
        below, start, length, tilt = (float(rng.uniform()) for _ in range(4))
        level = float(rng.uniform(-2, 9))
        first = -20 + 32 * start
        depth = base + 2 + 14 * below + np.float32(0.5 * tilt - 0.25) * (frame.u - first)
        depth = depth + np.float32(0.5) * frame.line(rng, 4.0)
        share = frame.between(first, first + 3 + 10 * length, 1.5)
        lines.append(Line(depth.astype(np.float32), level, 1.2, share))
    return lines


def digastric(frame: Frame, rng: Draws, outline: Outline, *, below: bool) -> list[Ellipse]:
    """The digastric's belly cut across: a dark oval beside or below the gland."""
    side, size, long, chance = (float(rng.uniform()) for _ in range(4))
    end = outline.left if side < 0.6 else outline.right
    inward = 1 if side < 0.6 else -1
    z = float(outline.top[frame.column(end)]) + 1.5 + 2.5 * size
    if below:
        end += inward * float(rng.uniform(3, 9))
        z += outline.height * float(rng.uniform(0.6, 1.0))
    else:
        end -= inward * float(rng.uniform(1, 5))
    oval = Ellipse(
        z=z,
        x=frame.x(end),
        radius_z=1.6 + 1.6 * size,
        radius_x=3.0 + 4.5 * long,
        angle=0.25 * inward * float(rng.uniform(-1, 1)),
        level_db=float(rng.uniform(-18, -11)),
        wall_db=float(rng.uniform(0, 5)),
        fluid=False,
    )
    return [oval] if chance < 0.75 else []


def vessels(frame: Frame, rng: Draws, outline: Outline) -> list[Ellipse]:
    """Facial artery and vein at the gland's posterior lower corner, and sometimes inside it."""
    found: list[Ellipse] = []
    for chance in (0.75, 0.6, 0.3):
        present, along, below, size = (float(rng.uniform()) for _ in range(4))
        u = outline.deepest + (outline.right + 3 - outline.deepest) * along
        column = frame.column(u)
        z = max(float(outline.bottom[column]), float(outline.top[column])) - 0.5 + 3.5 * below
        cut = vessel(frame, rng, u=u, z=z, radius_mm=0.8 + 1.2 * size)
        if present < chance:
            found.append(cut)
    for chance in (0.35, 0.25):  # small ones at the hilum of a normal gland
        present, along, deep, size = (float(rng.uniform()) for _ in range(4))
        u = outline.left + (outline.right - outline.left) * (0.3 + 0.4 * along)
        column = frame.column(u)
        z = float(outline.top[column]) + outline.height * (0.3 + 0.4 * deep)
        small = vessel(frame, rng, u=u, z=z, radius_mm=0.35 + 0.4 * size)
        if present < chance:
            found.append(small)
    return found


def deep_ovals(frame: Frame, rng: Draws, outline: Outline) -> list[Ellipse]:
    """Muscles and large vessels below the gland, cut across: large dark ovals."""
    found = []
    for chance in (0.6, 0.5, 0.35):
        present, along, below, size, flat = (float(rng.uniform()) for _ in range(5))
        u = outline.left + (outline.right + 4 - outline.left) * along
        column = frame.column(u)
        height = 1.5 + 2.5 * size
        floor = max(float(outline.bottom[column]), float(outline.top[column]))
        oval = Ellipse(
            z=floor + height + 0.5 + 4 * below,
            x=frame.x(u),
            radius_z=height,
            radius_x=height * (1.1 + 1.2 * flat),
            angle=float(rng.uniform(-0.5, 0.5)),
            level_db=float(rng.uniform(-24, -13)),
            wall_db=float(rng.uniform(0, 8)),
            fluid=False,
        )
        if present < chance:
            found.append(oval)
    return found


def nodes(frame: Frame, rng: Draws, outline: Outline) -> list[Ellipse]:
    """Lymph nodes beside the gland, never in it: they lie outside its capsule."""
    found = []
    for end, outward in ((outline.left, -1), (outline.right, 1)):
        present, away, deep = (float(rng.uniform()) for _ in range(3))
        u = end + outward * (1.5 + 4 * away)
        z = float(outline.top[frame.column(end)]) + 0.5 + 3 * deep
        node = lymph_node(frame, rng, u=u, z=z)
        if present < 0.22:
            found.append(node)
    return found


def mandible(frame: Frame, rng: Draws, outline: Outline, *, chance: float) -> list[Bone]:
    """The body of the mandible at one side: a rounded surface with a black shadow."""
    present, side, gap, curve, depth = (float(rng.uniform()) for _ in range(5))
    start = outline.left - 1 - 5 * gap if side < 0.5 else outline.right + 1 + 5 * gap
    inward = -1 if side < 0.5 else 1
    into = np.clip(inward * (frame.u - np.float32(start)), 0, None)
    radius = np.float32(5 + 6 * curve)
    round_off = radius - np.sqrt(np.clip(radius**2 - np.clip(radius - into, 0, None) ** 2, 0, None))
    surface = outline.top.min() + np.float32(0.5 + 4 * depth) + np.float32(0.9) * round_off
    share = (into > 0.05).astype(np.float32)
    return [Bone(surface.astype(np.float32), share, 20.0)] if present < chance else []
