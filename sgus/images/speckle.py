"""Speckle of a picture: how grainy, how wide the grains, measured where the tissue is even."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import ImageError

NOMINAL_RANGE_DB: Final = 60.0
"""Dynamic range taken for granted when a displayed picture is turned back into amplitude."""
WINDOW_PX: Final = 20
STRIDE: Final = 0.3
"""Distance of windows, in windows."""
EVEN_SHARE: Final = 0.25
"""Share of the windows that is kept: those whose four quarters differ least."""
DARKEST, BRIGHTEST = 20.0, 225.0
"""Windows of a mean grey outside these are cut off by black or white."""
BAND: Final = (0.06, 0.60)
"""Depths looked at, as shares of the picture's height: below the skin, above the noise."""
MIN_WINDOWS, MAX_WINDOWS = 4, 60
"""With fewer even windows a picture is not measured; of more, as many are taken."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Speckle:
    """Speckle of one picture; NaN where it has too few even windows.

    Attributes:
        snr_displayed: Mean over standard deviation of the grey values.
        snr_linear: The same of the amplitude, with `NOMINAL_RANGE_DB` over 255 grey values. Raw
            speckle has 1.91 (Rayleigh); compounding and smoothing raise it.
        axial_px: Full width at half maximum of the autocorrelation in depth.
        lateral_px: The same across.
    """

    snr_displayed: float
    snr_linear: float
    axial_px: float
    lateral_px: float


def measure_speckle(image: NDArray[np.uint8], *, window_px: int = WINDOW_PX) -> Speckle:
    """Medians over the even windows of a picture.

    In each window a plane is taken off first, so that shading does not count as grain.

    Args:
        image: `(h, w)` uint8, as displayed.
        window_px: Side of the windows.

    Raises:
        ImageError: The picture is smaller than two windows.

    References:
        Wagner et al. 1983, 10.1109/T-SU.1983.31404 (speckle statistics and cell size).
    """
    if min(image.shape) < 2 * window_px:
        cause = f"{image.shape[1]} x {image.shape[0]} pixels are too few for speckle"
        raise ImageError("picture", cause, f"Give it at least {2 * window_px} a side")
    windows = even_windows(image, window_px=window_px)
    if len(windows) < MIN_WINDOWS:
        return Speckle(*(float("nan"),) * 4)
    amplitude = 10.0 ** (windows * (NOMINAL_RANGE_DB / 20.0 / 255.0))
    correlation = autocorrelation(without_plane(windows))
    return Speckle(
        snr_displayed=_snr(windows),
        snr_linear=_snr(amplitude),
        axial_px=width_at_half(correlation[:, 0]),
        lateral_px=width_at_half(correlation[0]),
    )


def even_windows(image: NDArray[np.uint8], *, window_px: int = WINDOW_PX) -> Floats:
    """The windows whose four quarters differ least, `(n, window_px, window_px)`."""
    first, last = (round(share * image.shape[0]) for share in BAND)
    band = image[first : max(last, first + window_px)].astype(np.float64)
    every = np.lib.stride_tricks.sliding_window_view(band, (window_px, window_px))
    stride = max(1, round(STRIDE * window_px))
    windows = every[::stride, ::stride].reshape(-1, window_px, window_px)
    means = windows.mean(axis=(1, 2))
    windows = windows[(means > DARKEST) & (means < BRIGHTEST)]
    half = window_px // 2
    quarters = np.stack(
        [part.mean(axis=(1, 2)) for part in (
            windows[:, :half, :half], windows[:, :half, half:],
            windows[:, half:, :half], windows[:, half:, half:],
        )]
    )  # fmt: skip
    unevenness = np.ptp(quarters, axis=0)
    kept = np.argsort(unevenness, kind="stable")[: int(np.ceil(EVEN_SHARE * len(windows)))]
    return np.asarray(windows[kept[:: -(-len(kept) // MAX_WINDOWS) or 1]])


def without_plane(windows: Floats) -> Floats:
    """Windows `(n, h, w)` minus the plane that fits each best."""
    _, height, width = windows.shape
    down = np.linspace(-1, 1, height)[None, :, None]
    across = np.linspace(-1, 1, width)[None, None, :]
    flat = windows - windows.mean(axis=(1, 2), keepdims=True)
    for slope in (down, across):  # orthogonal to each other and to the mean
        basis = np.broadcast_to(slope, (1, height, width))
        weight = (flat * basis).sum(axis=(1, 2), keepdims=True) / (basis**2).sum()
        flat = flat - weight * basis
    return np.asarray(flat)


def autocorrelation(flat: Floats) -> Floats:
    """Mean autocorrelation of windows `(n, h, w)`: `(h // 2, w // 2)`, 1 at lag (0, 0).

    Each window counts alike; the falling overlap at larger lags is corrected for.
    """
    _, height, width = flat.shape
    shape = (2 * height, 2 * width)
    power = np.abs(np.fft.rfft2(flat, shape)) ** 2
    raw = np.fft.irfft2(power, shape)[:, : height // 2, : width // 2]
    down, across = np.arange(height // 2)[:, None], np.arange(width // 2)[None, :]
    unbiased = raw / ((height - down) * (width - across))
    variance = unbiased[:, :1, :1]
    used = variance[:, 0, 0] > 0
    if not used.any():
        return np.full(unbiased.shape[1:], np.nan)
    return np.asarray((unbiased[used] / variance[used]).mean(axis=0))


def width_at_half(curve: Floats) -> float:
    """Full width at half maximum of a symmetric curve given from its top: twice the lag of 0.5.

    NaN when the curve does not fall that far.
    """
    below = np.flatnonzero(curve < 0.5)
    if len(below) == 0:
        return float("nan")
    after = int(below[0])
    high, low = float(curve[after - 1]), float(curve[after])
    return 2.0 * (after - 1 + (high - 0.5) / (high - low))


def _snr(windows: Floats) -> float:
    deviation = without_plane(windows).std(axis=(1, 2))
    return float(np.median(windows.mean(axis=(1, 2)) / np.maximum(deviation, 1e-9)))
