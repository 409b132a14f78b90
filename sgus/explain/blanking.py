"""Hiding a part of prepared images, in ways that tell the network nothing of what was there.

A network shown a flat patch may answer strangely for the patch's own sake. So a part is hidden in
several ways, and what only one of them shows is taken for its artefact, not for knowledge.
None of the fills looks at the hidden pixels: their mean grey would give echogenicity away.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import ConfigError

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

CONSTANT: Final = "constant"
MEAN_IMAGE: Final = "mean image"
SURROUND: Final = "surround"
FILLS: Final = {
    CONSTANT: "one grey, the mean of the images the model learnt from",
    MEAN_IMAGE: "the mean of the images the model learnt from, pixel by pixel",
    SURROUND: "a blur of the pixels of the same image that are left",
}
"""The ways of hiding, in words."""
_SIGMA_SHARE: Final = 0.15  # of the rows: smooth, and still told apart from one grey
_NOTHING: Final = 1e-6


def hide(pixels: Pixels, hidden: Mask, *, fill: str, learnt: NDArray[np.float64]) -> Pixels:
    """Hide a part of each image.

    Args:
        pixels: `(n, h, w)` uint8, prepared.
        hidden: `(n, h, w)`, true where nothing may be seen.
        fill: One of `FILLS`.
        learnt: `(h, w)`, mean of the images that the model learnt from.

    Returns:
        `(n, h, w)` uint8; the same whatever the hidden pixels were.

    Raises:
        ConfigError: There is no such fill.
        ValueError: The shapes differ.
    """
    if fill not in FILLS:
        raise ConfigError(f"fill {fill!r}", "there is none", f"Use one of: {', '.join(FILLS)}")
    if pixels.shape != hidden.shape or pixels.shape[1:] != learnt.shape:
        raise ValueError(f"shapes differ: {pixels.shape}, {hidden.shape}, {learnt.shape}")
    if fill == SURROUND:
        filled = np.stack([surround(p, m) for p, m in zip(pixels, hidden, strict=True)])
    else:
        picture = learnt if fill == MEAN_IMAGE else np.full_like(learnt, learnt.mean())
        filled = np.broadcast_to(np.rint(picture), pixels.shape)
    return np.where(hidden, np.clip(filled, 0, 255), pixels).astype(np.uint8)


def surround(pixels: Pixels, hidden: Mask) -> NDArray[np.float64]:
    """Normalised convolution of the pixels left: blur(grey x kept) / blur(kept).

    Args:
        pixels: `(h, w)` uint8.
        hidden: `(h, w)`.

    Returns:
        `(h, w)` grey levels; far from every pixel left, their mean; 0 where none is left.

    References:
        Knutsson & Westin 1993, 10.1109/CVPR.1993.341081.
    """
    kept = (~hidden).astype(np.float64)
    if not kept.any():
        return np.zeros(pixels.shape)
    sigma = _SIGMA_SHARE * len(pixels)
    weight = cv2.GaussianBlur(kept, (0, 0), sigma)
    light = cv2.GaussianBlur(kept * pixels, (0, 0), sigma)
    mean = float((kept * pixels).sum() / kept.sum())
    # a faint pull towards the mean bridges holes that the kernel does not reach across
    return np.asarray((light + _NOTHING * mean) / (weight + _NOTHING), dtype=np.float64)


def box_around(mask: Mask, *, margin: float = 0.03) -> Mask:
    """The upright box around a mask: a hole of the mask's own outline would tell its shape.

    Args:
        mask: `(h, w)`.
        margin: Added on each side, a share of rows and of columns.

    Returns:
        `(h, w)`; nothing for an empty mask.
    """
    box = np.zeros_like(mask)
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if len(rows):
        down, across = (round(margin * size) for size in mask.shape)
        top, left = max(0, rows[0] - down), max(0, columns[0] - across)
        box[top : rows[-1] + down + 1, left : columns[-1] + across + 1] = True
    return box


def central(height: int, width: int, *, share: float) -> Mask:
    """The middle of an image.

    Args:
        height: Rows.
        width: Columns.
        share: Of the rows and of the columns that it takes, above 0 to 1.

    Returns:
        `(height, width)`, true in the middle.
    """
    middle = np.zeros((height, width), dtype=np.bool_)
    down, across = (round(size * (1.0 - share) / 2.0) for size in (height, width))
    middle[down : height - down, across : width - across] = True
    return middle
