"""Parotid gland, transverse: it wraps around masseter and mandible, its deep lobe fades away."""

from __future__ import annotations

import numpy as np

from sgus.phantom.fields import smoothstep
from sgus.phantom.layouts.common import capsule, lymph_node, skin_and_top, stone, tube, vessel
from sgus.phantom.layouts.frame import Frame
from sgus.phantom.layouts.parts import Bone, Curve, Ellipse, Layout, Line, Muscle
from sgus.phantom.plane import Draws
from sgus.phantom.severity import Appearance


def parotid_transverse(frame: Frame, rng: Draws, look: Appearance) -> Layout:
    """Draws one such plane.

    Args:
        frame: The place of the picture.
        rng: The gland's draws.
        look: For the irregular border and the atrophy of a fibrous gland.
    """
    fat = 0.7 + 5.0 * float(rng.uniform()) ** 2.2
    skin, top = skin_and_top(frame, rng, fat_mm=fat)
    ramus_edge = _ramus_edge(rng)
    ramus_depth = float(rng.uniform(8, 17))
    bottom = _lower_border(frame, rng, top, ramus_edge=ramus_edge, ramus_depth=ramus_depth)
    bottom += np.float32(look.border_mm) * frame.line(rng, 2.2)
    bottom = top + (bottom - top) * np.float32(1 - 0.3 * look.fibrous)
    thick = bottom - top
    edge = np.float32(0.2 + look.blur_mm * 0.6) * (1 + np.float32(8) * smoothstep(5, 12, thick))
    ramus = _ramus(frame, rng, top, edge=ramus_edge, depth=ramus_depth)
    border = Line(bottom + 0.1, float(rng.uniform(-4, 6)), 1.0, 1 - smoothstep(7, 14, thick))
    lines = [*capsule(top, frame, rng, level_db=float(rng.uniform(2, 10))), border]
    return Layout(
        skin=skin,
        top=top,
        bottom=bottom,
        edge_mm=edge,
        gland_db=float(rng.uniform(-2, 1)),
        deep_db=float(rng.uniform(-20, -9)),
        deep_strokes=float(rng.uniform(0, 6)),
        deep_mosaic_db=float(rng.uniform(0, 7)),
        muscles=_muscles(frame, rng, top, bottom, ramus_edge=ramus_edge),
        ellipses=_vessels_and_nodes(frame, rng, top, bottom, ramus_edge=ramus_edge),
        bones=[ramus, *_stones(frame, rng, top)],
        lines=lines,
    )


def _ramus_edge(rng: Draws) -> float:
    """Where the ramus ends: seldom in the middle, where its edge would show as a hook.

    Beyond the left of the picture there is no bone in it; beyond the right the gland is a band on
    masseter and ramus. Both are commoner in real pictures.
    """
    where, along = float(rng.uniform()), float(rng.uniform())
    low, high = (-40, -20) if where < 0.4 else (6, 24) if where < 0.75 else (-20, 0)
    return low + (high - low) * along


def _lower_border(
    frame: Frame, rng: Draws, top: Curve, *, ramus_edge: float, ramus_depth: float
) -> Curve:
    """Thin over the masseter, deepest behind the ramus, ending at the mastoid side."""
    over = float(rng.uniform(4, 11))
    deepest = float(rng.uniform(12, 22))
    far = ramus_edge + float(rng.uniform(20, 34))
    turn = ramus_edge + float(rng.uniform(4, 9))
    thickness = frame.through(
        [
            (ramus_edge - 22, over * float(rng.uniform(0.2, 0.9))),
            (ramus_edge - 5, over),
            (ramus_edge, min(over + 2.5, ramus_depth - 1)),
            (turn, deepest),
            (0.5 * (turn + far), deepest * float(rng.uniform(0.75, 1.0))),
            (far, deepest * float(rng.uniform(0.3, 0.6))),
            (far + 8, 1.0),
        ]
    )
    waves = np.float32(0.5) * frame.line(rng, 7.0)
    return (top + np.maximum(thickness + waves + frame.slope, 0.6)).astype(np.float32)


def _ramus(frame: Frame, rng: Draws, top: Curve, *, edge: float, depth: float) -> Bone:
    """The mandible's ramus: a surface that curves away at its edge."""
    surface = top + np.float32(depth) + np.float32(0.5) * frame.line(rng, 5.0) + frame.slope
    surface += np.float32(0.22) * np.clip(frame.u - np.float32(edge - 2.5), 0, None) ** 2
    rise = float(rng.uniform(-0.25, 0.12))  # the ramus seldom lies flat to the probe
    surface += np.float32(rise) * np.clip(np.float32(edge) - frame.u, 0, None)
    surface = np.maximum(surface, top + 3)
    length = float(rng.uniform(22, 60))
    share = frame.between(edge - length, edge + 0.5, 4.0)
    return Bone(surface.astype(np.float32), share, float(rng.uniform(6, 17)))


def _muscles(
    frame: Frame, rng: Draws, top: Curve, bottom: Curve, *, ramus_edge: float
) -> list[Muscle]:
    masseter = Muscle(
        bottom, bottom + 40, float(rng.uniform(-17, -10)), 0.4, frame.between(-60, ramus_edge, 2.5)
    )
    start = float(rng.uniform(10, 24))
    depth = float(rng.uniform(0.5, 8))
    posterior = Muscle(
        np.maximum(bottom - depth, top + 0.8).astype(np.float32),
        bottom + np.float32(rng.uniform(8, 20)),
        float(rng.uniform(-17, -10)),
        float(rng.uniform(0.6, 3.0)),
        frame.between(start, 60, float(rng.uniform(2, 8))),
    )
    return [masseter, posterior]


def _vessels_and_nodes(
    frame: Frame, rng: Draws, top: Curve, bottom: Curve, *, ramus_edge: float
) -> list[Ellipse]:
    """Retromandibular vein and artery, and lymph nodes in the superficial lobe."""
    vein_u = ramus_edge + float(rng.uniform(3, 9))
    column = frame.column(vein_u)
    vein_z = float(top[column]) + float(rng.uniform(4, 10))
    radius, second, below, sideways = (float(rng.uniform()) for _ in range(4))
    vein = vessel(frame, rng, u=vein_u, z=vein_z, radius_mm=0.9 + 1.0 * radius)
    ellipses = [vein] if below < 0.75 else []
    artery = vessel(
        frame,
        rng,
        u=vein_u - 2 + 5 * sideways,
        z=vein_z + 2.5 + 3 * below,
        radius_mm=0.6 + 0.7 * below,
    )
    if second < 0.4:
        ellipses.append(artery)
    duct = tube(frame, rng, u=ramus_edge - 6, z=vein_z - 3, half_height_mm=0.35 + 0.4 * radius)
    if sideways < 0.15:
        ellipses.append(duct)
    for _ in range(2):
        present, place, deep = (float(rng.uniform()) for _ in range(3))
        u = -15 + 32 * place
        column = frame.column(u)
        reach = max(float(bottom[column] - top[column]) - 3.5, 0.0)
        node = lymph_node(frame, rng, u=u, z=float(top[column]) + 1.8 + min(reach, 6) * deep)
        if present < 0.14:
            ellipses.append(node)
    return ellipses


def _stones(frame: Frame, rng: Draws, top: Curve) -> list[Bone]:
    present, u, below, radius = (float(rng.uniform()) for _ in range(4))
    centre = -12 + 24 * u
    z = float(top[frame.column(centre)]) + 3 + 5 * below
    calculus = stone(frame, u=centre, z=z, radius_mm=0.6 + 0.8 * radius)
    return [calculus] if present < 0.015 else []
