"""What the path above a sample adds or takes: enhancement, shade, shadow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from sgus.phantom.fields import FloatArray, smooth_line, smoothstep
from sgus.phantom.grid import Grid
from sgus.phantom.interfaces import ComplexArray, bone_shadow
from sgus.phantom.layers import blend
from sgus.phantom.layouts.parts import Layout
from sgus.phantom.lesions import coarse_grid, nearest
from sgus.phantom.parenchyma import enlarge
from sgus.phantom.plane import Draws
from sgus.phantom.variation import Variation

FLUID_DB_MM = 0.9
"""What a millimetre of fluid adds against the depth compensation of the machine."""

_MUSCLE_DB_MM = 0.25
_LIMITS_DB = (-30, 9)


def path_gain(
    fluid: FloatArray, muscle: FloatArray, gland: FloatArray, *, areas: FloatArray, grid: Grid
) -> FloatArray:
    """Gain of the path on the coarse grid: fluid and areas let more through, muscle less.

    Args:
        fluid: Share of fluid `(n_z, n_x)`.
        muscle: Share of muscle, the same.
        gland: Share of gland, the same.
        areas: Change by hypoechoic areas on the coarse grid, dB.
        grid: The full grid.

    Returns:
        dB of the coarse grid.
    """
    coarse = coarse_grid(grid)
    pick = np.ix_(nearest(grid.n_z, coarse.n_z), nearest(grid.n_x, coarse.n_x))
    gain = np.float32(FLUID_DB_MM) * fluid[pick] - np.float32(_MUSCLE_DB_MM) * muscle[pick]
    gain += np.float32(0.7) * np.clip(areas / -14, 0, 1.8) * gland[pick]
    path = np.cumsum(gain, axis=0, dtype=np.float32) * np.float32(coarse.dz)
    smooth: FloatArray = gaussian_filter1d(path, 0.5 / coarse.dx, axis=1, truncate=2.5)
    return smooth


def transmission(
    rng: Draws, gain: FloatArray, variation: Variation, *, layout: Layout, grid: Grid
) -> FloatArray:
    """All that the path does, `(n_z, n_x)` dB.

    Args:
        rng: Where shade and the shadows of borders come from.
        gain: `path_gain`.
        variation: How deep this picture reaches and how shaded it is.
        layout: Where the gland begins and ends.
        grid: The full grid.
    """
    coarse = coarse_grid(grid)
    columns = nearest(grid.n_x, coarse.n_x)
    shade = smooth_line(rng, coarse.n_x, coarse.width_mm, 3.0)
    shade += smooth_line(rng, coarse.n_x, coarse.width_mm, 7.0)
    growth = 1 - np.exp(-np.clip(coarse.z - layout.top[columns][None, :], 0, 40) / 6)
    path = gain + np.float32(0.7 * variation.shading_db) * np.minimum(shade, 1)[None, :] * growth
    lost = np.clip(coarse.z - np.float32(variation.penetration_mm), 0, None)
    path -= np.float32(variation.loss_db_mm) * lost
    path += _border_shadows(rng, layout, coarse, columns)
    np.clip(path, *_LIMITS_DB, out=path)
    return enlarge(path, grid)


def _border_shadows(
    rng: Draws, layout: Layout, coarse: Grid, columns: NDArray[np.intp]
) -> FloatArray:
    """Refraction at the ends of a round gland: narrow shadows straight down from them."""
    strength = rng.uniform(0, 6, 2)
    present = (layout.bottom > layout.top)[columns]
    shadow = np.zeros(coarse.shape, np.float32)
    ends = np.flatnonzero(np.diff(present.astype(np.int8)))
    for end, db in zip(ends[:2], strength, strict=False):
        across = np.exp(-(((coarse.x - (end + 1) * coarse.dx) / np.float32(0.9)) ** 2))
        shadow -= (
            np.float32(db)
            * across
            * smoothstep(0.0, 4.0, coarse.z - float(layout.top[columns][end]))
        )
    return shadow


def cast_shadows(
    rng: Draws,
    layout: Layout,
    grid: Grid,
    *,
    echogenicity: FloatArray,
    specular: ComplexArray,
    gland: FloatArray,
) -> None:
    """Darkens what lies behind bone and takes it from the gland.

    Args:
        rng: Distance of the bone's reverberations.
        layout: The bones.
        grid: The full grid.
        echogenicity: Changed in place.
        specular: Changed in place.
        gland: Changed in place.
    """
    for bone in layout.bones:
        shadow, level = bone_shadow(bone, grid, float(rng.uniform(3, 6)))
        blend(echogenicity, shadow, level)
        below = grid.z - bone.surface[None, :]
        specular *= 1 - np.float32(0.97) * smoothstep(0.9, 1.3, below) * bone.share[None, :]
        gland *= 1 - smoothstep(-0.3, 0.2, below) * bone.share[None, :]
