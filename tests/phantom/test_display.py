from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from sgus.core.rng import generator
from sgus.phantom.acoustics import circular_normal
from sgus.phantom.devices import DEVICES, Device
from sgus.phantom.display import Controls, blur_response, brightness
from sgus.phantom.grid import Grid

GRID = Grid(35.0, 40.0)
RAW = replace(
    DEVICES["cart-b"], gain_db=0.0, gamma=1.0, speckle_reduction=0.0, smoothing=0.0, sharpening=0.0
)


def shown(envelope: np.ndarray, device: Device) -> np.ndarray:
    return brightness(envelope.astype(np.float32), device, Controls.ideal(device, GRID))


def test_log_compression_maps_decibels_onto_the_dynamic_range() -> None:
    for decibels in (-25.0, -6.0, 0.0, 12.0):
        envelope = np.full(GRID.shape, 10 ** (decibels / 20))
        expected = RAW.grey + decibels / RAW.dynamic_range_db
        assert shown(envelope, RAW) == pytest.approx(expected, abs=1e-4)


def test_what_is_beyond_the_dynamic_range_is_black_or_white() -> None:
    assert not shown(np.zeros(GRID.shape), RAW).any()
    assert (shown(np.full(GRID.shape, 1e6), RAW) == 1).all()


@pytest.mark.parametrize("name", list(DEVICES))
def test_a_normal_gland_is_grey_on_each_device(name: str) -> None:
    device = DEVICES[name]
    grey = shown(np.ones(GRID.shape), device)
    slope = device.slope_db_mm * (GRID.z - 15)
    linear = device.grey + (device.gain_db + slope) / device.dynamic_range_db
    expected = np.broadcast_to(linear**device.gamma, GRID.shape)
    assert grey[20:-20] == pytest.approx(expected[20:-20], abs=1e-3)


def test_gain_beam_and_range_controls_act_where_they_say() -> None:
    gain = np.zeros((GRID.n_z, 1), np.float32)
    gain[200:] = 6
    beam = np.zeros((1, GRID.n_x), np.float32)
    beam[:, 100:] = -3
    controls = Controls(gain, beam, np.zeros(GRID.n_x, np.float32), 50.0)
    grey = brightness(np.ones(GRID.shape, np.float32), RAW, controls) - RAW.grey
    assert grey[:200, :100] == pytest.approx(0, abs=1e-4)
    assert grey[200:, :100] == pytest.approx(6 / 50, abs=1e-4)
    assert grey[200:, 100:] == pytest.approx(3 / 50, abs=1e-4)


@pytest.mark.parametrize("sigma", [1.8, 2.5, 3.2])
def test_blur_is_the_gaussian_filter_with_mirrored_borders(sigma: float) -> None:
    envelope = np.abs(circular_normal(generator(0, "blur"), GRID.shape)) + 0.1
    sigmas = sigma / np.sqrt(2.4), sigma * np.sqrt(2.4)  # wider across than in depth
    blurred = gaussian_filter(envelope.astype(np.float64), sigmas, mode="reflect", truncate=6)
    expected = RAW.grey + 20 * np.log10(blurred) / RAW.dynamic_range_db
    assert shown(envelope, replace(RAW, smoothing=sigma)) == pytest.approx(expected, abs=1e-3)


def test_sharpening_steepens_an_edge() -> None:
    envelope = np.ones(GRID.shape)
    envelope[:, 128:] = 10 ** (-10 / 20)
    soft, sharp = (
        shown(envelope, replace(RAW, smoothing=1.0, sharpening=amount)) for amount in (0.0, 0.5)
    )
    assert np.abs(np.diff(sharp[200])).max() > 1.2 * np.abs(np.diff(soft[200])).max()
    assert sharp.mean() == pytest.approx(soft.mean(), abs=1e-4)


def test_the_adaptive_filter_smooths_speckle_and_keeps_edges() -> None:
    speckle = np.abs(circular_normal(generator(1, "speckle"), GRID.shape))
    speckle = gaussian_filter(speckle, 1.0)
    speckle[:, 128:] *= 10 ** (-20 / 20)
    raw, filtered = shown(speckle, RAW), shown(speckle, replace(RAW, speckle_reduction=0.9))
    far = np.s_[20:-20, 20:110]
    assert filtered[far].std() < 0.6 * raw[far].std()
    step = lambda image: image[:, 124:126].mean() - image[:, 130:132].mean()  # noqa: E731
    assert step(filtered) > 0.85 * step(raw)


def test_blur_of_nothing_is_nothing() -> None:
    assert (blur_response((8, 6), 0.0) == 1).all()


def test_drawn_controls_lie_around_the_device() -> None:
    device = DEVICES["premium"]
    drawn = [Controls.draw(device, GRID, generator(seed, "controls")) for seed in range(400)]
    gains = np.array([float(controls.gain_db.mean()) for controls in drawn])
    assert gains.mean() == pytest.approx(device.gain_db, abs=0.3)
    assert 1.3 < gains.std() < 2.2
    ranges = np.array([controls.dynamic_range_db for controls in drawn]) / device.dynamic_range_db
    assert ranges.min() > 0.93
    assert ranges.max() < 1.07


def test_poor_contact_darkens_one_end_in_a_quarter_of_the_scans() -> None:
    drawn = [
        Controls.draw(DEVICES["premium"], GRID, generator(seed, "contact")).contact_db
        for seed in range(400)
    ]
    poor = [contact for contact in drawn if contact.any()]
    assert len(poor) / len(drawn) == pytest.approx(0.25, abs=0.06)
    for contact in poor:
        assert contact.max() == 0
        assert min(contact[0], contact[-1]) <= -4
        assert contact[GRID.n_x // 4 : 2 * GRID.n_x // 3].max() == 0
        assert max(contact[0], contact[-1]) == 0
