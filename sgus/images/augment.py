"""Augmentation of whole batches: parameters are drawn first, then applied.

The drawing is random and the applying is not, so a recorded batch can be replayed exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor

from sgus.core.config import Config


class AugmentConfig(Config):
    """How far a training image may be changed. Zero, or a factor of one, switches a change off."""

    flip: float = Field(default=0.5, ge=0, le=1)
    """Probability of a left-right flip."""
    zoom_in: float = Field(default=0.25, ge=0, le=0.9)
    """Largest enlargement: 0.25 shows as little as 75 % of the window's width and height."""
    zoom_out: float = Field(default=0.1, ge=0, le=1)
    """Largest reduction: 0.1 shows 110 %, the rim filled by reflection."""
    shift: float = Field(default=0.1, ge=0, le=0.5)
    """Largest shift as a share of the width and of the height, either way."""
    shear: float = Field(default=0.1, ge=0, le=1)
    """Largest sideways shear: a tilted probe."""
    gamma: float = Field(default=0.35, ge=0, le=2)
    """Largest change of the logarithm of gamma, either way."""
    brightness: float = Field(default=0.1, ge=0, le=1)
    """Largest change of the grey level as a share of full scale, either way."""
    contrast: float = Field(default=0.3, ge=0, lt=1)
    """Largest change of the contrast factor, either way."""
    depth_gain: float = Field(default=0.15, ge=0, lt=1)
    """Largest change of brightness between the top and the bottom, either way (gain slider)."""
    blur: float = Field(default=0.4, ge=0, le=1)
    """Probability of a blur of about one pixel: a coarser machine."""
    speckle: float = Field(default=0.1, ge=0, le=1)
    """Largest standard deviation of multiplicative grain."""
    noise: float = Field(default=0.03, ge=0, le=1)
    """Largest standard deviation of additive noise as a share of full scale."""


PLAIN = AugmentConfig(
    zoom_in=0, zoom_out=0, shift=0, shear=0, gamma=0, brightness=0.1, contrast=0, depth_gain=0,
    blur=0, speckle=0, noise=0,
)  # fmt: skip
"""The published reference's augmentation: flips and brightness."""


@dataclass(frozen=True, eq=False)
class AugmentParameters:
    """What is done to each image of a batch of n.

    Attributes:
        affine: `(n, 2, 3)`, output to input coordinates in [-1, 1].
        tone: `(n, 4)`: gamma exponent, contrast factor, brightness, depth gain.
        blurred: `(n,)` bool.
        grain: `(n, 2)`: standard deviations of speckle and noise.
        grain_seed: Seed of the grain itself.
    """

    affine: Tensor
    tone: Tensor
    blurred: Tensor
    grain: Tensor
    grain_seed: int


def sample_parameters(
    config: AugmentConfig, n: int, *, generator: torch.Generator
) -> AugmentParameters:
    """Draw the parameters of `n` images."""

    def uniform(low: float, high: float) -> Tensor:
        return torch.rand(n, generator=generator) * (high - low) + low

    flip = torch.where(torch.rand(n, generator=generator) < config.flip, -1.0, 1.0)
    affine = torch.zeros(n, 2, 3)
    affine[:, 0, 0] = flip * uniform(1 - config.zoom_in, 1 + config.zoom_out)
    affine[:, 1, 1] = uniform(1 - config.zoom_in, 1 + config.zoom_out)
    affine[:, 0, 1] = uniform(-config.shear, config.shear)
    # Coordinates run over [-1, 1]: a share of the width is twice that in coordinates.
    affine[:, 0, 2] = 2 * uniform(-config.shift, config.shift)
    affine[:, 1, 2] = 2 * uniform(-config.shift, config.shift)
    tone = torch.stack(
        [
            uniform(-config.gamma, config.gamma).exp(),
            1 + uniform(-config.contrast, config.contrast),
            uniform(-config.brightness, config.brightness),
            uniform(-config.depth_gain, config.depth_gain),
        ],
        dim=1,
    )
    grain = torch.stack([uniform(0, config.speckle), uniform(0, config.noise)], dim=1)
    return AugmentParameters(
        affine=affine,
        tone=tone,
        blurred=torch.rand(n, generator=generator) < config.blur,
        grain=grain,
        grain_seed=int(torch.randint(2**62, (1,), generator=generator)),
    )


def apply_parameters(pixels: Tensor, parameters: AugmentParameters) -> Tensor:
    """Change a batch as `parameters` say.

    Args:
        pixels: `(n, 1, h, w)` uint8.
        parameters: Of the same `n`.

    Returns:
        `(n, 1, h, w)` float32, about 0 to 1 (normalised later, so not clipped at the end).
    """
    x = _move(pixels.float() / 255, parameters.affine)
    gamma, contrast, brightness, depth_gain = parameters.tone[:, :, None, None, None].unbind(1)
    if bool((gamma != 1).any()):
        x = x.clamp(0, 1).pow(gamma)
    depth = torch.linspace(-1, 1, x.shape[2])[:, None]  # (h, 1)
    x = x * (contrast + depth_gain * depth) + brightness
    if bool(parameters.blurred.any()):
        smooth = F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
        x = torch.where(parameters.blurred[:, None, None, None], smooth, x)
    return _add_grain(x, parameters)


def _move(x: Tensor, affine: Tensor) -> Tensor:
    """Sample at the moved coordinates; pure flips are done without interpolation."""
    still = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    if torch.equal(affine.abs(), still.expand_as(affine)):
        return torch.where(affine[:, 0, 0, None, None, None] < 0, x.flip(3), x)
    grid = F.affine_grid(affine, list(x.shape), align_corners=False)
    moved: Tensor = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
    return moved


def _add_grain(x: Tensor, parameters: AugmentParameters) -> Tensor:
    if not bool((parameters.grain > 0).any()):
        return x
    generator = torch.Generator().manual_seed(parameters.grain_seed)
    speckle, noise = parameters.grain[:, :, None, None, None].unbind(1)
    first, second = torch.randn(2, *x.shape, generator=generator)
    grainy: Tensor = x * (1 + speckle * first) + noise * second
    return grainy


def augment(pixels: Tensor, config: AugmentConfig, *, generator: torch.Generator) -> Tensor:
    """Draw and apply in one go: `(n, 1, h, w)` uint8 to float32."""
    return apply_parameters(pixels, sample_parameters(config, len(pixels), generator=generator))
