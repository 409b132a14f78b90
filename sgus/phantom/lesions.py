"""Hypoechoic and anechoic areas of the gland, as a map in dB on a coarse grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.phantom.fields import FloatArray, smooth_field, soft_step
from sgus.phantom.grid import Grid
from sgus.phantom.plane import Draws
from sgus.phantom.severity import Appearance

COARSE_MM: Final = 0.25
"""Sample distance of the maps: areas are soft over more than this."""

_PATCH: Final = 2.6
"""Half size of the box an area is computed in, in units of its radius."""

_MARGIN_MM: Final = 1.2


@dataclass(frozen=True, eq=False)
class Foci:
    """Areas as drawn, before they are put on a grid. All arrays `(n,)`, mm and dB.

    Attributes:
        z: Depth of the centres.
        x: Position of the centres.
        radius: Mean radius.
        stretch: Width over height.
        angle: Turn, radians.
        depth_db: How much darker than the gland.
        edge_mm: Softness of the border.
    """

    z: FloatArray
    x: FloatArray
    radius: FloatArray
    stretch: FloatArray
    angle: FloatArray
    depth_db: FloatArray
    edge_mm: FloatArray


def coarse_grid(grid: Grid) -> Grid:
    """The grid of the maps: the same plane in samples of about `COARSE_MM`."""
    return Grid(
        grid.depth_mm,
        grid.width_mm,
        n_z=round(grid.depth_mm / COARSE_MM),
        n_x=round(grid.width_mm / COARSE_MM),
    )


def nearest(n_old: int, n_new: int) -> NDArray[np.intp]:
    """Index of the old sample nearest to each of `n_new` over the same extent."""
    index: NDArray[np.intp] = ((np.arange(n_new) + 0.5) * n_old / n_new).astype(np.intp)
    return index


def draw_foci(
    rng: Draws, look: Appearance, *, gland: FloatArray, grid: Grid, origin_mm: float
) -> Foci:
    """Chooses areas until they are meant to cover `look.coverage` of the gland in the picture.

    Sites are a jittered hexagonal lattice over the whole anatomy, each with its own rank: another
    probe or plane finds the same areas, and a more diseased gland has more of them.

    Args:
        rng: The gland's draws.
        look: How many, how large and how dark.
        gland: `(n_z, n_x)` of `grid`, 1 inside the gland.
        grid: The coarse grid.
        origin_mm: Position on the grid of the middle of the anatomy.
    """
    radius = look.radius_mm
    sites = _sites(rng, spacing=max(1.9 * radius, 1.5), origin_mm=origin_mm)
    n = len(sites)
    normal = rng.standard_normal((6, n))
    chance = rng.uniform(size=(4, n))
    row = np.clip((sites[:, 0] / grid.dz).astype(int), 0, grid.n_z - 1)
    column = (sites[:, 1] / grid.dx).astype(int)
    inside = (column >= 0) & (column < grid.n_x)
    inside &= gland[row, np.clip(column, 0, grid.n_x - 1)] > 0.5
    rank = _rank(rng, sites, chance[0], diffuse=look.diffuse, origin_mm=origin_mm)
    rank[~inside] = np.inf
    radii = radius * np.exp(look.spread * normal[0])
    order = np.argsort(rank, kind="stable")[: int(inside.sum())]
    area = float(gland.sum()) * grid.dz * grid.dx
    wanted = _count(radii[order], look.coverage * area, chance[1][order[:1]])
    chosen = order[:wanted]
    fluid = chance[2][chosen] < look.anechoic_share
    depth = np.where(
        fluid,
        17 + 9 * chance[3][chosen],
        look.contrast_db * np.exp(0.3 * normal[1][chosen]),
    )
    edge = (0.25 + 0.5 * chance[3][chosen]) * np.where(fluid, 0.6, 1.0)
    return Foci(
        *(
            np.asarray(values, np.float32)
            for values in (
                sites[chosen, 0],
                sites[chosen, 1],
                radii[chosen],
                look.elongation * np.exp(0.2 * normal[2][chosen]),
                0.3 * normal[3][chosen],
                depth,
                edge,
            )
        )
    )


def foci_map(rng: Draws, foci: Foci, grid: Grid) -> FloatArray:
    """Change of scattering strength by the areas.

    Args:
        rng: Warps the outlines.
        foci: The areas.
        grid: The coarse grid.

    Returns:
        `(n_z, n_x)` dB, 0 outside the areas, negative inside.
    """
    warp_z = smooth_field(rng, grid, 0.9, 0.9)
    warp_x = smooth_field(rng, grid, 0.9, 0.9)
    change = np.zeros(grid.n_z * grid.n_x, np.float32)
    reach = _PATCH * foci.radius + _MARGIN_MM
    for low, high in ((0.0, 3.0), (3.0, 6.0), (6.0, np.inf)):  # boxes of like size together
        group = np.flatnonzero((reach >= low) & (reach < high))
        if len(group):
            _stamp(change, foci, group, grid=grid, warps=(warp_z, warp_x))
    return change.reshape(grid.shape)


def dots_map(rng: Draws, look: Appearance, grid: Grid) -> FloatArray:
    """Faint small dots: the lowest values of a fine random field, `(n_z, n_x)` dB, 0 or below.

    Args:
        rng: Where they come from.
        look: How many and how dark.
        grid: The coarse grid.
    """
    field = smooth_field(rng, grid, 0.6, 1.0)
    threshold = np.float32(_normal_quantile(max(look.dots, 1e-6)))
    inside: FloatArray = soft_step((threshold - field) / np.float32(0.35))
    return inside * np.float32(-look.dots_db)


def _sites(rng: Draws, *, spacing: float, origin_mm: float) -> NDArray[np.float64]:
    """Jittered hexagonal lattice `(n, 2)` of depth and position over the whole anatomy, mm."""
    z, u = np.meshgrid(np.arange(0, 45, 0.87 * spacing), np.arange(-36, 36, spacing), indexing="ij")
    u = u + (np.arange(z.shape[0]) % 2)[:, None] * spacing / 2 + rng.uniform(0, spacing)
    z = z + rng.uniform(0, spacing) + 0.24 * spacing * rng.standard_normal(z.shape)
    u = u + 0.24 * spacing * rng.standard_normal(u.shape)
    return np.stack([z.ravel(), u.ravel() + origin_mm], axis=1)


def _rank(
    rng: Draws,
    sites: NDArray[np.float64],
    chance: NDArray[np.float64],
    *,
    diffuse: float,
    origin_mm: float,
) -> NDArray[np.float64]:
    """Order in which sites fall ill, lowest first: near a few centres, or anywhere if diffuse."""
    centres_z = rng.uniform(2, 14, 3)
    centres_u = rng.uniform(-13, 13, 3)
    count = int(rng.integers(1, 4))
    away = [
        (sites[:, 0] - z - 3) ** 2 + (sites[:, 1] - origin_mm - u) ** 2
        for z, u in zip(centres_z[:count], centres_u[:count], strict=True)
    ]
    near = np.exp(-np.min(away, axis=0) / (2 * 4.5**2))
    weight = diffuse + (1 - diffuse) * near + 0.05
    rank: NDArray[np.float64] = -np.log(chance + 1e-9) / weight
    return rank


def _count(radii: NDArray[np.float64], wanted_mm2: float, chance: NDArray[np.float64]) -> int:
    """How many of the areas cover `wanted_mm2`; the last one in with a chance for its part."""
    covered = np.cumsum(np.pi * radii**2)
    whole = int(np.searchsorted(covered, wanted_mm2))
    if whole >= len(radii):
        return len(radii)
    before = float(covered[whole - 1]) if whole else 0.0
    part = (wanted_mm2 - before) / float(np.pi * radii[whole] ** 2)
    return whole + int(chance[0] < part)


def _stamp(
    change: FloatArray,
    foci: Foci,
    group: NDArray[np.intp],
    *,
    grid: Grid,
    warps: tuple[FloatArray, FloatArray],
) -> None:
    """Lowers the flat map by all areas of a group at once, each in a box of the same size."""
    reach = float((_PATCH * foci.radius[group] + _MARGIN_MM).max())
    half_z, half_x = int(np.ceil(reach / grid.dz)), int(np.ceil(reach / grid.dx))
    rows = (foci.z[group] / grid.dz).astype(np.intp)[:, None, None]
    columns = (foci.x[group] / grid.dx).astype(np.intp)[:, None, None]
    rows = rows + np.arange(-half_z, half_z + 1)[None, :, None]
    columns = columns + np.arange(-half_x, half_x + 1)[None, None, :]
    valid = (rows >= 0) & (rows < grid.n_z) & (columns >= 0) & (columns < grid.n_x)
    index = np.clip(rows, 0, grid.n_z - 1) * grid.n_x + np.clip(columns, 0, grid.n_x - 1)

    def each(values: FloatArray) -> FloatArray:
        return values[group][:, None, None]

    warp = np.float32(0.27) * np.minimum(each(foci.radius), np.float32(1.4))
    down = (rows.astype(np.float32) + np.float32(0.5)) * np.float32(grid.dz) - each(foci.z)
    right = (columns.astype(np.float32) + np.float32(0.5)) * np.float32(grid.dx) - each(foci.x)
    down = down + warp * warps[0].ravel()[index]
    right = right + warp * warps[1].ravel()[index]
    cos, sin = np.cos(each(foci.angle)), np.sin(each(foci.angle))
    root = np.sqrt(each(foci.stretch))
    along = (right * cos + down * sin) / (each(foci.radius) * root)
    across = (down * cos - right * sin) * root / each(foci.radius)
    away = np.sqrt(along * along + across * across)
    depth = each(foci.depth_db) * soft_step((1 - away) * (each(foci.radius) / each(foci.edge_mm)))
    np.minimum.at(change, index[valid], -depth[valid])


def _normal_quantile(share: float) -> float:
    """Value below which `share` of a standard normal lies (Abramowitz and Stegun 26.2.23)."""
    tail = min(share, 1 - share)
    t = float(np.sqrt(-2 * np.log(tail)))
    value = t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (
        1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t**3
    )
    return -value if share < 0.5 else value
