"""Texture measures with a physical meaning: what a reader looks for, as four numbers.

The items are those of the reader form (homogeneity, hypoechoic areas, echogenicity, hyperechoic
reflections; OMERACT definitions in Zabotti 2020, 10.3389/fmed.2020.581248). The formulas are this
project's own: no published formula is claimed. Every scale and threshold below was set from anatomy
and display before any grade was looked at, and none was changed since.

A grey level is a step of the display, 1/255 of its range. On a log-compressed display of 60 dB one
is 0.24 dB; the true range of a stored picture is not known, so that grey levels are told. A change
of gain moves all of them alike and cancels in all four measures, save where the display saturates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sgus.core.errors import ImageError
from sgus.core.region import Region
from sgus.images.text import remove_text, text_mask

MEASURES_VERSION: Final = 1
"""To be raised when a measure changes its meaning; kept figures are then made again."""

GRID_MM: Final = 0.2
"""Side of a pixel of the grid everything is measured on, about a speckle."""
ASSUMED_WIDTH_MM: Final = 45.0
"""Width of the ultrasound where the file's spacing is not known: a usual linear probe."""
PLAUSIBLE_MM: Final = (15.0, 150.0)
"""A spacing that gives the ultrasound another width is taken for unknown."""
CENTRE: Final = (0.25, 0.15, 0.75, 0.48)
"""Central part of the ultrasound area, x0 y0 x1 y1 as shares of it: where most glands lie."""

FOCUS_MM: Final = 0.5
"""Sigma that averages speckle and keeps focal areas."""
LOBE_MM: Final = 1.0
"""Sigma that leaves what differs from lobule to lobule."""
BAND_MM: Final = 0.3
"""Sigma that keeps septa and capsules."""
AROUND_MM: Final = 2.0
"""Sigma of what a band is brighter than."""
CONTRAST: Final = 25.5
"""Grey levels by which an area is dark or a band bright: a tenth of the display (6 of 60 dB)."""
DARK_MM2: Final = 1.0
"""Least size of a hypoechoic area."""
BAND_LENGTH_MM: Final = 3.0
BAND_SHAPE: Final = 3.0
"""Least extent of a band, alone and relative to its width."""
MARGIN_MM: Final = 1.0
"""Distance from the gland from which tissue counts as surrounding: its capsule belongs to none."""
ROW_MM: Final = 2.0
"""Least width, in a row, of gland and of surrounding tissue that can be compared."""
ROWS_MM: Final = 3.0
"""Least depth of such rows together."""
TISSUE_LEVEL: Final = 6.0
"""Smoothed grey level below which surroundings are no tissue but the black beside a sector."""
SMALLEST_MM2: Final = 25.0
"""Least area that has a texture."""

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Measure:
    """What one of the numbers is.

    Attributes:
        name: In files.
        title: On screen.
        unit: Of its values.
        meaning: One sentence.
    """

    name: str
    title: str
    unit: str
    meaning: str


MEASURES: Final = (
    Measure(
        "inhomogeneity", "Inhomogeneity", "grey levels",
        "How much brightness differs from place to place once speckle is averaged (over about "
        "1 mm) and the change with depth is taken out; 0 is perfectly even.",
    ),
    Measure(
        "dark_share", "Hypoechoic area", "share of the area",
        "Part of the area that is darker than its brighter parenchyma by a tenth of the display "
        "or more, in patches of at least 1 mm².",
    ),
    Measure(
        "echogenicity", "Echogenicity v surroundings", "grey levels",
        "How much brighter (above 0) or darker (below 0) the area is than the tissue beside it "
        "at the same depth.",
    ),
    Measure(
        "bright_bands", "Hyperechoic bands", "share of the area",
        "Part of the area covered by thin bright lines of at least 3 mm, as septa or fibrous "
        "bands are.",
    ),
)  # fmt: skip
NAMES: Final = tuple(measure.name for measure in MEASURES)


@dataclass(frozen=True)
class Measured:
    """The measures of one picture.

    Attributes:
        values: By name; None where it cannot be measured.
        reasons: By name, why it cannot be measured; only where it cannot.
        by_mask: Measured inside a mask of the gland, else in the central part.
        known_scale: The file's spacing was used; else the area was taken to be 45 mm wide.
    """

    values: dict[str, float | None]
    reasons: dict[str, str]
    by_mask: bool
    known_scale: bool


