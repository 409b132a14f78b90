"""A stand-in for the simulator, where a test is about the cohort and not about the picture."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import numpy as np

from sgus.core.region import Region
from sgus.core.rng import generator
from sgus.phantom.request import PhantomRequest


def fake_simulate(request: PhantomRequest) -> Any:
    """96 x 128 pixels of blocks that no other image has, darker with severity."""
    rng = generator(request.scan_seed, "fake")
    blocks, grain = rng.random((10, 12)), rng.normal(0, 8, (80, 96))
    tissue = 60 + 110 * np.kron(blocks, np.ones((8, 8))) - 8 * request.severity + grain
    pixels = np.zeros((96, 128), np.uint8)
    pixels[8:88, 16:112] = np.clip(tissue, 20, 230)
    mask = np.zeros((96, 128), bool)
    mask[30:60, 40:90] = True
    region = Region(16, 8, 112, 88)
    return SimpleNamespace(pixels=pixels, mask=mask, region=region, spacing_mm=0.4, request=request)


def broken_simulate(request: PhantomRequest) -> Any:
    """Stops in the middle, as Ctrl-C does."""
    if request.scan_seed % 5 == 0:
        raise KeyboardInterrupt
    return fake_simulate(request)


def dying_simulate(request: PhantomRequest) -> Any:
    """Ends its process at once, as the system does where memory is short."""
    os._exit(1)


def other_simulate(request: PhantomRequest) -> Any:
    """A later version that makes other pictures of the same request."""
    return fake_simulate(request.model_copy(update={"scan_seed": request.scan_seed + 1}))
