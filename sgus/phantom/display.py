"""From the envelope to brightness: what the operator sets and what the machine's display does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from sgus.phantom.devices import Device
from sgus.phantom.fields import smooth_line, smoothstep
from sgus.phantom.grid import Grid

FloatArray = NDArray[np.float32]

_FLOOR: Final = np.float32(1e-5)
_DECIBEL: Final = np.float32(20 / np.log(10))
_SPECKLE_DB: Final = 4.0
"""Standard deviation of one look's speckle, about, which the adaptive filter takes for granted."""
_UNSHARP_SAMPLES: Final = 2.5
_STRETCH: Final = 2.4
"""How much wider than high machines smooth: grain on real screens is 2.6 to 3.4 times as wide as
high, more than the point spread alone makes it."""
_PIVOT_MM: Final = 15.0
"""Where the slides of the depth compensation add nothing."""
_POOR_CONTACT: Final = 0.25
"""Share of scans in which one end of the probe stands off the skin."""


@dataclass(frozen=True, eq=False)
class Controls:
    """How the operator holds and sets the machine for one scan.

    Attributes:
        gain_db: `(n_z, 1)`, overall gain and the slides of the depth compensation.
        beam_db: `(1, n_x)`, uneven sensitivity across.
        contact_db: `(n_x,)`, loss at the skin, 0 or below.
        dynamic_range_db: As set.
    """

    gain_db: FloatArray
    beam_db: FloatArray
    contact_db: FloatArray
    dynamic_range_db: float

    @classmethod
    def draw(cls, device: Device, grid: Grid, rng: np.random.Generator) -> Controls:
        """Settings of one scan.

        Args:
            device: Whose usual settings they lie around.
            grid: Of the beams.
            rng: Where they come from.
        """
        tilt = (device.slope_db_mm + rng.normal(0, 0.06)) * (grid.z[:, 0] - _PIVOT_MM)
        slides = 0.8 * smooth_line(rng, grid.n_z, grid.depth_mm, 8.0)
        gain = device.gain_db + rng.normal(0, 1.6) + tilt + slides
        beam = 0.9 * smooth_line(rng, grid.n_x, grid.width_mm, 9.0)
        across = np.linspace(0, 1, grid.n_x, dtype=np.float32)
        side, start, loss = rng.random() < 0.5, rng.uniform(0.72, 0.95), rng.uniform(5, 25)
        poor = rng.random() < _POOR_CONTACT
        contact = -loss * poor * smoothstep(start, 1.02, across if side else across[::-1])
        return cls(
            gain.astype(np.float32)[:, None],
            beam[None, :],
            contact.astype(np.float32),
            device.dynamic_range_db * rng.uniform(0.93, 1.07),
        )

    @classmethod
    def ideal(cls, device: Device, grid: Grid) -> Controls:
        """The device's usual settings, with even contact: for measuring the device."""
        return cls(
            (device.gain_db + device.slope_db_mm * (grid.z - _PIVOT_MM)).astype(np.float32),
            np.zeros((1, grid.n_x), np.float32),
            np.zeros(grid.n_x, np.float32),
            device.dynamic_range_db,
        )


def brightness(envelope: FloatArray, device: Device, controls: Controls) -> FloatArray:
    """Brightness on the screen `(n_z, n_x)`, 0 to 1.

    The plain filter works on the envelope, where it fills the dark holes of speckle; after log
    compression it would leave them.

    Args:
        envelope: `(n_z, n_x)`, 1 is normal parotid speckle; used up.
        device: Its grey map and filters.
        controls: The operator's.
    """
    if device.smoothing > 0:
        envelope = _blur(scipy.fft.dctn(envelope, norm="ortho"), device.smoothing)
    level = np.log(np.maximum(envelope, _FLOOR, out=envelope), out=envelope)
    level *= _DECIBEL
    level += controls.gain_db
    level += controls.beam_db
    level *= np.float32(1 / controls.dynamic_range_db)
    level += np.float32(device.grey)
    np.clip(level, 0, 1, out=level)
    if device.speckle_reduction > 0:
        level = _without_speckle(level, device)
    if device.sharpening > 0:
        level = _sharpened(level, device.sharpening)
    np.clip(level, 0, 1, out=level)
    shown: FloatArray = np.power(level, np.float32(device.gamma), out=level)
    return shown


def _sharpened(level: FloatArray, amount: float) -> FloatArray:
    """Unsharp masking."""
    spectrum = scipy.fft.dctn(level, norm="ortho")
    wide = blur_response(level.shape, _UNSHARP_SAMPLES)
    spectrum *= np.float32(1 + amount) - np.float32(amount) * wide
    sharp: FloatArray = scipy.fft.idctn(spectrum, norm="ortho", overwrite_x=True)
    return sharp


def _without_speckle(level: FloatArray, device: Device) -> FloatArray:
    """Lee's filter: what varies no more than speckle does is averaged, structure is kept.

    References:
        Lee, Digital image enhancement and noise filtering by use of local statistics, 1980.
    """
    mean = _blur(scipy.fft.dctn(level, norm="ortho"), 1.8)
    away = level - mean
    variance = _blur(scipy.fft.dctn(away * away, norm="ortho"), 2.2)
    np.maximum(variance, 0, out=variance)
    speckle_sd = _SPECKLE_DB / np.sqrt(device.looks) / device.dynamic_range_db
    keep = variance / (variance + np.float32(3 * speckle_sd**2))
    keep *= np.float32(device.speckle_reduction)
    keep += np.float32(1 - device.speckle_reduction)
    away *= keep
    away += mean
    return away


def _blur(spectrum: FloatArray, sigma: float) -> FloatArray:
    """A cosine spectrum back as an image, blurred more across than in depth."""
    response = blur_response(spectrum.shape, sigma, stretch=_STRETCH)
    image: FloatArray = scipy.fft.idctn(spectrum * response, norm="ortho")
    return image


@lru_cache(maxsize=64)
def blur_response(shape: tuple[int, int], sigma: float, *, stretch: float = 1.0) -> FloatArray:
    """What a Gaussian blur multiplies a cosine spectrum by; borders are mirrored.

    Args:
        shape: Of the image.
        sigma: Standard deviation of the blur, samples, the geometric mean of that in depth and
            that across; 0 leaves the image alone.
        stretch: The one across over the one in depth.
    """
    sigmas = sigma / stretch**0.5, sigma * stretch**0.5
    down, across = (
        np.exp(-0.5 * (np.pi * own * np.arange(n) / n) ** 2)
        for n, own in zip(shape, sigmas, strict=True)
    )
    response: FloatArray = np.outer(down, across).astype(np.float32)
    response.setflags(write=False)
    return response
