"""Smooth random fields and lines, fast enough for thousands of images.

A field is white noise on a coarse lattice, spread by Gaussian bumps: `A_z @ noise @ A_x.T`. Two
small products make any correlation length, and the bases are cached.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, overload

import numpy as np
from numpy.typing import NDArray

from sgus.phantom.grid import Grid
from sgus.phantom.plane import Draws

FloatArray = NDArray[np.float32]

_STEPS_PER_E_FOLD: Final = 20
"""Lengths are rounded to steps of 5 % so that images of slightly different depth share bases."""


def smooth_field(rng: Draws, grid: Grid, length_z_mm: float, length_x_mm: float) -> FloatArray:
    """A Gaussian random field of mean 0 and variance 1.

    Two samples `d` mm apart along an axis have correlation `exp(-(d / length)**2 / 2)`, so 0.61
    one length apart.

    Args:
        rng: Where the noise comes from.
        grid: Where the samples lie.
        length_z_mm: Correlation length in depth.
        length_x_mm: Correlation length across.

    Returns:
        `(n_z, n_x)`.
    """
    down = _basis(grid.n_z, _step(length_z_mm / grid.dz))
    across = _basis(grid.n_x, _step(length_x_mm / grid.dx))
    noise = rng.standard_normal((down.shape[1], across.shape[1]), dtype=np.float32)
    field: FloatArray = down @ noise @ across.T
    return field


def smooth_line(rng: Draws, n: int, extent_mm: float, length_mm: float) -> FloatArray:
    """The same along one axis: `(n,)`, mean 0, variance 1.

    Args:
        rng: Where the noise comes from.
        n: Number of samples.
        extent_mm: What the samples span.
        length_mm: Correlation length, as in `smooth_field`.
    """
    basis = _basis(n, _step(length_mm * n / extent_mm))
    line: FloatArray = basis @ rng.standard_normal(basis.shape[1], dtype=np.float32)
    return line


def along_curve(field: FloatArray, curve_mm: NDArray[np.floating], *, dz: float) -> FloatArray:
    """Shifts every column of a field down by a curve, so that its rows follow the curve.

    Args:
        field: `(n_z, n_x)`.
        curve_mm: `(n_x,)`, shift of each column.
        dz: Distance of two rows, mm.

    Returns:
        `(n_z, n_x)`; what is pushed out below comes in above.
    """
    n_z, n_x = field.shape
    shift = np.rint(curve_mm / dz).astype(np.intp)
    rows = (np.arange(n_z, dtype=np.intp)[:, None] - shift[None, :]) % n_z
    rows *= n_x
    rows += np.arange(n_x, dtype=np.intp)[None, :]
    followed: FloatArray = field.ravel().take(rows)
    return followed


def soft_step(value: FloatArray) -> FloatArray:
    """0 below -1, 1 above 1, a cubic between."""
    t = value * np.float32(0.5)
    t += np.float32(0.5)
    return _eased(t)


@overload
def smoothstep(start: float, end: float, value: float) -> float: ...
@overload
def smoothstep(start: float, end: float, value: FloatArray) -> FloatArray: ...
def smoothstep(start: float, end: float, value: float | FloatArray) -> float | FloatArray:
    """0 up to `start`, 1 from `end`, a cubic between.

    Args:
        start: Where the rise begins.
        end: Where it ends, above `start`.
        value: A number or an array of them.
    """
    if isinstance(value, np.ndarray):
        t = value - np.float32(start)
        t *= np.float32(1 / (end - start))
        return _eased(t)
    share = min(max((value - start) / (end - start), 0.0), 1.0)
    return share * share * (3 - 2 * share)


def _eased(t: FloatArray) -> FloatArray:
    """The cubic `t^2 (3 - 2 t)` of `t` held between 0 and 1, in place where it can be."""
    np.maximum(t, 0, out=t)
    np.minimum(t, 1, out=t)
    square: FloatArray = t * t
    t *= np.float32(-2)
    t += np.float32(3)
    square *= t
    return square


def resample_rows(array: FloatArray, n: int) -> FloatArray:
    """Linear interpolation to `n` rows over the same extent; ends are held."""
    below, weight = _neighbours(array.shape[0], n)
    weight = weight.reshape(-1, *(1,) * (array.ndim - 1))
    low = array[below]
    resampled: FloatArray = array[below + 1]
    resampled -= low
    resampled *= weight
    resampled += low
    return resampled


def resample_columns(array: FloatArray, n: int) -> FloatArray:
    """Linear interpolation to `n` columns over the same extent; ends are held."""
    left, weight = _neighbours(array.shape[1], n)
    low = array[:, left]
    resampled: FloatArray = low + (array[:, left + 1] - low) * weight
    return resampled


@lru_cache(maxsize=64)
def _neighbours(n_old: int, n_new: int) -> tuple[NDArray[np.intp], FloatArray]:
    """For each new sample, the old one before it and the share of the next."""
    position = np.clip((np.arange(n_new) + 0.5) * n_old / n_new - 0.5, 0, n_old - 1)
    index = np.minimum(position.astype(np.intp), n_old - 2)
    return index, (position - index).astype(np.float32)


def _step(length_samples: float) -> int:
    """A correlation length in samples as a step of the cache's ladder, not below one sample."""
    return max(0, round(_STEPS_PER_E_FOLD * float(np.log(max(length_samples, 1.0)))))


@lru_cache(maxsize=1024)
def _basis(n: int, step: int) -> FloatArray:
    """Gaussian bumps `(n, n_bumps)` whose rows have length 1."""
    length = float(np.exp(step / _STEPS_PER_E_FOLD))
    sigma = length / np.sqrt(2)  # two bumps of sigma overlap as exp(-d**2 / (4 sigma**2))
    # Bumps 1.25 sigma apart make a field whose variance is flat to 0.4 % before normalising.
    centres = np.arange(-2.5 * sigma, n - 1 + 2.5 * sigma + 1e-6, 1.25 * sigma)
    bumps = np.exp(-0.5 * ((np.arange(n)[:, None] - centres[None, :]) / sigma) ** 2)
    bumps /= np.sqrt((bumps**2).sum(axis=1, keepdims=True))
    basis: FloatArray = bumps.astype(np.float32)
    basis.setflags(write=False)
    return basis
