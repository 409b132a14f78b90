"""Between tissue, beams and pixels: a linear probe looks straight down, a trapezoid fans out.

All beams of a trapezoid meet in one point above the skin. A row of the beam grid is a row of the
picture, so both ways are an interpolation within rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sgus.core.errors import ConfigError
from sgus.phantom.devices import Device
from sgus.phantom.grid import Grid
from sgus.phantom.tissue import Tissue

FloatArray = NDArray[np.float32]
Value = TypeVar("Value", np.float32, np.complex64)

_LEAST_APERTURE_MM = 15.0


@dataclass(frozen=True)
class Beams:
    """Where the beams of a frame run.

    Attributes:
        tissue: Grid of the tissue, which is as wide as the picture at its bottom.
        aperture_mm: Width of the beams at the skin.
    """

    tissue: Grid
    aperture_mm: float

    @property
    def fanned(self) -> bool:
        """Whether they fan out."""
        return self.aperture_mm < self.tissue.width_mm

    @property
    def grid(self) -> Grid:
        """Grid of samples along the beams; its width is the aperture."""
        tissue = self.tissue
        return Grid(tissue.depth_mm, self.aperture_mm, tissue.n_z, tissue.n_x)

    def spread(self, depth_mm: FloatArray) -> FloatArray:
        """How much farther apart the beams are at a depth than at the skin, 1 or more."""
        growth = (self.tissue.width_mm / self.aperture_mm - 1) / self.tissue.depth_mm
        spread: FloatArray = 1 + np.float32(growth) * depth_mm
        return spread


def beams_of(grid: Grid, device: Device) -> Beams:
    """The beams that fill a tissue grid.

    Raises:
        ConfigError: The grid is too narrow for the steering of the device.
    """
    aperture = grid.width_mm - (device.field_width_mm(grid.depth_mm) - device.aperture_mm)
    if aperture < _LEAST_APERTURE_MM:
        raise ConfigError(
            f"device {device.name}",
            f"tissue {grid.width_mm:.0f} mm wide leaves {aperture:.0f} mm of probe",
            "Make the grid Device.field_width_mm wide",
        )
    return Beams(grid, aperture)


def onto_beams(tissue: Tissue, beams: Beams) -> Tissue:
    """The tissue as the beams pass it.

    What the path adds or takes is summed anew along each beam, so that shadows follow it.

    Args:
        tissue: On its own grid.
        beams: Made for that grid.

    Returns:
        The same for straight beams; else on the grid of the beams.
    """
    if not beams.fanned:
        return tissue
    left, share = _columns(beams)
    change = tissue.transmission.copy()
    change[1:] -= tissue.transmission[:-1]
    transmission = _within_rows(change, left, share)
    for row in range(1, len(transmission)):  # a third of the time of cumsum down the columns
        transmission[row] += transmission[row - 1]
    return Tissue(
        beams.grid,
        _within_rows(tissue.echogenicity, left, share),
        _within_rows(tissue.specular, left, share),
        transmission,
        _within_rows(tissue.gland, left, share),
    )


def picture_shape(grid: Grid, width_px: int, height_px: int) -> tuple[int, int, float]:
    """Rows, columns and millimetres a pixel of the largest picture in a frame of that size."""
    spacing = max(grid.width_mm / width_px, grid.depth_mm / height_px)
    return round(grid.depth_mm / spacing), round(grid.width_mm / spacing), spacing


def convert(
    brightness: FloatArray, beams: Beams, *, rows: int, columns: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """The picture with square pixels.

    Args:
        brightness: `(n_z, n_x)` along the beams, 0 to 1.
        beams: Where they run.
        rows: Height of the picture, pixels.
        columns: Its width.

    Returns:
        Pixels `(rows, columns)`, and where no beam passes.
    """
    grey = Image.fromarray((brightness * np.float32(255) + np.float32(0.5)).astype(np.uint8))
    if not beams.fanned:
        pixels = np.asarray(grey.resize((columns, rows), Image.Resampling.BILINEAR))
        return pixels, np.zeros((rows, columns), np.bool_)
    stretched = np.asarray(grey.resize((grey.width, rows), Image.Resampling.BILINEAR))
    across = (np.arange(columns, dtype=np.float32) + np.float32(0.5)) / np.float32(columns)
    depth = (np.arange(rows, dtype=np.float32) + np.float32(0.5)) / np.float32(rows)
    ratio = np.float32(beams.tissue.width_mm / beams.aperture_mm)
    scale = ratio / (1 + (ratio - 1) * depth)  # columns of the picture to beams, for each row
    beam = np.float32(0.5) + (across - np.float32(0.5))[None, :] * scale[:, None]
    outside = np.abs(beam - np.float32(0.5)) > np.float32(0.5)
    left, share = _split(beam * np.float32(grey.width) - np.float32(0.5), grey.width)
    fanned = _within_rows(stretched.astype(np.float32), left, share)
    fanned += np.float32(0.5)
    fanned[outside] = 0
    return fanned.astype(np.uint8), outside


def convert_mask(gland: FloatArray, outside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The gland in the picture: more than half of a pixel, and only where there is a picture.

    Args:
        gland: `(n_z, n_x)` on the tissue grid, 0 to 1.
        outside: Where no beam passes, of the shape of the picture.
    """
    rows, columns = outside.shape
    grey = Image.fromarray((gland * np.float32(255)).astype(np.uint8))
    inside = np.asarray(grey.resize((columns, rows), Image.Resampling.BILINEAR)) > 127
    mask: NDArray[np.bool_] = inside & ~outside
    return mask


def _columns(beams: Beams) -> tuple[NDArray[np.intp], FloatArray]:
    """For each sample of the beam grid, the tissue column left of it and the share of the next."""
    tissue = beams.tissue
    narrow = beams.spread(tissue.z) * np.float32(beams.aperture_mm / tissue.width_mm)
    across = (np.arange(tissue.n_x, dtype=np.float32) + np.float32(0.5)) - np.float32(
        tissue.n_x / 2
    )
    middle = np.float32((tissue.n_x - 1) / 2)
    return _split(middle + across[None, :] * narrow, tissue.n_x)


def _split(position: FloatArray, n: int) -> tuple[NDArray[np.intp], FloatArray]:
    """A position in samples as the sample before it and the share of the next."""
    held = np.clip(position, 0, n - 1)
    left = np.minimum(held.astype(np.intp), n - 2)
    return left, held - left.astype(np.float32)


def _within_rows(
    array: NDArray[Value], left: NDArray[np.intp], share: FloatArray
) -> NDArray[Value]:
    """Linear interpolation of each row at its own positions."""
    flat = np.ascontiguousarray(array).ravel()
    index = left + (np.arange(left.shape[0], dtype=np.intp) * array.shape[1])[:, None]
    low = flat.take(index, mode="clip")
    index += 1
    between: NDArray[Value] = flat.take(index, mode="clip")
    between -= low
    between *= share
    between += low
    return between