def central_area(region: Region) -> Region:
    """The part of an ultrasound area where most glands lie, for want of a mask.

    The middle half of the width, 15 % to 48 % of the depth. It is not the gland: it can hold
    fascia, muscle or vessels, and miss parts of the gland.
    """
    x0, y0, x1, y1 = CENTRE
    left, top = region.x0 + round(x0 * region.width), region.y0 + round(y0 * region.height)
    right = max(left + 1, region.x0 + round(x1 * region.width))
    return Region(left, top, right, max(top + 1, region.y0 + round(y1 * region.height)))


def measure(
    pixels: NDArray[np.uint8],
    region: Region,
    *,
    mask: Mask | None = None,
    spacing_mm: float | None = None,
) -> Measured:
    """Measure the texture of a gland.

    Args:
        pixels: `(h, w)` uint8 of the whole picture.
        region: Its ultrasound area.
        mask: `(h, w)`, true in the gland; None, or one that is empty inside the region, measures
            the central part.
        spacing_mm: Side of a pixel; None, or one that makes the area no probe's width (15 to
            150 mm), assumes that the area is 45 mm wide.

    Returns:
        A value or a reason for each of `NAMES`.

    Raises:
        ImageError: The mask is not of the picture's size, or the region lies outside it.
    """
    if mask is not None and mask.shape != pixels.shape:
        raise ImageError("mask", "it is not of the picture's size", "Restore the mask's file")
    try:
        region = region.clip(pixels.shape[1], pixels.shape[0])
    except ValueError as error:
        raise ImageError("picture", "the region lies outside", "Draw the area again") from error
    by_mask = mask is not None and bool(mask[region.slices].any())
    if mask is None or not by_mask:
        mask = np.zeros(pixels.shape, dtype=np.bool_)
        mask[central_area(region).slices] = True
    width_mm = region.width * (spacing_mm or 0.0)
    known = PLAUSIBLE_MM[0] <= width_mm <= PLAUSIBLE_MM[1]
    scale = (width_mm if known else ASSUMED_WIDTH_MM) / GRID_MM / region.width
    grey, gland, seen = _on_grid(pixels, region, mask, scale)
    found = _all_of(grey, gland, seen)
    values = {name: value if isinstance(value, float) else None for name, value in found.items()}
    reasons = {name: value for name, value in found.items() if isinstance(value, str)}
    return Measured(values, reasons, by_mask, known)


