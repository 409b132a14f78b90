"""Drawing an activation map over the image it belongs to."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import ConfigError


def heat_colours(cam: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Colour a map with inferno: even steps, safe for colour blindness, far from the image's greys.

    Args:
        cam: `(h, w)` in [0, 1].

    Returns:
        `(h, w, 3)` uint8 RGB, black for 0 through red to pale yellow for 1.

    References:
        Smith & van der Walt 2015, the default colour maps of Matplotlib 2.0.
    """
    levels = np.rint(np.clip(cam, 0.0, 1.0) * 255).astype(np.uint8)
    blue_first = cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)
    return np.ascontiguousarray(blue_first[:, :, ::-1], dtype=np.uint8)


def overlay(
    grey: NDArray[np.uint8], cam: NDArray[np.float32], *, opacity: float = 0.6
) -> NDArray[np.uint8]:
    """Lay a map over its image; where the map is zero the image shows unchanged.

    Args:
        grey: `(h, w)` uint8.
        cam: `(h, w)` in [0, 1].
        opacity: Cover where the map is 1, from 0 to 1; it falls with the map.

    Returns:
        `(h, w, 3)` uint8 RGB.

    Raises:
        ConfigError: The opacity is out of range.
        ValueError: Image and map differ in shape.
    """
    if not 0.0 <= opacity <= 1.0:
        raise ConfigError("opacity", f"{opacity} is not between 0 and 1", "Use 0.6, for example")
    if grey.shape != cam.shape:
        raise ValueError(f"the image is {grey.shape}, its map {cam.shape}")
    cover = (opacity * cam)[:, :, None]  # (h, w, 1)
    mixed = (1.0 - cover) * grey[:, :, None] + cover * heat_colours(cam)
    return np.rint(mixed).astype(np.uint8)
