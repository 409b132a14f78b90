"""The plane a phantom is made on: depth down, width across, in millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Grid:
    """A regular grid of samples.

    Attributes:
        depth_mm: Extent from the skin down.
        width_mm: Extent along the probe.
        n_z: Samples in depth, the first axis of every array.
        n_x: Samples across, the second axis.
    """

    depth_mm: float
    width_mm: float
    n_z: int = 448
    n_x: int = 256

    @property
    def shape(self) -> tuple[int, int]:
        """`(n_z, n_x)`."""
        return self.n_z, self.n_x

    @property
    def dz(self) -> float:
        """Distance of two samples in depth, mm."""
        return self.depth_mm / self.n_z

    @property
    def dx(self) -> float:
        """Distance of two samples across, mm."""
        return self.width_mm / self.n_x

    @cached_property
    def z(self) -> NDArray[np.float32]:
        """Depth of the sample centres `(n_z, 1)`, mm."""
        return ((np.arange(self.n_z, dtype=np.float32)[:, None] + 0.5) * self.dz).astype(np.float32)

    @cached_property
    def x(self) -> NDArray[np.float32]:
        """Position of the sample centres `(1, n_x)`, mm."""
        return ((np.arange(self.n_x, dtype=np.float32)[None, :] + 0.5) * self.dx).astype(np.float32)
