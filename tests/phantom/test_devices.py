from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.core.errors import ConfigError
from sgus.core.rng import generator
from sgus.phantom.devices import DEVICES, RANGES, device_of

# The recipe, its axial sigma a fifth shorter as the grain of real images asks: axial and
# lateral sigma, focus length (mm), looks, noise, dynamic range (dB).
TABLE = {
    "premium": (0.065, 0.13, 12, 3, -44, 64),
    "cart-b": (0.075, 0.17, 11, 2, -40, 58),
    "cart-c": (0.085, 0.21, 9, 1, -36, 54),
    "cart-d": (0.072, 0.18, 11, 2, -42, 70),
    "handheld": (0.105, 0.25, 8.5, 1, -29, 52),
}


def test_the_five_devices_are_those_of_the_recipe() -> None:
    found = {
        name: (d.axial_mm, d.lateral_mm, d.focus_length_mm, d.looks, d.noise_db, d.dynamic_range_db)
        for name, d in DEVICES.items()
    }
    assert found == TABLE
    assert [name for name, d in DEVICES.items() if d.sector] == ["cart-d"]
    assert [name for name, d in DEVICES.items() if d.device_class == "handheld"] == ["handheld"]
    assert all(device.name == name for name, device in DEVICES.items())


def test_the_point_spread_is_sqrt_2_wider_one_focus_length_away() -> None:
    for device in DEVICES.values():
        assert device.lateral_sigma_mm(device.focus_mm) == pytest.approx(device.lateral_mm)
        for depth in (
            device.focus_mm - device.focus_length_mm,
            device.focus_mm + device.focus_length_mm,
        ):
            assert device.lateral_sigma_mm(depth) == pytest.approx(np.sqrt(2) * device.lateral_mm)


def test_a_trapezoid_widens_by_the_tangent_of_its_steering() -> None:
    linear, sector = DEVICES["premium"], DEVICES["cart-d"]
    assert linear.field_width_mm(35) == linear.aperture_mm
    wider = sector.field_width_mm(30) - sector.aperture_mm
    assert wider == pytest.approx(2 * 30 * np.tan(np.deg2rad(sector.steering_degrees)))


@pytest.mark.parametrize("name", list(DEVICES))
def test_no_variation_is_the_device_itself(name: str) -> None:
    assert device_of(name, 7) is DEVICES[name]
    assert DEVICES[name].varied(generator(7, "device"), 0.0) == DEVICES[name]


@given(st.sampled_from(list(DEVICES)), st.integers(0, 10**6))
def test_full_variation_is_any_machine_whatever_it_starts_from(name: str, seed: int) -> None:
    device = device_of(name, seed, variation=1.0)
    for field, (low, high) in RANGES.items():
        assert low <= getattr(device, field) <= high
    assert 1 <= device.looks <= 5
    assert 0 <= device.steering_degrees <= 16
    assert device.depth_mm[0] < device.depth_mm[1]
    other = device_of("cart-b", seed, variation=1.0)
    kind = {"name": "", "device_class": "high_end", "screen": "cart"}
    assert dataclasses.replace(device, **kind) == dataclasses.replace(other, **kind)


@given(st.sampled_from(list(DEVICES)), st.integers(0, 10**6), st.floats(0, 1))
def test_variation_goes_straight_from_the_device_to_the_other(
    name: str, seed: int, amount: float
) -> None:
    own, part = DEVICES[name], device_of(name, seed, variation=amount)
    whole = device_of(name, seed, variation=1.0)
    for field in RANGES:
        expected = (1 - amount) * getattr(own, field) + amount * getattr(whole, field)
        assert getattr(part, field) == pytest.approx(expected)


def test_the_ranges_hold_every_device() -> None:
    for device in DEVICES.values():
        for field, (low, high) in RANGES.items():
            assert low <= getattr(device, field) <= high, (device.name, field)


def test_full_variation_fills_its_ranges() -> None:
    drawn = [device_of("premium", seed, variation=1.0) for seed in range(400)]
    for field, (low, high) in RANGES.items():
        values = np.array([getattr(device, field) for device in drawn])
        assert values.min() < low + 0.1 * (high - low)
        assert values.max() > high - 0.1 * (high - low)
    assert {device.looks for device in drawn} == {1, 2, 3, 4, 5}
    assert np.mean([device.sector for device in drawn]) == pytest.approx(0.2, abs=0.07)
    assert np.mean([device.jpeg_quality > 0 for device in drawn]) == pytest.approx(0.6, abs=0.08)


def test_an_unknown_device_is_refused_with_those_there_are() -> None:
    with pytest.raises(
        ConfigError, match=r"device 'sonar'.*premium, cart-b, cart-c, cart-d, handheld"
    ):
        device_of("sonar", 0)
