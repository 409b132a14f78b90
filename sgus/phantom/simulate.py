"""One simulated image from one request."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgus.core.region import Region
from sgus.core.rng import generator
from sgus.phantom.build import build_tissue
from sgus.phantom.devices import device_of
from sgus.phantom.request import PhantomRequest
from sgus.phantom.scanner import scan
from sgus.phantom.screen import present


@dataclass(frozen=True, eq=False)
class Phantom:
    """A simulated image with its truth.

    Attributes:
        pixels: `(h, w)` uint8, the whole screen.
        mask: `(h, w)`, the gland.
        region: The ultrasound area of the screen; all writing lies outside it.
        spacing_mm: Side of a pixel.
        request: What was asked for, the true grade with it.
    """

    pixels: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    region: Region
    spacing_mm: float
    request: PhantomRequest


def simulate(request: PhantomRequest, *, burn_in: bool = True) -> Phantom:
    """Makes the image that a request asks for; the same request gives the same image to the bit.

    Args:
        request: What is asked for.
        burn_in: Whether the screen carries writing, "SYNTHETIC PHANTOM" with it. False only for
            pictures that never leave the program.

    Raises:
        ConfigError: There is no device of that name.
    """
    device = device_of(request.device, request.scan_seed, variation=request.device_variation)
    frame = scan(build_tissue(request), device, generator(request.scan_seed, "scan"))
    screen = present(
        frame,
        device,
        generator(request.scan_seed, "screen"),
        gland=request.gland,
        burn_in=burn_in,
    )
    return Phantom(screen.pixels, screen.mask, screen.region, screen.spacing_mm, request)
