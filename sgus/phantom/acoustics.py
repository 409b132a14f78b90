"""From tissue along the beams to the envelope of the echoes, in complex baseband.

Everything is float32 or complex64: one float64 array makes all that follow slower by half.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from sgus.phantom.devices import Device
from sgus.phantom.fields import smooth_line
from sgus.phantom.grid import Grid
from sgus.phantom.tissue import Tissue

FloatArray = NDArray[np.float32]
ComplexArray = NDArray[np.complex64]

LOOK_SPACING: Final = 1.3
"""Distance of neighbouring sub-bands in standard deviations `1 / (2 pi sigma)` of the lateral
spectrum. Closer ones are more alike, so average less speckle away."""

_NEPER: Final = np.float32(math.log(10) / 20)
_SIDE_LOBE_MM: Final = 1.5
_RING_MM: Final = 0.5
_PADDING: Final = 24
"""Empty rows below the picture, so that a filter in depth does not wrap the skin to the bottom."""
_NOISE_FROM_MM: Final = 6.0
_MOST_GAIN_DB: Final = 26.0
"""Depth compensation ends here: a machine has only so much gain to give."""


def echo_envelope(
    tissue: Tissue, device: Device, *, rng: np.random.Generator, contact_db: FloatArray
) -> FloatArray:
    """Envelope of the echoes of one frame.

    Args:
        tissue: Sampled along the beams: column `i` is what beam `i` passes.
        device: The machine.
        rng: Where scatterers, side lobes and noise come from.
        contact_db: `(n_x,)`, loss of each beam at the skin, 0 or below.

    Returns:
        `(n_z, n_x)`, 1 is the root mean square of normal parotid speckle. A straight line one
        sample thick of specular amplitude 1 also has 1, in focus and seen by one look.
    """
    grid = tissue.grid
    rows = scipy.fft.next_fast_len(grid.n_z + _PADDING)
    pulse = pulse_response(rows, grid.dz, device.axial_mm)
    echoes = _reflected(tissue, device, rng, contact_db)
    lobes = _side_lobes(grid, device, rng)
    spectrum = scipy.fft.fft(scipy.fft.fft(echoes, axis=1, overwrite_x=True), rows, axis=0)
    spectrum *= pulse[:, None]
    spectrum = scipy.fft.ifft(spectrum, axis=0, overwrite_x=True)[: grid.n_z]
    spectrum *= lobes  # depth x lateral frequency
    noise = _electronic_noise(grid, device, rng)
    level = noise_level(grid, device)
    band, heard, envelope = np.empty_like(spectrum), np.empty_like(noise), np.zeros_like(level)
    for look in range(device.looks):
        np.multiply(spectrum, lateral_response(grid, device, look=look), out=band)
        # Looks share the tissue but not the noise: one draw, turned in depth, serves them all.
        turn = look * (grid.n_z // 3 + 7) % grid.n_z
        np.multiply(noise[: grid.n_z - turn], level[turn:], out=heard[turn:])
        np.multiply(noise[grid.n_z - turn :], level[:turn], out=heard[:turn])
        band += heard
        envelope = envelope + np.abs(scipy.fft.ifft(band, axis=1))
    envelope *= stripes(grid.n_x, device, rng) / np.float32(device.looks)
    return envelope


def circular_normal(rng: np.random.Generator, shape: tuple[int, int]) -> ComplexArray:
    """Circular complex normal numbers of mean square 1.

    By the polar form, whose logarithm and sines numpy takes for many numbers at once: a third of
    the time of two real normal draws.

    References:
        Box and Muller, A note on the generation of random normal deviates, 1958.
    """
    uniform = rng.random((2, *shape), dtype=np.float32)
    radius = np.subtract(1, uniform[0], out=uniform[0])  # above 0, so that its logarithm is finite
    np.log(radius, out=radius)
    np.sqrt(np.negative(radius, out=radius), out=radius)
    angle = np.multiply(uniform[1], np.float32(2 * np.pi), out=uniform[1])
    numbers = np.empty(shape, np.complex64)
    np.multiply(radius, np.cos(angle), out=numbers.real)
    np.multiply(radius, np.sin(angle), out=numbers.imag)
    return numbers


@lru_cache(maxsize=64)
def pulse_response(n_z: int, dz: float, axial_mm: float) -> FloatArray:
    """Spectrum of the pulse `(n_z,)`, of unit energy: white noise of variance 1 keeps it.

    Args:
        n_z: Samples in depth.
        dz: Their distance, mm.
        axial_mm: Standard deviation of the pulse's envelope.
    """
    gaussian = np.exp(-2 * (np.pi * axial_mm * np.fft.fftfreq(n_z, dz)) ** 2)
    response: FloatArray = (gaussian / np.sqrt(np.mean(gaussian**2))).astype(np.float32)
    response.setflags(write=False)
    return response


def lateral_response(grid: Grid, device: Device, *, look: int) -> FloatArray:
    """Lateral spectrum of the beam at each depth `(n_z, n_x)`, of unit energy in each row.

    Looks lie side by side, `LOOK_SPACING` apart, about frequency 0. Frequencies are taken around
    the circle: a band pushed past the Nyquist frequency comes in on the other side, as in a
    sampled signal, and its envelope is the same. Looks beyond what the circle holds, five on the
    finest beam, come to lie on the first ones and average nothing more.

    Args:
        grid: Of the beams.
        device: The machine.
        look: Which sub-band, from 0.
    """
    depth = grid.z
    sigma = np.float32(device.lateral_mm) * np.hypot(
        1, (depth - np.float32(device.focus_mm)) / np.float32(device.focus_length_mm)
    ).astype(np.float32)  # (n_z, 1)
    cycles = scipy.fft.fftfreq(grid.n_x, grid.dx).astype(np.float32)[None, :]
    offset = np.float32((look - (device.looks - 1) / 2) * LOOK_SPACING)
    scaled = np.float32(2 * np.pi) * sigma * cycles - offset
    around = np.float32(2 * np.pi / grid.dx) * sigma
    scaled -= around * np.rint(scaled / around)
    scaled *= scaled
    scaled *= np.float32(-0.5)
    response: FloatArray = np.exp(scaled, out=scaled)
    energy = np.einsum("zx,zx->z", response, response) / np.float32(grid.n_x)
    response /= np.sqrt(energy)[:, None]
    return response


def noise_level(grid: Grid, device: Device) -> FloatArray:
    """Root mean square of the electronic noise after depth compensation `(n_z, 1)`."""
    rise = np.clip(device.noise_growth * (grid.z - _NOISE_FROM_MM), 0, _MOST_GAIN_DB)
    level: FloatArray = np.exp(_NEPER * (rise + device.noise_db).astype(np.float32))
    return level


def stripes(n_x: int, device: Device, rng: np.random.Generator) -> FloatArray:
    """Sensitivity of each beam `(n_x,)`: elements differ in pairs of beams."""
    elements = np.repeat(rng.standard_normal(n_x // 2 + 1, dtype=np.float32), 2)[:n_x]
    sensitivity: FloatArray = np.exp(_NEPER * np.float32(device.stripe_db) * elements)
    return sensitivity


def _reflected(
    tissue: Tissue, device: Device, rng: np.random.Generator, contact_db: FloatArray
) -> ComplexArray:
    """What comes back from each sample, before it is blurred."""
    grid = tissue.grid
    echoes = circular_normal(rng, grid.shape)
    echoes *= np.exp(_NEPER * tissue.echogenicity)
    pulse = pulse_response(grid.n_z, grid.dz, device.axial_mm)
    beam_gain = math.sqrt(2 * math.sqrt(math.pi) * device.lateral_mm / grid.dx)
    line_gain = np.float32(1 / (float(pulse.mean()) * beam_gain))
    echoes += tissue.specular * line_gain
    echoes *= np.exp(_NEPER * (tissue.transmission + contact_db[None, :]))
    rows = int(4 * _RING_MM / grid.dz)
    ring = rng.standard_normal((2, rows), dtype=np.float32)
    decay = np.exp(_NEPER * np.float32(device.ring_db) - grid.z[:rows, 0] / np.float32(_RING_MM))
    along = 1 + np.float32(0.3) * smooth_line(rng, grid.n_x, grid.width_mm, 5.0)
    echoes[:rows] += ((ring[0] + 1j * ring[1]) * decay * line_gain)[:, None] * along[None, :]
    return echoes


def _side_lobes(grid: Grid, device: Device, rng: np.random.Generator) -> ComplexArray:
    """What an imperfect aperture multiplies the lateral spectrum by `(n_x,)`.

    A random tail about the beam, of the device's clutter energy, falling off within millimetres:
    the spectrum of `1` at the beam and the tail beside it.
    """
    away = np.abs(scipy.fft.fftfreq(grid.n_x, 1 / grid.width_mm)).astype(np.float32)
    tail = rng.standard_normal((2, grid.n_x), dtype=np.float32) * np.exp(-away / _SIDE_LOBE_MM)
    tail[:, away < 2 * device.lateral_mm] = 0
    tail *= np.float32(10 ** (device.clutter_db / 20)) / np.sqrt((tail**2).sum())
    beam = tail[0] + 1j * tail[1]
    beam[0] = 1
    spectrum: ComplexArray = scipy.fft.fft(beam).astype(np.complex64)
    return spectrum


def _electronic_noise(grid: Grid, device: Device, rng: np.random.Generator) -> ComplexArray:
    """Noise of variance 1 through the receiver's filter, over depth and lateral frequency.

    It is white from beam to beam, unlike speckle. Drawn as a spectrum, so that sums over the
    many uniform draws are normal: an eighth of the time of normal draws.
    """
    shape = (grid.n_z, 2 * grid.n_x)
    bits = np.frombuffer(rng.bytes(2 * shape[0] * shape[1]), dtype="<i2").reshape(shape)
    white: ComplexArray = bits.astype(np.float32).view(np.complex64)
    scale = math.sqrt(grid.n_x * 3 / 2) / 2**15
    white *= (pulse_response(grid.n_z, grid.dz, device.axial_mm) * np.float32(scale))[:, None]
    noise: ComplexArray = scipy.fft.ifft(white, axis=0, norm="ortho", overwrite_x=True)
    return noise
