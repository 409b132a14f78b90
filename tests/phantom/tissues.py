"""Simple tissue of known make, for measuring a machine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sgus.phantom.devices import DEVICES, Device
from sgus.phantom.grid import Grid
from sgus.phantom.tissue import Tissue

SILENT = -300.0


def uniform(grid: Grid, level_db: float = 0.0) -> Tissue:
    """The same scattering everywhere, all of it gland."""
    return Tissue(
        grid,
        np.full(grid.shape, level_db, np.float32),
        np.zeros(grid.shape, np.complex64),
        np.zeros(grid.shape, np.float32),
        np.ones(grid.shape, np.float32),
    )


def point(grid: Grid, row: int, column: int, amplitude: float = 1.0) -> Tissue:
    """One reflector in nothing."""
    tissue = uniform(grid, SILENT)
    tissue.specular[row, column] = amplitude
    return tissue


def clean(device: Device, **changes: object) -> Device:
    """The device without noise, side lobes, ringing and stripes."""
    quiet = replace(device, noise_db=SILENT, clutter_db=SILENT, ring_db=SILENT, stripe_db=0.0)
    return replace(quiet, **changes)


def ample(name: str, depth_mm: float = 35.0) -> tuple[Device, Grid]:
    """A device by name and a grid that fills its picture."""
    device = DEVICES[name]
    return device, Grid(depth_mm, device.field_width_mm(depth_mm))
