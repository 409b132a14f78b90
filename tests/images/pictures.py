"""Made-up ultrasound for tests: speckle in a frame, never a real picture."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image


def speckle(height, width, *, seed=0, bottom=0.35):
    """Tissue: speckle wider than deep, bright near the skin, darker below; `(h, w)` uint8."""
    rng = np.random.default_rng(seed)
    field = cv2.GaussianBlur(
        rng.normal(size=(2, height, width)).transpose(1, 2, 0), (0, 0), 2.5, sigmaY=1.2
    )
    envelope = np.hypot(field[..., 0], field[..., 1])
    envelope /= envelope.mean()
    fade = np.linspace(1.0, bottom, height)[:, None]
    return np.clip(75 * envelope * fade + 12 * fade, 0, 255).astype(np.uint8)


def framed(tissue, *, left=0, top=0, right=0, bottom=0):
    """Tissue with black margins."""
    return np.pad(tissue, ((top, bottom), (left, right)))


def written(pixels, text, *, x, y, box=False, scale=0.8, level=255):
    """A copy with text burned in, its base line at y; with or without a lighter box behind."""
    out = pixels.copy()
    (width, height), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
    if box:
        part = out[y - height - 3 : y + below, x - 2 : x + width + 2]
        part[:] = np.maximum(part, 45)
    cv2.putText(out, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, level, 2)
    return out


def letters(shape, text, *, x, y, scale=0.8):
    """Where `written` put ink."""
    return written(np.zeros(shape, np.uint8), text, x=x, y=y, scale=scale) > 0


def encoded(pixels, kind="PNG", **options):
    """The bytes of a file."""
    stream = io.BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(stream, kind, **options)
    return stream.getvalue()
