"""Writing burned into the ultrasound: found as sharp, very bright strokes, and filled."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sgus.core.region import Region


def text_mask(pixels: NDArray[np.uint8], region: Region) -> NDArray[np.bool_]:
    """Where text, callipers or logos lie inside the region; first version: the plain top hat."""
    mask = np.zeros(pixels.shape, dtype=np.bool_)
    inside = pixels[region.slices]
    hat = cv2.morphologyEx(inside, cv2.MORPH_TOPHAT, np.ones((7, 7), np.uint8))
    strokes = ((hat > 110) & (inside > 190)).astype(np.uint8)
    mask[region.slices] = cv2.dilate(strokes, np.ones((5, 5), np.uint8)) > 0
    return mask


def remove_text(pixels: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Fill the mask from around it; deterministic."""
    if not mask.any():
        return pixels
    filled = cv2.inpaint(pixels, mask.astype(np.uint8), 3, cv2.INPAINT_TELEA)
    return np.asarray(filled, dtype=np.uint8)
