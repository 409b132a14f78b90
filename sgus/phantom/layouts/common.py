"""Pieces that several layouts share."""

from __future__ import annotations

import numpy as np

from sgus.phantom.layouts.frame import Frame
from sgus.phantom.layouts.parts import Bone, Curve, Ellipse, Line
from sgus.phantom.plane import Draws


def skin_and_top(frame: Frame, rng: Draws, *, fat_mm: float) -> tuple[Curve, Curve]:
    """Lower border of the skin and the level under the fat.

    Args:
        frame: The place of the picture.
        rng: Where the shape comes from.
        fat_mm: Mean thickness of the subcutaneous fat.
    """
    skin = np.float32(rng.uniform(0.9, 1.9)) + np.float32(0.05) * frame.line(rng, 5.0)
    waves = np.float32(0.12 + 0.05 * fat_mm) * frame.line(rng, 7.0)
    top = np.maximum(skin + fat_mm + waves + frame.slope * np.float32(0.5), skin + 0.5)
    return skin, top.astype(np.float32)


def vessel(frame: Frame, rng: Draws, *, u: float, z: float, radius_mm: float) -> Ellipse:
    """A vessel cut more or less across, somewhat flattened by the probe.

    Args:
        frame: The place of the picture.
        rng: Where its shape comes from.
        u: Anatomical coordinate of its centre, mm.
        z: Depth of its centre, mm.
        radius_mm: Radius of a round cut.
    """
    stretch = float(rng.uniform(1.0, 1.9))
    shift_z, shift_x = 0.4 * float(rng.standard_normal()), 0.5 * float(rng.standard_normal())
    return Ellipse(
        z=z + shift_z,
        x=frame.x(u + shift_x),
        radius_z=radius_mm / stretch**0.5,
        radius_x=radius_mm * stretch**0.5,
        angle=float(rng.uniform(-0.4, 0.4)),
        level_db=float(rng.uniform(-26, -10)),
        wall_db=float(rng.uniform(1, 7)),
    )


def tube(frame: Frame, rng: Draws, *, u: float, z: float, half_height_mm: float) -> Ellipse:
    """A vessel or duct cut along: two bright walls with a dark lumen between."""
    return Ellipse(
        z=z,
        x=frame.x(u),
        radius_z=half_height_mm,
        radius_x=float(rng.uniform(4, 13)),
        angle=float(rng.uniform(-0.22, 0.22)),
        level_db=float(rng.uniform(-24, -10)),
        wall_db=float(rng.uniform(4, 9)),
    )


def lymph_node(frame: Frame, rng: Draws, *, u: float, z: float) -> Ellipse:
    """An oval node, darker than the gland, most with a bright hilum."""
    height = float(rng.uniform(0.9, 2.0))
    return Ellipse(
        z=z,
        x=frame.x(u),
        radius_z=height,
        radius_x=height * float(rng.uniform(1.3, 2.2)),
        angle=float(rng.uniform(-0.3, 0.3)),
        level_db=float(rng.uniform(-14, -8)),
        wall_db=float(rng.uniform(0, 4)),
        core_db=float(rng.uniform(4, 12)) * (float(rng.uniform()) < 0.7),
        fluid=False,
    )


def stone(frame: Frame, *, u: float, z: float, radius_mm: float) -> Bone:
    """A calculus: a small bright cap with a shadow."""
    inside = np.clip(1 - ((frame.u - u) / radius_mm) ** 2, 0, 1)
    cap = z - radius_mm * 0.7 * np.sqrt(inside)
    share = (np.abs(frame.u - u) < radius_mm).astype(np.float32)
    return Bone(surface=cap.astype(np.float32), share=share, level_db=18.0)


def capsule(top: Curve, frame: Frame, rng: Draws, *, level_db: float) -> list[Line]:
    """The fascia over a gland: one bright line, often a second above it."""
    lines = [Line(top + np.float32(0.06) * frame.line(rng, 1.0), level_db, breaks=0.6)]
    second, gap, weaker = rng.uniform(), rng.uniform(0.5, 1.3), rng.uniform(0, 5)
    if second < 0.65:
        above = top - np.float32(gap) + np.float32(0.15) * frame.line(rng, 4.0)
        lines.append(Line(above, level_db - weaker, breaks=0.8))
    return lines
