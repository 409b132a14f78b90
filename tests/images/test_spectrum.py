from __future__ import annotations

import numpy as np
import pytest

from sgus.images.spectrum import bin_centres, radial_spectrum, spectral_slope


def coloured(exponent: float, seed: int = 0) -> np.ndarray:
    shape = (216, 288)
    noise = np.fft.fft2(np.random.default_rng(seed).standard_normal(shape))
    frequency = np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.fftfreq(shape[1])[None, :])
    frequency[0, 0] = 1.0
    return np.fft.ifft2(noise * frequency ** (-exponent / 2)).real


def test_white_noise_is_flat_at_zero() -> None:
    spectrum = radial_spectrum(coloured(0))
    assert np.abs(spectrum[8:]).max() < 0.1
    assert spectral_slope(spectrum) == pytest.approx(0, abs=0.08)


@pytest.mark.parametrize("exponent", [1.0, 2.0, 3.0])
def test_slope_is_minus_the_exponent(exponent: float) -> None:
    assert spectral_slope(radial_spectrum(coloured(exponent))) == pytest.approx(-exponent, abs=0.15)


def test_gain_and_contrast_do_not_count() -> None:
    image = coloured(1.5)
    np.testing.assert_allclose(radial_spectrum(image), radial_spectrum(3 * image + 40), atol=1e-9)


def test_a_wave_stands_in_its_ring() -> None:
    wave = np.sin(2 * np.pi * 0.1 * np.arange(288))[None, :] * np.ones((216, 1))
    nearest = np.abs(np.log(bin_centres() / 0.1)).argmin()
    assert radial_spectrum(wave).argmax() == nearest


def test_one_value_has_no_spectrum() -> None:
    assert np.isnan(radial_spectrum(np.full((50, 60), 7.0))).all()