def _on_grid(
    pixels: NDArray[np.uint8], region: Region, mask: Mask, scale: float
) -> tuple[Floats, Mask, Mask]:
    """Grey, gland and what is no text, `(rows, columns)` with pixels of `GRID_MM`."""
    text = text_mask(pixels, region)[region.slices]
    area = remove_text(pixels[region.slices], text)
    size = max(1, round(region.width * scale)), max(1, round(region.height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR

    def resized(array: NDArray[np.uint8]) -> Floats:
        # Averaged in float: rounding to whole grey levels would be texture of its own.
        return np.asarray(cv2.resize(array.astype(np.float32), size, interpolation=method), float)

    gland = resized(mask[region.slices].astype(np.uint8)) >= 0.5
    seen = resized(text.astype(np.uint8)) < 0.5
    return resized(area), gland, seen


def _all_of(grey: Floats, gland: Mask, seen: Mask) -> dict[str, float | str]:
    area = gland & seen
    if area.sum() * GRID_MM**2 < SMALLEST_MM2:
        return dict.fromkeys(NAMES, f"the area is smaller than {SMALLEST_MM2:g} mm²")
    around = seen & ~_grown(gland, MARGIN_MM)
    (box,) = ndimage.find_objects(area.astype(np.int8))  # nothing outside counts for the others
    within, own = grey[box], area[box]
    return {
        "inhomogeneity": _inhomogeneity(within, own),
        "dark_share": _dark_share(within, own),
        "echogenicity": _echogenicity(grey, area, around),
        "bright_bands": _bright_bands(within, own),
    }


def _inhomogeneity(grey: Floats, area: Mask) -> float:
    """Standard deviation over the area of the local mean less the trend of depth.

    `sd(m - t)`: m = mean of grey in the area weighted by a Gaussian of 1 mm, t = `_depth_trend`.
    """
    local = _local_mean(grey, area, LOBE_MM)
    return float((local - _depth_trend(local, area))[area].std())


def _dark_share(grey: Floats, area: Mask) -> float:
    """`|{m - t < P75(m - t) - 25.5}| / |area|`, patches below 1 mm² left out.

    m and t as for inhomogeneity, with a Gaussian of 0.5 mm. The upper quartile, not the mean, is
    what dark areas are compared with: it stays parenchyma until three quarters are dark.
    """
    local = _local_mean(grey, area, FOCUS_MM)
    level = local - _depth_trend(local, area)
    dark = area & (level < np.percentile(level[area], 75) - CONTRAST)
    labels, _ = ndimage.label(dark)
    sizes = np.bincount(labels.ravel()) * GRID_MM**2
    sizes[0] = 0.0
    return float((sizes >= DARK_MM2)[labels].sum() / area.sum())


def _echogenicity(grey: Floats, area: Mask, around: Mask) -> float | str:
    """Mean over rows of median(area) - median(surroundings), weighted by the narrower of the two.

    The same depth: attenuation and time-gain compensation are shared by the two.
    """
    around = around & (_blurred(grey, FOCUS_MM) >= TISSUE_LEVEL)
    need = round(ROW_MM / GRID_MM)
    inside, beside = area.sum(axis=1), around.sum(axis=1)
    rows = np.flatnonzero((inside >= need) & (beside >= need))
    if len(rows) < round(ROWS_MM / GRID_MM):
        return "too little tissue is seen beside it at the same depth"
    steps = [np.median(grey[r][area[r]]) - np.median(grey[r][around[r]]) for r in rows]
    return float(np.average(steps, weights=np.minimum(inside, beside)[rows]))


def _bright_bands(grey: Floats, area: Mask) -> float:
    """Share of the area in thin bright parts, single lines and nets of lines alike.

    Bright: mean over 0.3 mm exceeds that over 2 mm by 25.5. Of each connected part, the width is
    four times its mean distance to the edge (exact for a long strip) and the extent the diagonal
    of its box; it is a band from 3 mm extent and three times its width on.
    """
    fine, coarse = _local_mean(grey, area, BAND_MM), _local_mean(grey, area, AROUND_MM)
    labels, count = ndimage.label(area & (fine - coarse > CONTRAST), structure=np.ones((3, 3)))
    if not count:
        return 0.0
    # Distance to the nearest pixel outside, from centre to centre: half a pixel beyond the edge.
    depth = ndimage.distance_transform_edt(np.pad(labels > 0, 1))[1:-1, 1:-1] - 0.5
    width = 4.0 * ndimage.mean(depth, labels, np.arange(1, count + 1))
    boxes = ndimage.find_objects(labels)
    extent = np.array([np.hypot(y.stop - y.start, x.stop - x.start) for y, x in boxes])
    is_band = (extent * GRID_MM >= BAND_LENGTH_MM) & (extent >= BAND_SHAPE * width)
    return float(np.r_[False, is_band][labels].sum() / area.sum())


def _local_mean(grey: Floats, area: Mask, sigma_mm: float) -> Floats:
    """Gaussian mean of the area's own pixels: nothing from outside leaks in; 0 far from it."""
    weight = _blurred(area.astype(np.float64), sigma_mm)
    total = _blurred(np.where(area, grey, 0.0), sigma_mm)
    mean: Floats = np.zeros_like(total)
    np.divide(total, weight, out=mean, where=weight > 1e-6)
    return mean


def _blurred(grey: Floats, sigma_mm: float) -> Floats:
    """Gaussian mean with nothing (0) beyond the border."""
    sigma = sigma_mm / GRID_MM
    return np.asarray(
        cv2.GaussianBlur(grey, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT), dtype=np.float64
    )


def _depth_trend(local: Floats, area: Mask) -> Floats:
    """`(rows, 1)`, the straight line through the medians of the rows, weighted by their width.

    Medians, so that a dark area is not taken for attenuation.
    """
    width = area.sum(axis=1)
    rows = np.flatnonzero(width)
    medians = np.array([np.median(local[row][area[row]]) for row in rows])
    if len(rows) < 2:
        return np.full((len(area), 1), medians.mean())
    slope, start = np.polyfit(rows, medians, 1, w=np.sqrt(width[rows]))
    return np.asarray((start + slope * np.arange(len(area)))[:, None], dtype=np.float64)


def _grown(mask: Mask, by_mm: float) -> Mask:
    reach = round(by_mm / GRID_MM)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel), dtype=np.bool_)
