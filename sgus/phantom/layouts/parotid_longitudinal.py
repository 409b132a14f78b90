"""Parotid gland, longitudinal: a lens under the skin, on bone, on masseter or without an end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgus.phantom.fields import smoothstep
from sgus.phantom.layouts.common import capsule, lymph_node, skin_and_top, tube, vessel
from sgus.phantom.layouts.frame import Frame
from sgus.phantom.layouts.parts import Bone, Curve, Ellipse, Layout, Line, Muscle
from sgus.phantom.plane import Draws
from sgus.phantom.severity import Appearance


@dataclass(frozen=True)
class _Kind:
    """What lies under the gland: `thickness_mm` range, chance of a bone, thickness of muscle."""

    thickness_mm: tuple[float, float]
    bone: float
    muscle_mm: tuple[float, float]
    line_db: tuple[float, float]
    fades: bool


_ON_BONE = _Kind((6.0, 12.0), 0.9, (0.0, 1.5), (0.0, 10.0), fades=False)
_ON_MASSETER = _Kind((8.0, 15.0), 0.5, (5.0, 10.0), (-2.0, 7.0), fades=False)
_DEEP = _Kind((15.0, 26.0), 0.1, (3.0, 8.0), (-8.0, 0.0), fades=True)


def parotid_longitudinal(frame: Frame, rng: Draws, look: Appearance) -> Layout:
    """Draws one such plane.

    Args:
        frame: The place of the picture.
        rng: The gland's draws.
        look: For the irregular border and the atrophy of a fibrous gland.
    """
    choice = float(rng.uniform())
    kind = _ON_BONE if choice < 0.4 else _ON_MASSETER if choice < 0.7 else _DEEP
    fat = 0.7 + 5.0 * float(rng.uniform()) ** 2.2
    skin, top = skin_and_top(frame, rng, fat_mm=fat)
    bottom = _lower_border(frame, rng, top, kind)
    bottom += np.float32(look.border_mm) * frame.line(rng, 2.2)
    bottom = top + (bottom - top) * np.float32(1 - 0.3 * look.fibrous)
    thick = bottom - top
    fading = np.float32(10.0 if kind.fades else 2.0) * smoothstep(6, 14, thick)
    edge = np.float32(0.2 + look.blur_mm * 0.6) * (1 + fading)
    muscle_mm = float(rng.uniform(*kind.muscle_mm))
    below = bottom + np.float32(muscle_mm) + np.float32(0.4) * frame.line(rng, 6.0)
    end = float(rng.uniform(-5, 60))
    muscle = Muscle(
        bottom, below, float(rng.uniform(-17, -10)), 0.5, frame.between(end - 45, end, 3)
    )
    # Bone right below is one bright line with the border, not two.
    weaker = 12.0 * (muscle_mm < 1.0 and kind is _ON_BONE)
    border = Line(bottom + 0.1, float(rng.uniform(*kind.line_db)) - weaker, 0.7)
    return Layout(
        skin=skin,
        top=top,
        bottom=bottom,
        edge_mm=edge,
        gland_db=float(rng.uniform(-2, 1)),
        deep_db=float(rng.uniform(-22, -9)),
        deep_strokes=float(rng.uniform(0, 6)),
        deep_mosaic_db=float(rng.uniform(0, 7)),
        muscles=[muscle] if muscle_mm > 0.6 else [],
        ellipses=_vessels_and_nodes(frame, rng, top, bottom),
        bones=_bones(frame, rng, below, chance=kind.bone),
        lines=[*capsule(top, frame, rng, level_db=float(rng.uniform(2, 10))), border],
    )


def _lower_border(frame: Frame, rng: Draws, top: Curve, kind: _Kind) -> Curve:
    """A lens: full in the middle, thinner at one or both ends, which may lie in the picture."""
    height = float(rng.uniform(*kind.thickness_mm))
    centre = float(rng.uniform(-7, 7))
    left, right = (float(rng.uniform(14, 40)) for _ in range(2))
    at_left, at_right, bend = (float(rng.uniform()) for _ in range(3))
    thickness = frame.through(
        [
            (centre - left, height * 0.6 * at_left + 0.4),
            (centre - 0.45 * left, height * (0.75 + 0.2 * bend)),
            (centre, height),
            (centre + 0.45 * right, height * (0.95 - 0.2 * bend)),
            (centre + right, height * 0.6 * at_right + 0.4),
        ]
    )
    waves = np.float32(0.035 * height) * frame.line(rng, 6.0)
    return (top + np.maximum(thickness + waves + frame.slope, 0.4)).astype(np.float32)


def _vessels_and_nodes(frame: Frame, rng: Draws, top: Curve, bottom: Curve) -> list[Ellipse]:
    ellipses = []
    for chance in (0.5, 0.2):
        present, along, deep, size = (float(rng.uniform()) for _ in range(4))
        u = -14 + 28 * along
        column = frame.column(u)
        z = float(top[column]) + (0.3 + 0.45 * deep) * min(float(bottom[column] - top[column]), 16)
        lying = tube(frame, rng, u=u, z=z, half_height_mm=0.45 + 0.7 * size)
        cut = vessel(frame, rng, u=u, z=z, radius_mm=0.7 + 0.9 * size)
        if present < chance:
            ellipses.append(lying if along < 0.6 else cut)
    for _ in range(2):
        present, place, deep = (float(rng.uniform()) for _ in range(3))
        u = -16 + 32 * place
        column = frame.column(u)
        reach = max(float(bottom[column] - top[column]) - 3.5, 0.0)
        node = lymph_node(frame, rng, u=u, z=float(top[column]) + 1.8 + min(reach, 7) * deep)
        if present < 0.12:
            ellipses.append(node)
    return ellipses


def _bones(frame: Frame, rng: Draws, below: Curve, *, chance: float) -> list[Bone]:
    """The ramus seen along: a long gently curved surface."""
    present, centre, half, bend = (float(rng.uniform()) for _ in range(4))
    level = float(rng.uniform(7, 17))
    middle = -12 + 24 * centre
    half_mm = 10 + 24 * half
    away = (frame.u - np.float32(middle)) / np.float32(half_mm)
    surface = below + np.float32(0.3) + np.float32(0.5 + 1.5 * bend) * away**4
    bone = Bone(
        surface.astype(np.float32),
        frame.between(middle - half_mm, middle + half_mm, 6.0),
        level,
    )
    return [bone] if present < chance else []
