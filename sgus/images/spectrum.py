"""The radial power spectrum of a picture: how much of it is coarse and how much is fine."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

N_BINS: Final = 20
LOWEST, HIGHEST = 0.01, 0.5
"""Spatial frequencies looked at, cycles a pixel."""
SLOPE_RANGE: Final = (0.03, 0.35)

Floats = NDArray[np.float64]


def bin_edges(n_bins: int = N_BINS) -> Floats:
    """`(n_bins + 1,)` edges of the rings, evenly spaced in the logarithm, cycles a pixel."""
    return np.geomspace(LOWEST, HIGHEST, n_bins + 1)


def bin_centres(n_bins: int = N_BINS) -> Floats:
    """`(n_bins,)` geometric centres of the rings."""
    edges = bin_edges(n_bins)
    return np.asarray(np.sqrt(edges[:-1] * edges[1:]))


def radial_spectrum(image: NDArray[np.generic], *, n_bins: int = N_BINS) -> Floats:
    """Mean power in rings of spatial frequency, log10, of the picture at mean 0 and variance 1.

    A Hann window keeps the borders of the picture out. Gain and contrast do not count.

    Args:
        image: `(h, w)` numbers.
        n_bins: Number of rings.

    Returns:
        `(n_bins,)`, 0 everywhere for white noise; NaN for a ring without a sample and for an
        image of one value.
    """
    grey = image.astype(np.float64)
    window = np.hanning(grey.shape[0])[:, None] * np.hanning(grey.shape[1])[None, :]
    flat = grey - (grey * window).sum() / window.sum()
    variance = (flat**2 * window**2).sum()
    if np.ptp(grey) == 0:
        return np.full(n_bins, np.nan)
    power = np.abs(np.fft.fft2(flat * window)) ** 2 / variance
    frequency = np.hypot(
        np.fft.fftfreq(grey.shape[0])[:, None], np.fft.fftfreq(grey.shape[1])[None, :]
    )
    ring = np.digitize(frequency.ravel(), bin_edges(n_bins)) - 1
    inside = (ring >= 0) & (ring < n_bins)
    count = np.bincount(ring[inside], minlength=n_bins)
    total = np.bincount(ring[inside], power.ravel()[inside], minlength=n_bins)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log10(total / count))


def spectral_slope(spectrum: Floats) -> float:
    """Slope of a radial spectrum over log10 frequency: 0 white noise, -2 for power 1 / f squared.

    Args:
        spectrum: `(n_bins,)` of `radial_spectrum`.
    """
    frequency = bin_centres(len(spectrum))
    low, high = SLOPE_RANGE
    used = (frequency >= low) & (frequency <= high) & np.isfinite(spectrum)
    if used.sum() < 2:
        return float("nan")
    return float(np.polyfit(np.log10(frequency[used]), spectrum[used], 1)[0])
