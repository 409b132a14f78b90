"""The machines: what each does to the tissue, and any machine between them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from sgus.core.registry import Registry
from sgus.core.rng import generator

DeviceClass = Literal["high_end", "handheld"]
ScreenStyle = Literal["ward", "cart", "plain", "wide", "tablet"]


@dataclass(frozen=True, kw_only=True)
class Device:
    """One machine with its probe and its usual settings.

    Levels in dB are amplitudes against the speckle of a normal parotid (root mean square).

    Attributes:
        name: Its name in `DEVICES`; a varied one keeps the name of its kind.
        device_class: As the manifest says it.
        axial_mm: Standard deviation of the point spread in depth, of its amplitude.
        lateral_mm: The same across, in focus.
        focus_mm: Depth of the focus.
        focus_length_mm: Distance from the focus at which the lateral one is sqrt(2) wider.
        looks: Lateral sub-bands whose envelopes are averaged.
        aperture_mm: Width of the probe's face.
        steering_degrees: Angle of the outermost beams of a trapezoid; 0 is a plain linear probe.
        depth_mm: Range of depths it is set to.
        noise_db: Electronic noise in the uppermost 6 mm.
        noise_growth: What depth compensation adds to the noise below that, dB/mm.
        clutter_db: Energy in the side lobes.
        ring_db: Ringing of the probe at its face, which dies away within 2 mm.
        stripe_db: Standard deviation of the sensitivity of groups of elements.
        gain_db: What the usual setting of the gain adds.
        slope_db_mm: How its slides of the depth compensation usually stand, about 15 mm.
        dynamic_range_db: From black to white.
        grey: Where a normal parotid at gain 0 lies in that range, 0 to 1.
        gamma: Exponent of the grey map, above 1 darker.
        speckle_reduction: Strength of the adaptive filter, 0 to 1.
        smoothing: Standard deviation of the filter on the envelope, samples, mean of both axes.
        sharpening: Strength of edge enhancement, 0 is none.
        screen: Layout of its screen.
        jpeg_quality: Of its export; 0 is an export without loss.
    """

    name: str
    device_class: DeviceClass
    axial_mm: float
    lateral_mm: float
    focus_mm: float = 13.0
    focus_length_mm: float
    looks: int
    aperture_mm: float
    steering_degrees: float = 0.0
    depth_mm: tuple[float, float]
    noise_db: float
    noise_growth: float = 0.5
    clutter_db: float
    ring_db: float = 5.0
    stripe_db: float = 0.0
    gain_db: float = 0.0
    slope_db_mm: float = 0.0
    dynamic_range_db: float
    grey: float = 0.5
    gamma: float
    speckle_reduction: float = 0.0
    smoothing: float = 0.0
    sharpening: float = 0.0
    screen: ScreenStyle
    jpeg_quality: int = 0

    @property
    def sector(self) -> bool:
        """Whether the beams fan out, so that the picture is a trapezoid."""
        return self.steering_degrees > 0

    def field_width_mm(self, depth_mm: float) -> float:
        """Width of tissue in the picture at its bottom: the width a `Grid` for it has to have.

        Args:
            depth_mm: Depth of the picture.
        """
        return self.aperture_mm + 2 * depth_mm * math.tan(math.radians(self.steering_degrees))

    def lateral_sigma_mm(self, depth_mm: float) -> float:
        """Standard deviation of the point spread across, at a depth, of a beam that is not steered.

        Args:
            depth_mm: `sigma(z) = s0 sqrt(1 + ((z - focus) / focus_length)^2)`.
        """
        return self.lateral_mm * math.hypot(1, (depth_mm - self.focus_mm) / self.focus_length_mm)

    def varied(self, rng: np.random.Generator, amount: float) -> Device:
        """A machine of the same kind, or of any.

        Args:
            rng: Where the draws come from; the same number is drawn whatever the amount.
            amount: 0 is this machine itself, 1 any machine of `RANGES`, between them as far.
        """
        drawn: dict[str, float] = {}
        for name, (low, high) in RANGES.items():
            other = rng.uniform(low, high)
            drawn[name] = (1 - amount) * getattr(self, name) + amount * other
        switch = rng.random(3) < amount
        looks, quality = int(rng.integers(1, 6)), int(rng.integers(60, 97))
        angle, exported = float(rng.uniform(6, 16)), bool(rng.random() < 0.6)
        fanned = bool(rng.random() < 0.2)
        shallow, span = rng.uniform(22, 38), rng.uniform(3, 12)
        depth = (
            (1 - amount) * self.depth_mm[0] + amount * shallow,
            (1 - amount) * self.depth_mm[1] + amount * (shallow + span),
        )
        return replace(
            self,
            **drawn,  # type: ignore[arg-type]
            depth_mm=depth,
            looks=looks if switch[0] else self.looks,
            steering_degrees=angle * fanned if switch[1] else self.steering_degrees,
            jpeg_quality=quality * exported if switch[2] else self.jpeg_quality,
        )


RANGES: Final[dict[str, tuple[float, float]]] = {
    "axial_mm": (0.055, 0.12),
    "lateral_mm": (0.08, 0.25),
    "focus_mm": (8, 20),
    "focus_length_mm": (7, 16),
    "aperture_mm": (34, 50),
    "noise_db": (-48, -26),
    "noise_growth": (0.3, 0.8),
    "clutter_db": (-40, -20),
    "ring_db": (-4, 12),
    "stripe_db": (0, 0.3),
    "gain_db": (-5, 5),
    "slope_db_mm": (-0.3, 0.35),
    "dynamic_range_db": (46, 76),
    "grey": (0.48, 0.68),
    "gamma": (0.8, 1.7),
    "speckle_reduction": (0.2, 1.0),
    "smoothing": (0, 1.0),
    "sharpening": (0, 0.9),
}
"""Ranges that hold the five machines here and the real ones they were compared with."""

DEVICES: Final[Registry[Device]] = Registry(
    "device",
    {
        device.name: device
        for device in (
            Device(
                name="premium",
                device_class="high_end",
                axial_mm=0.065,
                lateral_mm=0.13,
                focus_length_mm=12,
                looks=3,
                aperture_mm=42,
                depth_mm=(28, 38),
                noise_db=-44,
                clutter_db=-33,
                gain_db=1,
                dynamic_range_db=64,
                gamma=1.4,
                speckle_reduction=0.5,
                smoothing=0.45,
                sharpening=0.35,
                grey=0.57,
                screen="ward",
            ),
            Device(
                name="cart-b",
                device_class="high_end",
                axial_mm=0.075,
                lateral_mm=0.17,
                focus_length_mm=11,
                looks=2,
                aperture_mm=39,
                depth_mm=(28, 38),
                noise_db=-40,
                clutter_db=-30,
                gain_db=1.5,
                dynamic_range_db=58,
                gamma=1.3,
                speckle_reduction=0.4,
                smoothing=0.6,
                sharpening=0.6,
                grey=0.55,
                screen="cart",
                jpeg_quality=92,
            ),
            Device(
                name="cart-c",
                device_class="high_end",
                axial_mm=0.085,
                lateral_mm=0.21,
                focus_length_mm=9,
                looks=1,
                aperture_mm=45,
                depth_mm=(30, 40),
                noise_db=-36,
                clutter_db=-28,
                stripe_db=0.09,
                dynamic_range_db=54,
                gamma=1.2,
                grey=0.53,
                speckle_reduction=0.5,
                smoothing=0.6,
                screen="plain",
                jpeg_quality=85,
            ),
            Device(
                name="cart-d",
                device_class="high_end",
                axial_mm=0.072,
                lateral_mm=0.18,
                focus_length_mm=11,
                looks=2,
                aperture_mm=38,
                steering_degrees=11,
                depth_mm=(30, 40),
                noise_db=-42,
                clutter_db=-32,
                gain_db=1,
                dynamic_range_db=70,
                gamma=1.25,
                speckle_reduction=0.6,
                smoothing=0.45,
                sharpening=0.25,
                grey=0.49,
                noise_growth=0.6,
                slope_db_mm=0.2,
                screen="wide",
                jpeg_quality=90,
            ),
            Device(
                name="handheld",
                device_class="handheld",
                axial_mm=0.105,
                lateral_mm=0.25,
                focus_length_mm=8.5,
                looks=1,
                aperture_mm=38,
                depth_mm=(30, 40),
                noise_db=-29,
                clutter_db=-23,
                stripe_db=0.26,
                dynamic_range_db=52,
                gamma=1.05,
                speckle_reduction=0.25,
                smoothing=0.8,
                grey=0.5,
                sharpening=0.15,
                screen="tablet",
                jpeg_quality=80,
            ),
        )
    },
)


def device_of(name: str, seed: int, *, variation: float = 0.0) -> Device:
    """A device by name, varied for one scan.

    Args:
        name: A name of `DEVICES`.
        seed: The scan's seed; its stream "device" is drawn from.
        variation: How far it may be from its kind, see `Device.varied`.

    Raises:
        ConfigError: There is no device of this name.
    """
    device = DEVICES[name]
    return device.varied(generator(seed, "device"), variation) if variation else device
