from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from sgus.core.errors import ImageError
from sgus.images.speckle import (
    NOMINAL_RANGE_DB,
    autocorrelation,
    even_windows,
    measure_speckle,
    width_at_half,
    without_plane,
)

WIDTH_PER_SIGMA = 2 * np.sqrt(2 * np.log(2)) * np.sqrt(2)
"""Full width at half maximum of the autocorrelation of noise smoothed by a Gaussian."""


def displayed(amplitude: np.ndarray) -> np.ndarray:
    decibel = 20 * np.log10(np.maximum(amplitude, 1e-6))
    return np.clip(128 + decibel * 255 / NOMINAL_RANGE_DB, 0, 255).astype(np.uint8)


def rayleigh(rng: np.random.Generator, shape: tuple[int, int] = (216, 288)) -> np.ndarray:
    parts = rng.standard_normal((2, *shape))
    return np.hypot(parts[0], parts[1]) / np.sqrt(2)


def test_raw_speckle_has_the_ratio_of_rayleigh() -> None:
    speckle = measure_speckle(displayed(rayleigh(np.random.default_rng(0))))
    assert speckle.snr_linear == pytest.approx(1.913, abs=0.06)


def test_looks_raise_the_ratio_by_their_square_root() -> None:
    rng = np.random.default_rng(1)
    four = np.mean([rayleigh(rng) for _ in range(4)], axis=0)
    assert measure_speckle(displayed(four)).snr_linear == pytest.approx(2 * 1.913, abs=0.12)


@pytest.mark.parametrize("sigmas", [(1.0, 2.0), (1.5, 1.0)])
def test_width_of_smoothed_noise(sigmas: tuple[float, float]) -> None:
    noise = np.random.default_rng(2).standard_normal((216, 288))
    smooth = ndimage.gaussian_filter(noise, sigmas)
    image = (128 + 20 * smooth / smooth.std()).clip(0, 255).astype(np.uint8)
    speckle = measure_speckle(image, window_px=32)
    assert speckle.axial_px == pytest.approx(WIDTH_PER_SIGMA * sigmas[0], rel=0.12)
    assert speckle.lateral_px == pytest.approx(WIDTH_PER_SIGMA * sigmas[1], rel=0.12)


def test_a_slope_is_not_grain() -> None:
    rng = np.random.default_rng(3)
    noise = 100 + 8 * rng.standard_normal((216, 288))
    tilted = noise + np.linspace(0, 90, 288)[None, :]
    flat = measure_speckle(noise.astype(np.uint8))
    sloped = measure_speckle(tilted.astype(np.uint8))
    assert sloped.lateral_px == pytest.approx(flat.lateral_px, rel=0.05)


def test_plane_is_taken_off_exactly() -> None:
    down, across = np.mgrid[0:12, 0:12]
    plane = (3.0 + 0.5 * down - 2 * across)[None]
    assert np.abs(without_plane(plane)).max() < 1e-12


def test_autocorrelation_equals_the_slow_sum() -> None:
    flat = np.random.default_rng(4).standard_normal((1, 8, 6))
    found = autocorrelation(flat)
    lag = flat[0, :-2, :-1] * flat[0, 2:, 1:]
    assert found[2, 1] == pytest.approx(lag.mean() / (flat**2).mean())
    assert found[0, 0] == pytest.approx(1.0)


def test_even_windows_avoid_edges() -> None:
    image = np.full((120, 160), 60, np.uint8)
    image[:, 80:] = 180
    kept = even_windows(image)
    assert len(kept) > 0
    assert np.ptp(kept, axis=(1, 2)).max() == 0


def test_a_black_picture_has_no_speckle() -> None:
    assert np.isnan(measure_speckle(np.zeros((120, 160), np.uint8)).snr_linear)


def test_width_is_interpolated() -> None:
    assert width_at_half(np.array([1.0, 0.75, 0.25, 0.0])) == pytest.approx(3.0)
    assert np.isnan(width_at_half(np.array([1.0, 0.9, 0.8])))


def test_too_small() -> None:
    with pytest.raises(ImageError, match="too few for speckle"):
        measure_speckle(np.zeros((30, 200), np.uint8))
