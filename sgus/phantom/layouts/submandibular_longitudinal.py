"""Submandibular gland, longitudinal: a long rounded triangle on the floor of the mouth."""

from __future__ import annotations

import numpy as np

from sgus.phantom.layouts import submandibular as parts
from sgus.phantom.layouts.common import capsule
from sgus.phantom.layouts.frame import Frame
from sgus.phantom.layouts.parts import Layout, Line
from sgus.phantom.plane import Draws
from sgus.phantom.severity import Appearance


def submandibular_longitudinal(frame: Frame, rng: Draws, look: Appearance) -> Layout:
    """Draws one such plane.

    Args:
        frame: The place of the picture.
        rng: The gland's draws.
        look: For the irregular border and the atrophy of a fibrous gland.
    """
    outline = parts.draw_outline(frame, rng, look, length_mm=(22, 38), height_mm=(8.5, 15.5))
    muscles, fasciae = parts.floor_of_mouth(frame, rng, outline, slanted=True)
    inside = frame.between(outline.left, outline.right, 0.5)
    border = Line(outline.bottom + 0.1, float(rng.uniform(-8, 4)), 1.2, inside)
    edge = np.full_like(outline.top, rng.uniform(0.15, 0.9) + 0.5 * look.blur_mm)
    return Layout(
        skin=outline.skin,
        top=outline.top,
        bottom=outline.bottom,
        edge_mm=edge,
        gland_db=float(rng.uniform(-5, 0)),
        deep_db=float(rng.uniform(-13, -3)),
        deep_strokes=float(rng.uniform(2, 16)),
        deep_mosaic_db=float(rng.uniform(0, 18)),
        muscles=muscles,
        ellipses=[
            *parts.deep_ovals(frame, rng, outline),
            *parts.digastric(frame, rng, outline, below=False),
            *parts.vessels(frame, rng, outline),
            *parts.nodes(frame, rng, outline),
        ],
        bones=parts.mandible(frame, rng, outline, chance=0.1),
        lines=[
            *capsule(outline.top, frame, rng, level_db=float(rng.uniform(4, 11))),
            border,
            *fasciae,
            *parts.deep_fasciae(frame, rng, outline),
        ],
    )
