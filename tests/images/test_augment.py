from __future__ import annotations

import numpy as np
import pytest
import torch

from sgus.images.augment import (
    PLAIN,
    AugmentConfig,
    AugmentParameters,
    apply_parameters,
    augment,
    sample_parameters,
)

OFF = PLAIN.model_copy(update={"flip": 0.0, "brightness": 0.0})


@pytest.fixture
def pixels() -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(20, 235, (6, 1, 24, 32), generator=generator, dtype=torch.uint8)


def draws(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_everything_off_changes_nothing(pixels: torch.Tensor) -> None:
    torch.testing.assert_close(augment(pixels, OFF, generator=draws()), pixels / 255)


def test_a_record_is_replayed_exactly(pixels: torch.Tensor) -> None:
    recorded = sample_parameters(AugmentConfig(), 6, generator=draws())
    first = apply_parameters(pixels, recorded)
    assert torch.equal(apply_parameters(pixels, recorded), first)
    assert torch.equal(augment(pixels, AugmentConfig(), generator=draws()), first)
    assert not torch.equal(augment(pixels, AugmentConfig(), generator=draws(1)), first)


def test_flip_is_exact(pixels: torch.Tensor) -> None:
    always = OFF.model_copy(update={"flip": 1.0})
    out = augment(pixels, always, generator=draws())
    np.testing.assert_allclose(out.numpy(), pixels.numpy()[..., ::-1] / 255, rtol=1e-6)


def test_interpolated_flip_agrees_with_the_exact_one(pixels: torch.Tensor) -> None:
    recorded = sample_parameters(OFF, 6, generator=draws())
    affine = torch.tensor([[-1.0, 1e-9, 0], [0, 1, 0]]).repeat(6, 1, 1)
    moved = AugmentParameters(affine, recorded.tone, recorded.blurred, recorded.grain, 0)
    torch.testing.assert_close(
        apply_parameters(pixels, moved), pixels.flip(3) / 255, atol=1e-4, rtol=0
    )


def test_shift_of_a_quarter_moves_by_a_quarter(pixels: torch.Tensor) -> None:
    recorded = sample_parameters(OFF, 6, generator=draws())
    affine = torch.tensor([[1.0, 0, 0.5], [0, 1, 0]]).repeat(6, 1, 1)
    moved = AugmentParameters(affine, recorded.tone, recorded.blurred, recorded.grain, 0)
    out = apply_parameters(pixels, moved)
    torch.testing.assert_close(out[..., :24], pixels[..., 8:] / 255, atol=1e-4, rtol=0)


def test_tone_is_the_stated_formula(pixels: torch.Tensor) -> None:
    config = OFF.model_copy(
        update={"gamma": 0.3, "contrast": 0.2, "brightness": 0.1, "depth_gain": 0.1}
    )
    recorded = sample_parameters(config, 6, generator=draws())
    out = apply_parameters(pixels, recorded)
    for n in range(6):
        gamma, contrast, brightness, depth_gain = recorded.tone[n].tolist()
        for row, column in ((0, 0), (11, 7), (23, 31)):
            value = (int(pixels[n, 0, row, column]) / 255) ** gamma
            value = value * (contrast + depth_gain * (-1 + 2 * row / 23)) + brightness
            assert float(out[n, 0, row, column]) == pytest.approx(value, abs=1e-5)


def test_parameters_stay_within_their_ranges() -> None:
    config = AugmentConfig()
    p = sample_parameters(config, 2000, generator=draws())
    zoom = p.affine[:, 0, 0].abs()
    assert 0.75 <= zoom.min() < 0.77
    assert 1.08 < zoom.max() <= 1.1
    assert p.affine[:, :, 2].abs().max() <= 2 * config.shift
    assert (p.affine[:, 0, 0] < 0).float().mean() == pytest.approx(0.5, abs=0.05)
    assert p.blurred.float().mean() == pytest.approx(0.4, abs=0.05)
    assert p.tone[:, 0].log().abs().max() <= config.gamma + 1e-6
    assert p.grain.amax(0).tolist() == pytest.approx([0.1, 0.03], rel=0.02)


def test_grain_has_the_stated_spread() -> None:
    flat = torch.full((1, 1, 200, 200), 128, dtype=torch.uint8)
    recorded = sample_parameters(OFF, 1, generator=draws())
    for grain, expected in (((0.1, 0.0), 0.1 * 128 / 255), ((0.0, 0.03), 0.03)):
        drawn = AugmentParameters(
            recorded.affine, recorded.tone, recorded.blurred, torch.tensor([grain]), 7
        )
        assert float(apply_parameters(flat, drawn).std()) == pytest.approx(expected, rel=0.03)


def test_images_of_a_batch_are_changed_apart(pixels: torch.Tensor) -> None:
    same = pixels[:1].repeat(6, 1, 1, 1)
    out = augment(same, AugmentConfig(), generator=draws())
    assert all(not torch.equal(out[0], out[n]) for n in range(1, 6))


PLACES = {
    "zoom_in": {("affine", 0, 0): (0.8, 1.0), ("affine", 1, 1): (0.8, 1.0)},
    "zoom_out": {("affine", 0, 0): (1.0, 1.2), ("affine", 1, 1): (1.0, 1.2)},
    "shift": {("affine", 0, 2): (-0.4, 0.4), ("affine", 1, 2): (-0.4, 0.4)},
    "shear": {("affine", 0, 1): (-0.2, 0.2)},
    "gamma": {("tone", 0): (np.exp(-0.2), np.exp(0.2))},
    "contrast": {("tone", 1): (0.8, 1.2)},
    "brightness": {("tone", 2): (-0.2, 0.2)},
    "depth_gain": {("tone", 3): (-0.2, 0.2)},
    "speckle": {("grain", 0): (0.0, 0.2)},
    "noise": {("grain", 1): (0.0, 0.2)},
}


@pytest.mark.parametrize("name", PLACES)
def test_each_setting_varies_its_own_parameters_over_its_whole_range(name: str) -> None:
    n = 2000
    still = sample_parameters(OFF, 1, generator=draws())
    varied = sample_parameters(OFF.model_copy(update={name: 0.2}), n, generator=draws())
    for part in ("affine", "tone", "grain"):
        values, fixed = getattr(varied, part), getattr(still, part)[0]
        for place in np.ndindex(*fixed.shape):
            found = values[(slice(None), *place)]
            low, high = PLACES[name].get((part, *place), (float(fixed[place]),) * 2)
            width = high - low
            assert float(found.min()) == pytest.approx(low, abs=1e-6 + 0.01 * width)
            assert float(found.max()) == pytest.approx(high, abs=1e-6 + 0.01 * width)
