"""Figures of one picture for phantom_realism.py, each a plain number with a name."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sgus.images.speckle import measure_speckle
from sgus.images.spectrum import N_BINS, radial_spectrum, spectral_slope

THIRDS = ("upper", "middle", "lower")
BLACK = 10
"""Grey values below this are black."""
GLAND_ROWS = (0.08, 0.50)
"""Depth at which the gland lies in all layouts, as share of the height: no real image has a
mask, so that the same band is looked at in both."""
GLAND_COLUMNS = (0.08, 0.92)
LOW_PASS = (1.0, 2.0, 4.0, 8.0)
MEDIAN_PX = 41

Figures = dict[str, float]


def speckle_figures(view: NDArray[np.uint8], native: NDArray[np.uint8], scale: float) -> Figures:
    """Grain in the network's view, and in the file's own pixels measured in those of the view."""
    seen = measure_speckle(view)
    own = measure_speckle(native, window_px=max(20, 2 * round(10 / scale)))
    return {
        "SNR displayed": seen.snr_displayed,
        "SNR linear": seen.snr_linear,
        "axial width": seen.axial_px,
        "lateral width": seen.lateral_px,
        "native axial width": own.axial_px * scale,
        "native lateral width": own.lateral_px * scale,
        "native SNR linear": own.snr_linear,
    }


def depth_figures(view: NDArray[np.uint8]) -> Figures:
    """First-order statistics of each third of the depth."""
    values: Figures = {}
    for name, part in zip(THIRDS, np.array_split(view.astype(np.float64), 3), strict=True):
        values[f"{name} mean"] = float(part.mean())
        values[f"{name} SD"] = float(part.std())
        for percent in (5, 50, 95):
            values[f"{name} p{percent}"] = float(np.percentile(part, percent))
        values[f"{name} black"] = float((part < BLACK).mean())
    return values


def spectrum_figures(view: NDArray[np.uint8]) -> Figures:
    """The radial spectrum, its log slope, and how much layers parallel to the skin prevail."""
    grey = view.astype(np.float64)
    smooth = ndimage.gaussian_filter(grey, 1.5)
    down, across = np.gradient(smooth)
    spectrum = radial_spectrum(view)
    return {
        "spectral slope": spectral_slope(spectrum),
        "layering": float(np.abs(down).mean() / (np.abs(across).mean() + 1e-9)),
        **dict(zip(RINGS, map(float, spectrum), strict=True)),
    }


def gland_figures(view: NDArray[np.uint8]) -> Figures:
    """Texture and contrast where the gland lies; all free of gain in grey values."""
    height, width = view.shape
    rows = slice(round(GLAND_ROWS[0] * height), round(GLAND_ROWS[1] * height))
    columns = slice(round(GLAND_COLUMNS[0] * width), round(GLAND_COLUMNS[1] * width))
    grey = view.astype(np.float64)
    around = cv2.medianBlur(view, MEDIAN_PX).astype(np.float64)[rows, columns] + 4.0
    fine = ndimage.gaussian_filter(grey, 1.5)[rows, columns]
    values: Figures = {}
    level = ndimage.gaussian_filter(grey, 20.0)[rows, columns] + 4.0
    for sigma in LOW_PASS:
        smooth = ndimage.gaussian_filter(grey, sigma)[rows, columns]
        values[f"variation {sigma:g} px"] = float((smooth / level).std())
    ratio = fine / around
    for share in (0.6, 0.8):
        values[f"darker than {share}"] = float((ratio < share).mean())
    values["brighter than 1.5"] = float((ratio > 1.5).mean())
    values["dark foci"] = _count_foci(ratio < 0.7)
    down, across = np.gradient(fine)
    values["layering of gland"] = float(np.abs(down).mean() / (np.abs(across).mean() + 1e-9))
    values["gland / picture"] = float(fine.mean() / (grey.mean() + 1e-9))
    return values


def _count_foci(dark: NDArray[np.bool_], *, least: int = 20, most: int = 1500) -> float:
    """Dark spots of 20 to 1,500 pixels: a gland's foci, neither grain nor a shadow."""
    labels, _ = ndimage.label(dark)
    sizes = np.bincount(labels.ravel())[1:]
    return float(((sizes >= least) & (sizes <= most)).sum())


def all_figures(view: NDArray[np.uint8], native: NDArray[np.uint8], scale: float) -> Figures:
    """Every figure of one image.

    Args:
        view: `(h, w)` uint8, the network's view.
        native: The same window in the file's own pixels.
        scale: Pixels of the view in one of the file.
    """
    return (
        speckle_figures(view, native, scale)
        | depth_figures(view)
        | spectrum_figures(view)
        | gland_figures(view)
    )


RINGS = tuple(f"ring {index}" for index in range(N_BINS))
SPECKLE = (
    "SNR displayed", "SNR linear", "axial width", "lateral width",
    "native SNR linear", "native axial width", "native lateral width",
)  # fmt: skip
SPECTRUM = ("spectral slope", "layering")
DEPTH = tuple(
    f"{third} {what}" for third in THIRDS for what in ("mean", "SD", "p5", "p50", "p95", "black")
)
GLAND = (
    *(f"variation {sigma:g} px" for sigma in LOW_PASS),
    "darker than 0.6", "darker than 0.8", "brighter than 1.5", "dark foci", "layering of gland",
    "gland / picture",
)  # fmt: skip
