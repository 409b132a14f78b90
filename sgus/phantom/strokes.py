"""Which fine bright lines a plane has: in the gland, between its areas, in muscle, around it."""

from __future__ import annotations

from dataclasses import dataclass

from sgus.phantom.fields import FloatArray, smoothstep
from sgus.phantom.interfaces import Reflectors, add_strokes
from sgus.phantom.layouts.parts import Layout
from sgus.phantom.severity import Appearance
from sgus.phantom.streams import Streams
from sgus.phantom.variation import Variation


@dataclass(frozen=True)
class _Kind:
    """One kind of stroke: density a square centimetre, median length, slope, median level."""

    name: str
    density: float
    length_mm: float
    angle: float
    level_db: float


def add_all_strokes(
    streams: Streams,
    reflectors: Reflectors,
    *,
    layout: Layout,
    look: Appearance,
    variation: Variation,
    solid: FloatArray,
    borders: FloatArray | None,
    muscle: FloatArray,
) -> None:
    """Adds every kind where it belongs.

    Args:
        streams: The request's draws.
        reflectors: Where they are added.
        layout: How many lie outside the gland.
        look: How many disease makes.
        variation: How many a normal gland has.
        solid: `(n_z, n_x)`, gland without fluid and areas.
        borders: `(n_z, n_x)`, borders of areas that lie across the beam; None without areas.
        muscle: `(n_z, n_x)`, share of muscle.
    """
    septa = look.septa_db
    fine = _Kind(
        "strokes",
        variation.bright_lines + look.lines,
        variation.line_mm * (1 + 0.8 * look.fibrous),
        0.12,
        variation.line_db + look.lines_db + 0.2 * septa,
    )
    long = _Kind(
        "long strokes",
        0.15 * septa + 4 * look.fibrous,
        3.5,
        0.16,
        0.5 * septa - 2.0 * look.fibrous,
    )
    outside = 1 - smoothstep(0.0, 0.2, solid) - muscle
    deep = _Kind("deep strokes", layout.deep_strokes, 2.5, 0.18, layout.deep_db + 7)
    masked = [(fine, solid), (long, solid), (deep, outside)]
    masked.append((_Kind("muscle strokes", 6.0, 3.0, 0.15, -5.0), muscle))
    if borders is not None:
        masked.append((_Kind("short septa", 5 * septa, 1.6, 0.22, 0.5 * septa), borders))
    square_cm = reflectors.grid.depth_mm * reflectors.grid.width_mm / 100
    for kind, mask in masked:
        add_strokes(
            reflectors,
            streams(kind.name),
            mask,
            count=round(kind.density * square_cm),
            length_mm=kind.length_mm,
            angle=kind.angle,
            level_db=kind.level_db,
        )
