"""From tissue to the ultrasound picture of one machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.phantom.acoustics import echo_envelope
from sgus.phantom.conversion import beams_of, convert, convert_mask, onto_beams, picture_shape
from sgus.phantom.devices import Device
from sgus.phantom.display import Controls, brightness
from sgus.phantom.tissue import Tissue

MAX_WIDTH_PX: Final = 520
MAX_HEIGHT_PX: Final = 440


@dataclass(frozen=True, eq=False)
class Frame:
    """The ultrasound picture alone, before the screen is drawn around it.

    Attributes:
        pixels: `(h, w)` uint8.
        mask: `(h, w)`, the gland.
        outside: `(h, w)`, the black corners beside a trapezoid.
        spacing_mm: Side of a pixel.
    """

    pixels: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    outside: NDArray[np.bool_]
    spacing_mm: float


def scan(
    tissue: Tissue,
    device: Device,
    rng: np.random.Generator,
    *,
    controls: Controls | None = None,
) -> Frame:
    """Scan a plane of tissue.

    Args:
        tissue: The plane; its grid should be `device.field_width_mm` wide.
        device: The machine.
        rng: Where settings, speckle and noise come from.
        controls: The operator's settings; drawn when left out.

    Returns:
        The picture. The same arguments give the same picture to the bit.

    Raises:
        ConfigError: The tissue is too narrow for a trapezoid of this device.
    """
    beams = beams_of(tissue.grid, device)
    if controls is None:
        controls = Controls.draw(device, beams.grid, rng)
    envelope = echo_envelope(
        onto_beams(tissue, beams), device, rng=rng, contact_db=controls.contact_db
    )
    rows, columns, spacing = picture_shape(tissue.grid, MAX_WIDTH_PX, MAX_HEIGHT_PX)
    shown = brightness(envelope, device, controls)
    pixels, outside = convert(shown, beams, rows=rows, columns=columns)
    return Frame(pixels, convert_mask(tissue.gland, outside), outside, spacing)
