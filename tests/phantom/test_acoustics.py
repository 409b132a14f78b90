from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import hyp2f1

from sgus.core.rng import generator
from sgus.phantom.acoustics import (
    LOOK_SPACING,
    circular_normal,
    echo_envelope,
    lateral_response,
    noise_level,
    pulse_response,
    stripes,
)
from sgus.phantom.devices import DEVICES, Device
from sgus.phantom.grid import Grid
from sgus.phantom.tissue import Tissue
from tests.phantom.tissues import SILENT, ample, clean, point, uniform

GRID = Grid(35.0, 40.0)
RAYLEIGH_SNR = float(np.sqrt(np.pi / (4 - np.pi)))


def envelope_of(
    tissue: Tissue, device: Device, seed: int = 0, contact_db: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    contact = np.zeros(tissue.grid.n_x, np.float32) if contact_db is None else contact_db
    return echo_envelope(tissue, device, rng=generator(seed, "test"), contact_db=contact)


def snr_of_looks(looks: int) -> float:
    """Mean over standard deviation of the mean of correlated Rayleigh envelopes.

    Two Gaussian bands `d` standard deviations apart have field correlation `exp(-d^2 / 4)`; the
    product of two Rayleigh envelopes has mean `pi / 4 * 2F1(-1/2, -1/2; 1; correlation^2)`.
    """
    apart = LOOK_SPACING * np.subtract.outer(np.arange(looks), np.arange(looks))
    products = np.pi / 4 * hyp2f1(-0.5, -0.5, 1, np.exp(-(apart**2) / 2))
    return float(np.sqrt(np.pi / 4) / np.sqrt(products.mean() - np.pi / 4))


def test_the_theory_gives_what_the_recipe_says() -> None:
    assert snr_of_looks(1) == pytest.approx(RAYLEIGH_SNR) == pytest.approx(1.913, abs=1e-3)
    assert snr_of_looks(2) == pytest.approx(2.28, abs=0.01)
    assert snr_of_looks(3) == pytest.approx(2.63, abs=0.03)


@pytest.mark.parametrize(
    ("name", "looks"),
    [("premium", 1), ("premium", 2), ("premium", 3), ("handheld", 1), ("handheld", 5)],
)
def test_speckle_has_the_snr_of_its_looks(name: str, looks: int) -> None:
    device = clean(DEVICES[name], looks=looks)
    values = np.concatenate([envelope_of(uniform(GRID), device, seed).ravel() for seed in range(4)])
    assert values.mean() / values.std() == pytest.approx(snr_of_looks(looks), rel=0.02)
    if looks == 1:
        assert np.sqrt(np.mean(values**2)) == pytest.approx(1, rel=0.02)


@pytest.mark.parametrize("name", list(DEVICES))
@pytest.mark.parametrize("depth_mm", [3.0, 13.0, 20.0, 32.0])
def test_lateral_width_of_a_point_is_that_of_its_depth(name: str, depth_mm: float) -> None:
    device = clean(DEVICES[name])
    row, column = int(depth_mm / GRID.dz), GRID.n_x // 2
    intensity = envelope_of(point(GRID, row, column), device)[row].astype(np.float64) ** 2
    x = GRID.x[0] - GRID.x[0, column]
    width = np.sqrt((intensity * x**2).sum() / intensity.sum())
    z = float(GRID.z[row, 0])
    sigma = device.lateral_mm * np.sqrt(1 + ((z - device.focus_mm) / device.focus_length_mm) ** 2)
    assert device.lateral_sigma_mm(z) == pytest.approx(sigma)
    # A Gaussian amplitude of deviation sigma has an intensity of deviation sigma / sqrt(2).
    assert width == pytest.approx(sigma / np.sqrt(2), rel=0.03)


@pytest.mark.parametrize("name", list(DEVICES))
def test_axial_width_of_a_point_is_that_of_the_pulse(name: str) -> None:
    device = clean(DEVICES[name])
    row, column = 200, 100
    intensity = envelope_of(point(GRID, row, column), device)[:, column].astype(np.float64) ** 2
    z = GRID.z[:, 0] - GRID.z[row, 0]
    width = np.sqrt((intensity * z**2).sum() / intensity.sum())
    assert width == pytest.approx(device.axial_mm / np.sqrt(2), rel=0.03)


def test_a_straight_line_of_amplitude_one_is_as_strong_as_speckle() -> None:
    device = clean(DEVICES["cart-c"])
    tissue = uniform(GRID, SILENT)
    row = int(device.focus_mm / GRID.dz)
    tissue.specular[row] = 1
    assert envelope_of(tissue, device)[row] == pytest.approx(1, rel=0.02)


def test_skin_does_not_wrap_round_to_the_bottom() -> None:
    tissue = uniform(GRID, SILENT)
    tissue.specular[0] = 1000
    envelope = envelope_of(tissue, clean(DEVICES["handheld"]))
    assert envelope[:4].min() > 1
    assert envelope[-40:].max() < 2e-3


@pytest.mark.parametrize("name", list(DEVICES))
def test_noise_has_its_level_and_grows_with_depth_compensation(name: str) -> None:
    device = replace(clean(DEVICES[name]), noise_db=DEVICES[name].noise_db, looks=1)
    envelope = envelope_of(uniform(GRID, SILENT), device)
    measured = 20 * np.log10(np.sqrt(np.mean(envelope.astype(np.float64) ** 2, axis=1)))
    for low, high in ((0, 5), (10, 14), (28, 32)):
        rows = slice(int(low / GRID.dz), int(high / GRID.dz))
        middle = (low + high) / 2
        expected = device.noise_db + device.noise_growth * max(0, middle - 6)
        assert measured[rows].mean() == pytest.approx(expected, abs=0.5)


def test_depth_compensation_ends() -> None:
    deep = Grid(80.0, 40.0)
    level = noise_level(deep, DEVICES["handheld"])[:, 0]
    assert 20 * np.log10(level[-1] / level[0]) == pytest.approx(26, abs=1e-3)


def test_looks_average_independent_noise() -> None:
    device = replace(clean(DEVICES["premium"]), noise_db=0.0, noise_growth=0.0, looks=3)
    values = envelope_of(uniform(GRID, SILENT), device)
    assert values.mean() / values.std() == pytest.approx(np.sqrt(3) * RAYLEIGH_SNR, rel=0.03)


@pytest.mark.parametrize("clutter_db", [-30.0, -20.0])
def test_side_lobes_have_their_energy_and_lie_beside_the_beam(clutter_db: float) -> None:
    device = replace(clean(DEVICES["cart-c"]), clutter_db=clutter_db)
    row, column = int(device.focus_mm / GRID.dz), GRID.n_x // 2
    away = np.abs(GRID.x[0] - GRID.x[0, column])
    shares = []
    for seed in range(20):
        energy = envelope_of(point(GRID, row, column), device, seed)[row].astype(np.float64) ** 2
        shares.append(energy[away > 3 * device.lateral_mm].sum() / energy.sum())
        assert energy[away > 12].sum() < 1e-3 * energy[away > 3 * device.lateral_mm].sum()
    # Part of the tail overlaps the beam and is not counted here.
    assert 0.5 * 10 ** (clutter_db / 10) < np.mean(shares) < 1.1 * 10 ** (clutter_db / 10)


def test_side_lobes_fill_a_cyst() -> None:
    tissue = uniform(GRID)
    cyst = np.hypot(GRID.z - 13, GRID.x - 20) < 2
    tissue.echogenicity[cyst] = SILENT
    inside = np.hypot(GRID.z - 13, GRID.x - 20) < 1
    dirty = envelope_of(tissue, replace(clean(DEVICES["cart-b"]), clutter_db=-20.0))[inside]
    pure = envelope_of(tissue, clean(DEVICES["cart-b"]))[inside]
    assert dirty.mean() > 0.02 > 20 * pure.mean()


def test_transmission_and_contact_scale_the_echoes() -> None:
    device = clean(DEVICES["cart-b"])
    plain = envelope_of(uniform(GRID), device)
    tissue = uniform(GRID)
    tissue.transmission[200:] = -12
    shadowed = envelope_of(tissue, device)
    assert shadowed[:190] == pytest.approx(plain[:190], rel=3e-3, abs=1e-4)
    assert shadowed[210:] == pytest.approx(plain[210:] * 10 ** (-12 / 20), rel=3e-3, abs=1e-3)
    contact = np.full(GRID.n_x, -6, np.float32)
    assert envelope_of(uniform(GRID), device, contact_db=contact) == pytest.approx(
        plain * 10 ** (-6 / 20), rel=1e-3, abs=1e-4
    )


def test_ringing_is_at_the_skin_only() -> None:
    device = replace(clean(DEVICES["cart-b"]), ring_db=10.0)
    envelope = envelope_of(uniform(GRID, SILENT), device)
    assert envelope[:6].mean() > 0.5
    assert envelope[int(3 / GRID.dz) :].max() < 1e-3


@pytest.mark.parametrize("name", list(DEVICES))
def test_the_same_seed_gives_the_same_envelope_to_the_bit(name: str) -> None:
    device, grid = ample(name)
    first, again, other = (envelope_of(uniform(grid), device, seed) for seed in (3, 3, 4))
    assert first.dtype == np.float32
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_responses_have_unit_energy_and_single_precision() -> None:
    pulse = pulse_response(448, GRID.dz, 0.09)
    beam = lateral_response(GRID, DEVICES["premium"], look=2)
    assert pulse.dtype == beam.dtype == np.float32
    assert np.mean(pulse**2) == pytest.approx(1, rel=1e-5)
    assert np.mean(beam**2, axis=1) == pytest.approx(1, rel=1e-4)


def test_circular_normal_numbers() -> None:
    numbers = circular_normal(generator(0, "numbers"), (448, 256))
    assert numbers.dtype == np.complex64
    assert np.isfinite(numbers).all()
    parts = np.concatenate([numbers.real.ravel(), numbers.imag.ravel()]).astype(np.float64)
    assert parts.mean() == pytest.approx(0, abs=0.006)
    assert parts.var() == pytest.approx(0.5, rel=0.01)
    assert np.mean(parts**4) / parts.var() ** 2 == pytest.approx(3, abs=0.06)
    assert np.mean(numbers.real * numbers.imag) == pytest.approx(0, abs=0.005)


def test_stripes_have_the_spread_of_the_device() -> None:
    device = DEVICES["handheld"]
    level = 20 * np.log10(stripes(4000, device, generator(0, "stripes")))
    assert level.std() == pytest.approx(device.stripe_db, rel=0.06)
    assert np.array_equal(level[::2], level[1::2])
