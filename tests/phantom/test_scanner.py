from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sgus.core.rng import generator
from sgus.phantom.conversion import beams_of
from sgus.phantom.devices import DEVICES, Device
from sgus.phantom.display import Controls
from sgus.phantom.scanner import MAX_HEIGHT_PX, MAX_WIDTH_PX, Frame, scan
from sgus.phantom.tissue import Tissue
from tests.phantom.tissues import SILENT, ample, uniform

DEPTH = 35.0


@cache
def scene(name: str) -> tuple[Device, Tissue]:
    """A gland to 20 mm with a cyst at its middle; bone at the left from 12 mm down."""
    device, grid = ample(name, DEPTH)
    middle = grid.width_mm / 2
    tissue = uniform(grid)
    tissue.echogenicity[grid.z[:, 0] > 20] = -6
    cyst = np.hypot(grid.z - 9, grid.x - middle) < 2
    tissue.echogenicity[cyst] = -60
    behind = (grid.z > 11) & (np.abs(grid.x - middle) < 1.5)
    bone = (grid.z > 12) & (grid.x < middle - 8)
    tissue.transmission[behind] = 5
    tissue.transmission[bone] = -60
    tissue.gland[grid.z[:, 0] > 20] = 0
    return device, tissue


@cache
def ideal(name: str) -> Frame:
    device, tissue = scene(name)
    controls = Controls.ideal(device, beams_of(tissue.grid, device).grid)
    return scan(tissue, device, generator(1, "scan"), controls=controls)


def mean_grey(frame: Frame, depth: tuple[float, float], from_middle: tuple[float, float]) -> float:
    """Mean of a rectangle given in millimetres below the skin and right of the middle."""
    rows = slice(*(round(z / frame.spacing_mm) for z in depth))
    middle = frame.pixels.shape[1] / 2
    columns = slice(*(round(middle + x / frame.spacing_mm) for x in from_middle))
    return float(frame.pixels[rows, columns].mean())


@pytest.mark.parametrize("name", list(DEVICES))
def test_frames_look_like_exports(name: str) -> None:
    frame = ideal(name)
    height, width = frame.pixels.shape
    assert frame.pixels.dtype == np.uint8
    assert frame.mask.shape == frame.outside.shape == (height, width)
    assert 380 < width <= MAX_WIDTH_PX
    assert 300 < height <= MAX_HEIGHT_PX
    assert height * frame.spacing_mm == pytest.approx(DEPTH, abs=frame.spacing_mm)
    assert not (frame.mask & frame.outside).any()
    assert frame.outside.any() == DEVICES[name].sector
    rows_of_gland = np.flatnonzero(frame.mask[:, width // 2]) * frame.spacing_mm
    assert rows_of_gland.max() == pytest.approx(20, abs=0.3)


@pytest.mark.parametrize("name", list(DEVICES))
def test_the_gland_is_grey_the_cyst_dark_and_brighter_behind(name: str) -> None:
    frame = ideal(name)
    gland = mean_grey(frame, (13, 17), (3, 7))
    assert 80 < gland < 150
    assert mean_grey(frame, (8, 10), (-1, 1)) < 0.45 * gland
    assert mean_grey(frame, (13, 17), (-1, 1)) > gland + 8


@pytest.mark.parametrize("name", list(DEVICES))
def test_behind_bone_there_is_only_the_noise_of_the_device(name: str) -> None:
    frame = ideal(name)
    gland = mean_grey(frame, (13, 17), (3, 7))
    shadow = mean_grey(frame, (16, 19), (-13, -11))
    assert shadow < 0.6 * gland
    noisier = mean_grey(frame, (31, 34), (-13, -11))
    assert noisier >= shadow


def test_noise_behind_bone_is_in_the_order_of_the_noise_floors() -> None:
    names = ["premium", "cart-c", "handheld"]
    shadows = [mean_grey(ideal(name), (28, 34), (-14, -11)) for name in names]
    assert shadows == sorted(shadows)
    assert shadows[-1] > shadows[0] + 25


def test_grain_is_in_the_order_of_the_point_spreads() -> None:
    def grain_mm(device: Device) -> float:
        """Shift across at which the correlation of uniform tissue is one half."""
        raw = replace(
            device, speckle_reduction=0.0, smoothing=0.0, sharpening=0.0, stripe_db=0.0, looks=1
        )
        grid = ample("premium")[1]
        raw = replace(raw, steering_degrees=0.0)
        frame = scan(uniform(grid), raw, generator(2), controls=Controls.ideal(raw, grid))
        rows = slice(int(10 / frame.spacing_mm), int(16 / frame.spacing_mm))
        patch = frame.pixels[rows].astype(float)
        patch -= patch.mean()
        power = np.abs(np.fft.fft(patch, axis=1)) ** 2
        correlation = np.fft.ifft(power.mean(axis=0)).real
        correlation /= correlation[0]
        below = int(np.flatnonzero(correlation < 0.5)[0])
        rest = (correlation[below - 1] - 0.5) / (correlation[below - 1] - correlation[below])
        return float((below - 1 + rest) * frame.spacing_mm)

    names = sorted(DEVICES, key=lambda name: DEVICES[name].lateral_mm)
    grains = [grain_mm(DEVICES[name]) for name in names]
    assert grains == sorted(grains)
    assert names[0] == "premium"
    assert grains[-1] / grains[0] == pytest.approx(0.25 / 0.13, rel=0.2)


def test_a_wider_dynamic_range_shows_less_contrast() -> None:
    grid = ample("cart-b")[1]
    tissue = uniform(grid)
    tissue.echogenicity[:, 128:] = -10

    def step(dynamic_range_db: float) -> float:
        device = replace(
            DEVICES["cart-b"], dynamic_range_db=dynamic_range_db, gamma=1.0, sharpening=0.0
        )
        frame = scan(tissue, device, generator(3), controls=Controls.ideal(device, grid))
        return mean_grey(frame, (8, 16), (-12, -4)) - mean_grey(frame, (8, 16), (4, 12))

    for dynamic_range_db in (52.0, 70.0):
        assert step(dynamic_range_db) == pytest.approx(255 * 10 / dynamic_range_db, rel=0.06)


@pytest.mark.parametrize("name", list(DEVICES))
def test_the_same_scan_is_the_same_to_the_bit(name: str) -> None:
    device, tissue = scene(name)
    before = tissue.echogenicity.copy(), tissue.specular.copy(), tissue.transmission.copy()
    first, again, other = (scan(tissue, device, generator(seed, "scan")) for seed in (5, 5, 6))
    assert np.array_equal(first.pixels, again.pixels)
    assert np.array_equal(first.mask, again.mask)
    assert not np.array_equal(first.pixels, other.pixels)
    after = tissue.echogenicity, tissue.specular, tissue.transmission
    assert all(np.array_equal(one, two) for one, two in zip(before, after, strict=True))


def test_any_machine_makes_a_picture() -> None:
    for seed in range(25):
        device = DEVICES["cart-b"].varied(generator(seed, "device"), 1.0)
        grid = replace(scene("cart-b")[1].grid, width_mm=device.field_width_mm(DEPTH))
        frame = scan(uniform(grid), device, generator(seed, "scan"))
        inside = frame.pixels[~frame.outside]
        assert 25 < inside.mean() < 235, device
        assert inside.std() > 3


def test_nothing_there_is_black() -> None:
    device, grid = ample("premium")
    quiet = replace(device, noise_db=SILENT, ring_db=SILENT)
    assert scan(uniform(grid, SILENT), quiet, generator(0)).pixels.max() == 0
