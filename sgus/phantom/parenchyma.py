"""The gland's own tissue: level, mottling, septa, areas of disease."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sgus.phantom.fields import (
    FloatArray,
    along_curve,
    resample_columns,
    resample_rows,
    smooth_field,
    smooth_line,
)
from sgus.phantom.grid import Grid
from sgus.phantom.layouts.parts import Layout
from sgus.phantom.lesions import coarse_grid, dots_map, draw_foci, foci_map, nearest
from sgus.phantom.plane import Draws
from sgus.phantom.severity import Appearance
from sgus.phantom.variation import Variation

_NO_FOCI: Final = 0.004
"""Coverage below which no area is drawn."""


@dataclass(frozen=True, eq=False)
class Parenchyma:
    """The gland's texture over the whole plane; the gland's mask cuts it out.

    Attributes:
        echogenicity: `(n_z, n_x)` dB.
        areas: Change by hypoechoic areas on the coarse grid, dB, 0 or below.
        borders: Where an area's border lies across the beam, on the coarse grid, 0 to 1.
    """

    echogenicity: FloatArray
    areas: FloatArray
    borders: FloatArray


def enlarge(coarse: FloatArray, grid: Grid) -> FloatArray:
    """A map of the coarse grid on the full one."""
    return resample_rows(resample_columns(coarse, grid.n_x), grid.n_z)


def gland_areas(
    rng: Draws, look: Appearance, gland: FloatArray, *, grid: Grid, origin_mm: float
) -> FloatArray:
    """Change of scattering strength by areas of disease on the coarse grid, dB.

    Args:
        rng: The gland's draws.
        look: How many, how large, how dark.
        gland: `(n_z, n_x)` of the coarse grid.
        grid: The coarse grid.
        origin_mm: Position on the grid of the middle of the anatomy.
    """
    if look.coverage < _NO_FOCI or look.fibrous:
        return np.zeros(grid.shape, np.float32)
    foci = draw_foci(rng, look, gland=gland, grid=grid, origin_mm=origin_mm)
    return foci_map(rng, foci, grid)


def draw_parenchyma(
    rng: Draws,
    focal: Draws,
    look: Appearance,
    *,
    variation: Variation,
    layout: Layout,
    grid: Grid,
    gland: FloatArray,
    origin_mm: float,
) -> Parenchyma:
    """The gland's tissue.

    Args:
        rng: Draws of the texture.
        focal: Draws of the areas.
        look: What the severity makes of it.
        variation: What it is without any disease.
        layout: Where its upper border lies, and its usual level.
        grid: The full grid.
        gland: `(n_z, n_x)` of the full grid, 1 inside the gland.
        origin_mm: Position on the grid of the middle of the anatomy.
    """
    coarse = coarse_grid(grid)
    inside = gland[nearest(grid.n_z, coarse.n_z)][:, nearest(grid.n_x, coarse.n_x)]
    areas = gland_areas(focal, look, inside, grid=coarse, origin_mm=origin_mm)
    wide = variation.anisotropy
    change = np.float32(look.patches_db) * smooth_field(rng, coarse, 1.9, 1.9 * wide)
    change += areas
    if look.dots > 0.002:
        change += dots_map(rng, look, coarse)
    if look.septa_db > 0 or look.fibrous:
        change += _net(rng, look, areas, coarse)
    echogenicity = enlarge(change, grid)
    length = look.mottling_mm
    echogenicity += np.float32(look.mottling_db) * smooth_field(rng, grid, length, length * wide)
    level = layout.gland_db + variation.offset_db + look.echogenicity_db
    slant = variation.gradient_db * (grid.x / grid.width_mm - 0.5)
    echogenicity += np.float32(level) + slant.astype(np.float32)
    below = np.clip(grid.z - layout.top[None, :] - 2, 0, 25)
    echogenicity -= np.float32(variation.fade_db_mm) * below
    return Parenchyma(echogenicity, areas, _borders(look, areas))


def gland_septa(
    rng: Draws,
    look: Appearance,
    variation: Variation,
    grid: Grid,
    *,
    gland: FloatArray,
    areas: FloatArray,
) -> FloatArray:
    """Amplitude of long thin septa: the zero lines of a field that is stretched across the beam.

    A normal gland has a few faint ones, a badly diseased one is parcelled by bright ones.

    Args:
        rng: Where they come from.
        look: How bright and dense disease makes them.
        variation: How bright and dense they are without.
        grid: The full grid.
        gland: `(n_z, n_x)`, 1 inside the gland.
        areas: `(n_z, n_x)` dB, change by hypoechoic areas.
    """
    height = 1.5 - 0.6 * min(1.0, look.septa_db / 9)
    lobes = smooth_field(rng, grid, height, height * (2.0 + 1.4 * variation.anisotropy))
    present = smooth_field(rng, coarse_grid(grid), 1.2, 2.5)
    # Distance to the zero line straight down: lines along the beam are left out, as they reflect
    # away from the probe, and a flat stretch of the field makes no blob.
    slope = np.empty_like(lobes)
    np.subtract(lobes[2:], lobes[:-2], out=slope[1:-1])
    slope[[0, -1]] = 1
    slope /= np.float32(2 * grid.dz)
    line = np.abs(lobes, out=lobes)
    line /= np.maximum(np.abs(slope, out=slope), np.float32(0.35 / height), out=slope)
    line *= np.float32(-1 / 0.09)
    np.exp(line, out=line)
    dense = 0.35 + 0.05 * variation.bright_lines + 0.15 * look.septa_db + 0.04 * look.lines
    rare = np.float32(2.6 - min(dense, 2.4))
    level = variation.line_db - 4 + 1.0 * look.septa_db + 4 * look.fibrous
    present = np.clip(present - rare * np.float32(0.5), 0, 1.5) * np.float32(10 ** (level / 20))
    septa: FloatArray = line
    septa *= enlarge(present, grid)
    septa *= gland
    septa *= np.clip(np.float32(1.1) + areas / np.float32(8), 0, 1)
    return septa


def _borders(look: Appearance, areas: FloatArray) -> FloatArray:
    """Steepness of the map of areas in depth, 0 to 1: where septa shine."""
    edge = np.zeros_like(areas)
    np.abs(areas[1:] - areas[:-1], out=edge[1:])
    edge *= np.float32(2.5 / look.contrast_db)
    return np.minimum(edge, 1, out=edge)


def _net(rng: Draws, look: Appearance, areas: FloatArray, grid: Grid) -> FloatArray:
    """Bright net between the areas, or the streaks of a fibrous gland, dB."""
    bend = np.float32(0.6) * smooth_line(rng, grid.n_x, grid.width_mm, 2.5)
    field = along_curve(smooth_field(rng, grid, 0.5, 2.0 + 2.0 * look.fibrous), bend, dz=grid.dz)
    ridges = np.exp(-((field / np.float32(0.3)) ** 2))
    strength = 0.55 * look.septa_db + 5.0 * look.fibrous
    net: FloatArray = np.float32(strength) * (ridges - np.float32(0.3))
    net *= np.clip(1 + areas / np.float32(5), 0, 1)
    if look.fibrous:
        coarse = smooth_field(rng, grid, 1.2, 3.0)
        net += np.float32(2.5) * coarse - np.float32(3)
    return net
