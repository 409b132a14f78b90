"""The place of a picture in the anatomy: one gland has one shape whatever part a probe shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from sgus.phantom.fields import smooth_line, smoothstep
from sgus.phantom.grid import Grid
from sgus.phantom.layouts.parts import Curve
from sgus.phantom.plane import Draws

EXTENT_MM: Final = 96.0
"""Width of the anatomy that random lines are drawn for; wider than any probe."""

_SAMPLES: Final = 384


class Frame:
    """Lateral coordinates with the gland's middle at 0, and curves over them.

    Args:
        grid: Where the samples lie.
        offset_mm: Anatomical coordinate of the middle of the picture.
        tilt: Slope of the deep tissue against the probe, mm a mm.
    """

    def __init__(self, grid: Grid, *, offset_mm: float = 0.0, tilt: float = 0.0) -> None:
        self.grid = grid
        self.u: Curve = grid.x[0] - np.float32(grid.width_mm / 2 - offset_mm)
        self.slope: Curve = np.float32(tilt) * self.u
        self._lattice = ((np.arange(_SAMPLES) + 0.5) / _SAMPLES - 0.5) * EXTENT_MM

    def column(self, u_mm: float) -> int:
        """The nearest column of the grid."""
        position = (u_mm - float(self.u[0])) / self.grid.dx
        return int(np.clip(round(position), 0, self.grid.n_x - 1))

    def x(self, u_mm: float) -> float:
        """An anatomical coordinate as a position on the grid, mm; may lie outside it."""
        return u_mm - float(self.u[0]) + 0.5 * self.grid.dx

    def line(self, rng: Draws, length_mm: float) -> Curve:
        """A random line of mean 0 and variance 1, the same for each part of the anatomy shown."""
        whole = smooth_line(rng, _SAMPLES, EXTENT_MM, length_mm)
        return np.interp(self.u, self._lattice, whole).astype(np.float32)

    def through(self, points: Sequence[tuple[float, float]]) -> Curve:
        """The smooth curve without overshoot through `(u, z)` points, held beyond the ends."""
        u, z = np.array(sorted(points)).T
        inside = np.clip(self.u, u[0], u[-1])
        return np.asarray(PchipInterpolator(u, z)(inside), np.float32)

    def smooth(self, curve: Curve, length_mm: float) -> Curve:
        """A curve without details below `length_mm`."""
        sigma = length_mm / self.grid.dx
        return np.asarray(gaussian_filter1d(curve, sigma, mode="nearest"), np.float32)

    def between(self, start: float, end: float, soft_mm: float = 1.0) -> Curve:
        """1 from `start` to `end`, falling to 0 over `soft_mm` outside."""
        rise = smoothstep(start - soft_mm, start, self.u)
        return rise * (1 - smoothstep(end, end + soft_mm, self.u))
