"""What a layout is made of: curves and shapes in millimetres, without any texture."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float32]
"""A depth in mm for each column of the grid, `(n_x,)`."""


@dataclass(frozen=True, eq=False)
class Muscle:
    """A striated band between two curves.

    Attributes:
        upper: Upper border, mm.
        lower: Lower border, mm.
        level_db: Mean scattering strength.
        edge_mm: Softness of its borders.
        share: `(n_x,)`, 1 where the muscle is, 0 where it is not.
    """

    upper: Curve
    lower: Curve
    level_db: float = -14.0
    edge_mm: float = 0.4
    share: Curve | None = None


@dataclass(frozen=True)
class Ellipse:
    """Something round: a vessel, a duct, a lymph node, a muscle cut across.

    Attributes:
        z: Depth of the centre, mm.
        x: Position of the centre on the grid, mm.
        radius_z: Half height, mm.
        radius_x: Half width, mm.
        angle: Turn, radians; positive goes down to the right.
        level_db: Scattering strength inside.
        wall_db: How much its upper and lower wall stand out; 0 is no wall.
        core_db: How much a bright core stands out, as the hilum of a lymph node; 0 is none.
        fluid: Whether the tissue behind it is enhanced.
    """

    z: float
    x: float
    radius_z: float
    radius_x: float
    angle: float = 0.0
    level_db: float = -36.0
    wall_db: float = 6.0
    core_db: float = 0.0
    fluid: bool = True


@dataclass(frozen=True, eq=False)
class Bone:
    """A surface that reflects all: bright, with a shadow and reverberations behind.

    Attributes:
        surface: Its depth, mm.
        share: `(n_x,)`, 1 where there is bone, 0 where there is none.
        level_db: How strongly the surface reflects.
    """

    surface: Curve
    share: Curve
    level_db: float = 22.0


@dataclass(frozen=True, eq=False)
class Line:
    """A fascia or capsule: a long coherent reflector.

    Attributes:
        depth: Its depth, mm.
        level_db: How strongly it reflects.
        breaks: How much its strength varies along it.
        share: `(n_x,)`, 1 where it is, 0 where it is not.
        thickness_mm: Its thickness.
    """

    depth: Curve
    level_db: float
    breaks: float = 0.8
    share: Curve | None = None
    thickness_mm: float = 0.16


@dataclass(frozen=True, eq=False)
class Layout:
    """One plane: where the gland lies and what lies around it.

    Attributes:
        skin: Lower border of the skin, mm.
        top: Upper border of the gland, mm; fat lies between skin and gland.
        bottom: Lower border of the gland, mm; where it is not below `top` there is no gland.
        edge_mm: Softness of the lower border, mm.
        gland_db: Scattering strength of this gland when normal.
        deep_db: Scattering strength of what lies around and below.
        deep_strokes: Bright strokes there, a square centimetre.
        deep_mosaic_db: How much darker irregular patches there are.
        muscles: Muscles, painted in this order.
        ellipses: Vessels, ducts, nodes, painted in this order.
        bones: Bones.
        lines: Fasciae.
    """

    skin: Curve
    top: Curve
    bottom: Curve
    edge_mm: Curve
    gland_db: float
    deep_db: float
    deep_strokes: float
    deep_mosaic_db: float = 0.0
    muscles: list[Muscle] = field(default_factory=list)
    ellipses: list[Ellipse] = field(default_factory=list)
    bones: list[Bone] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
