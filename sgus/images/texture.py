"""Hand-made texture of a prepared picture: the baseline that a network has to beat.

Features of the kind used before networks for salivary glands (radiomics: Vukicevic 2020,
10.1109/JBHI.2019.2923773): co-occurrence, local binary patterns, energy over scales, first-order
and depth-wise statistics.
"""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sgus.core.errors import ImageError
from sgus.images.cooccurrence import (
    ANGLES,
    DISTANCES,
    STATISTICS,
    cooccurrence,
    cooccurrence_statistics,
    equalised_levels,
)
from sgus.images.local_patterns import SCALES, pattern_histogram

SIGMAS: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
BANDS: Final = 3
"""Parts of equal depth for energies and patterns: below the skin, gland, behind it."""
DEPTHS: Final = 8
"""Parts of equal depth for the brightness profile."""
PERCENTILES: Final = (5, 25, 50, 75, 95)
DARK: Final = (0.4, 0.6, 0.8)
"""A pixel below this part of its surroundings counts as hypoechoic."""
SMALLEST_PX: Final = 32

Floats = NDArray[np.float64]


def texture_features(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """All features of one picture, in the order of `FEATURE_NAMES`.

    Args:
        image: `(h, w)` uint8 as `prepare` returns it, at least 32 pixels a side.

    Returns:
        `(n_features,)` float32, finite.

    Raises:
        ImageError: The picture is too small.
    """
    if min(image.shape) < SMALLEST_PX:
        cause = f"{image.shape[1]} x {image.shape[0]} pixels are too few for texture"
        raise ImageError("picture", cause, f"Prepare it with at least {SMALLEST_PX} a side")
    grey = image.astype(np.float64)
    parts = [_first_order(grey), _depth(grey), _dark(grey), _energy(grey)]
    parts += [_cooccurrence(image), _patterns(image)]
    return np.concatenate(parts).astype(np.float32)


def _first_order(grey: Floats) -> Floats:
    mean, deviation = grey.mean(), grey.std()
    scaled = (grey - mean) / (deviation + 1e-9)
    shares = np.histogram(grey, bins=32, range=(0, 256))[0] / grey.size
    positive = shares[shares > 0]
    entropy = -(positive * np.log(positive)).sum()
    moments = [mean, deviation, (scaled**3).mean(), (scaled**4).mean(), entropy]
    return np.concatenate([moments, np.percentile(grey, PERCENTILES)])


def _depth(grey: Floats) -> Floats:
    """Brightness and spread of each depth, relative to the whole."""
    parts = np.array_split(grey, DEPTHS, axis=0)
    mean, deviation = grey.mean() + 1e-9, grey.std() + 1e-9
    means = [part.mean() / mean for part in parts]
    return np.array(means + [part.std() / deviation for part in parts])


def _dark(grey: Floats) -> Floats:
    """Share of pixels much darker than their surroundings, and how large the dark areas are."""
    fine = ndimage.gaussian_filter(grey, 1.5)
    around = ndimage.gaussian_filter(grey, max(grey.shape) / 12)
    values: list[float] = []
    for part in DARK:
        dark = fine < part * around
        labels, count = ndimage.label(dark)
        sizes = np.bincount(labels.ravel())[1:]
        values += [float(dark.mean()), count, float(sizes.max(initial=0)) / grey.size]
    return np.array(values)


def _energy(grey: Floats) -> Floats:
    """Differences of Gaussians in each depth band, and gradients along and across the skin."""
    spread = grey.std() + 1e-9
    smooth = [grey, *(ndimage.gaussian_filter(grey, sigma) for sigma in SIGMAS)]
    values: list[float] = []
    for finer, coarser in itertools.pairwise(smooth):
        detail = (finer - coarser) / spread
        for band in np.array_split(detail, BANDS, axis=0):
            values += [np.abs(band).mean(), band.std(), ((band - band.mean()) ** 3).mean()]
        across, down = np.gradient(coarser, axis=1), np.gradient(coarser, axis=0)
        values += [np.abs(across).mean() / spread, np.abs(down).mean() / spread]
    return np.array(values)


def _cooccurrence(image: NDArray[np.uint8]) -> Floats:
    levels = equalised_levels(image)
    matrices = [
        cooccurrence(levels, step=(distance * down, distance * across))
        for distance in DISTANCES
        for down, across in ANGLES.values()
    ]
    return np.concatenate([cooccurrence_statistics(matrix) for matrix in matrices])


def _patterns(image: NDArray[np.uint8]) -> Floats:
    bands = np.array_split(image, BANDS, axis=0)
    return np.concatenate(
        [
            pattern_histogram(band, points=points, radius=radius)
            for points, radius in SCALES
            for band in bands
        ]
    )


def _names() -> tuple[str, ...]:
    names = ["mean", "deviation", "skewness", "kurtosis", "entropy"]
    names += [f"percentile{percent}" for percent in PERCENTILES]
    names += [f"depth{part}_{what}" for what in ("mean", "deviation") for part in range(DEPTHS)]
    names += [f"dark{part}_{what}" for part in DARK for what in ("share", "count", "largest")]
    for sigma in SIGMAS:
        for band in range(BANDS):
            names += [f"detail{sigma:g}_band{band}_{what}" for what in ("abs", "std", "cube")]
        names += [f"gradient{sigma:g}_{what}" for what in ("across", "down")]
    names += [
        f"cooccurrence{distance}_{angle}_{statistic}"
        for distance in DISTANCES
        for angle in ANGLES
        for statistic in STATISTICS
    ]
    names += [
        f"pattern{points}_{radius:g}_band{band}_{pattern}"
        for points, radius in SCALES
        for band in range(BANDS)
        for pattern in range(points + 2)
    ]
    return tuple(names)


FEATURE_NAMES: Final = _names()
