"""Everything but the gland: deep tissue, muscles, fat with its septa, skin, vessels."""

from __future__ import annotations

import numpy as np

from sgus.phantom.fields import (
    FloatArray,
    along_curve,
    resample_columns,
    resample_rows,
    smooth_field,
    smooth_line,
    smoothstep,
    soft_step,
)
from sgus.phantom.grid import Grid
from sgus.phantom.interfaces import Reflectors, add_line
from sgus.phantom.layouts.parts import Ellipse, Layout, Line, Muscle
from sgus.phantom.plane import Draws

_SKIN_DB = -3.0


def blend(target: FloatArray, share: FloatArray, value: FloatArray | np.float32) -> None:
    """Moves `target` towards `value` by `share`, in place."""
    target += share * (value - target)


def deep_tissue(rng: Draws, grid: Grid, *, level_db: float, mosaic_db: float = 0.0) -> FloatArray:
    """Patchy connective tissue that darkens with depth, `(n_z, n_x)` dB.

    Args:
        rng: Where the patches come from.
        grid: Where the samples lie.
        level_db: Mean scattering strength.
        mosaic_db: How much darker its irregular dark patches are than the rest: vessels, nodes
            and muscle cut at all angles, as below a submandibular gland. 0 is none.
    """
    half = Grid(grid.depth_mm, grid.width_mm, n_z=grid.n_z // 4, n_x=grid.n_x // 2)
    patches = np.float32(3.9) * smooth_field(rng, half, 1.8, 5.0)
    stripes = smooth_field(rng, half, 0.6, 4.0)
    patches += np.float32(1.2) * stripes + np.float32(2.5) * np.clip(stripes - 1, 0, 1.5)
    lumps, columns = (
        smooth_field(rng, half, 2.0, 4.0),
        smooth_line(rng, half.n_x, half.width_mm, 1.5),
    )
    patches -= np.float32(mosaic_db) * soft_step((lumps - np.float32(0.25)) / np.float32(0.3))
    # What shines below casts and lets through streaks of light straight down.
    growth = smoothstep(8.0, 20.0, half.z)
    patches += np.float32(0.25 * mosaic_db) * columns[None, :] * growth
    tissue = resample_rows(resample_columns(patches, grid.n_x), grid.n_z)
    tissue += np.float32(level_db) - np.float32(0.3) * np.clip(grid.z - 12, 0, 40)
    return tissue


def paint_muscles(target: FloatArray, rng: Draws, layout: Layout, grid: Grid) -> FloatArray:
    """Paints all muscles with one striated texture.

    Args:
        target: Echogenicity, changed in place.
        rng: Where the texture comes from.
        layout: The muscles, and the gland's border that the striation follows.
        grid: Where the samples lie.

    Returns:
        Share of muscle `(n_z, n_x)`.
    """
    total = np.zeros(grid.shape, np.float32)
    if not layout.muscles:
        return total
    bottom = np.maximum(layout.bottom, layout.top)
    curve = float(rng.uniform(0.3, 0.9)) * (bottom - bottom.mean())
    curve = curve + np.float32(0.4) * smooth_line(rng, grid.n_x, grid.width_mm, 5.0)
    curve = curve + np.float32(0.15 * rng.standard_normal()) * grid.x[0]
    stripes = along_curve(smooth_field(rng, grid, 0.32, 4.0), curve, dz=grid.dz)
    texture = np.float32(2.2) * stripes + np.float32(5) * np.clip(stripes - np.float32(0.8), 0, 2)
    for muscle in layout.muscles:
        share = _band(muscle, grid)
        blend(target, share, texture + np.float32(muscle.level_db))
        np.maximum(total, share, out=total)
    return total


def _band(muscle: Muscle, grid: Grid) -> FloatArray:
    edge = np.float32(muscle.edge_mm)
    share: FloatArray = soft_step((grid.z - muscle.upper[None, :]) / edge)
    share *= soft_step((muscle.lower[None, :] - grid.z) / edge)
    if muscle.share is not None:
        share *= muscle.share[None, :]
    return share


def paint_surface(
    target: FloatArray, rng: Draws, layout: Layout, *, reflectors: Reflectors
) -> None:
    """Paints subcutaneous fat with its wavy septa, and the skin.

    Args:
        target: Echogenicity, changed in place.
        rng: Where septa and texture come from.
        layout: Where fat and skin lie.
        reflectors: Where the septa are added.
    """
    grid = reflectors.grid
    rows = min(grid.n_z, int(layout.top.max() / grid.dz) + 6)
    part = Grid(rows * grid.dz, grid.width_mm, n_z=rows, n_x=grid.n_x)
    fat = soft_step((layout.top[None, :] - part.z) / np.float32(0.3))
    lobules = smooth_field(rng, part, 0.5, 2.2)
    level = float(rng.uniform(-22, -6))
    texture = np.float32(level) + np.float32(1.5) * lobules
    texture += np.float32(5) * np.clip(lobules - np.float32(1.1), 0, 1.5)
    blend(target[:rows], fat, texture)
    skin = soft_step((layout.skin[None, :] - part.z) / np.float32(0.15))
    blend(target[:rows], skin, np.float32(_SKIN_DB))
    _fat_septa(rng, layout, reflectors)
    under = layout.skin + np.float32(0.05)
    add_line(reflectors, Line(under, float(rng.uniform(4, 11)), 0.5), rng)
    add_line(reflectors, Line(np.full_like(under, 0.3), 5.0, 0.3), rng)


def _fat_septa(rng: Draws, layout: Layout, reflectors: Reflectors) -> None:
    """Long wavy lines that run through the fat, meet and part: one for each 0.7 mm of it."""
    grid = reflectors.grid
    thickness = layout.top - layout.skin
    count = int(np.clip(float(thickness.mean()) / 0.7, 0, 9))
    strength = float(rng.uniform(0, 8))
    sway = np.float32(min(0.16, 0.45 / max(float(thickness.mean()), 0.1)))
    for _ in range(9):
        start = float(rng.uniform(0.05, 0.98))
        wander = smooth_line(rng, grid.n_x, grid.width_mm, 4.5)
        present = smooth_line(rng, grid.n_x, grid.width_mm, 5.0)
        if count <= 0:
            continue
        count -= 1
        height = np.clip(start + sway * wander, 0.02, 1.0)
        share = np.clip(present * np.float32(1.5) + np.float32(0.7), 0, 1)
        depth = (layout.skin + height * thickness).astype(np.float32)
        add_line(reflectors, Line(depth, strength, 0.8, share), rng)


def paint_ellipse(
    target: FloatArray, warp: FloatArray, ellipse: Ellipse, grid: Grid
) -> tuple[tuple[slice, slice], FloatArray] | None:
    """Paints something round where its box meets the picture.

    Args:
        target: Echogenicity, changed in place.
        warp: `(n_z, n_x)`, mean 0 and variance 1, bends its outline.
        ellipse: What to paint.
        grid: Where the samples lie.

    Returns:
        The box, and the share inside it; None where it lies outside the picture.
    """
    box = _box(ellipse, grid)
    if box is None:
        return None
    bend = np.float32(0.16 * min(ellipse.radius_z, 2.0)) * warp[box]
    down = grid.z[box[0]] - np.float32(ellipse.z) + bend
    right = grid.x[:, box[1]] - np.float32(ellipse.x) + bend
    cos, sin = np.float32(np.cos(ellipse.angle)), np.float32(np.sin(ellipse.angle))
    along = (right * cos + down * sin) / np.float32(ellipse.radius_x)
    across = (down * cos - right * sin) / np.float32(ellipse.radius_z)
    away = np.sqrt(along * along + across * across)
    softness = np.float32(min(0.6, 0.3 / ellipse.radius_z))
    inside = soft_step(((1 - away) / softness).astype(np.float32))
    blend(target[box], inside, np.float32(ellipse.level_db))
    if ellipse.core_db:
        core = soft_step((np.float32(0.42) - away) / np.float32(0.25))
        target[box] += np.float32(ellipse.core_db) * core
    if ellipse.wall_db:
        ring = np.exp(-(((away - 1) / softness - np.float32(0.6)) ** 2))
        facing = np.clip(np.abs(across), 0, 1) ** 2  # walls across the beam shine
        target[box] += np.float32(ellipse.wall_db) * ring * facing
    return box, inside


def _box(ellipse: Ellipse, grid: Grid) -> tuple[slice, slice] | None:
    reach = 1.3 * max(ellipse.radius_x, ellipse.radius_z) + 0.6
    tall = 1.3 * (ellipse.radius_z + ellipse.radius_x * abs(float(np.sin(ellipse.angle)))) + 0.6
    rows = slice(
        max(0, int((ellipse.z - tall) / grid.dz)), min(grid.n_z, int((ellipse.z + tall) / grid.dz))
    )
    columns = slice(
        max(0, int((ellipse.x - reach) / grid.dx)),
        min(grid.n_x, int((ellipse.x + reach) / grid.dx)),
    )
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return None
    return rows, columns
