"""Does a map change when the model forgets? Weights are shuffled from the reading downwards.

A map that stays as it was when the network has been made senseless shows edges of the image, not
what the network learnt. Each tensor's own values are shuffled, so that the scale of the weights
stays and only what was learnt is lost.

References:
    Adebayo et al. 2018, Sanity Checks for Saliency Maps, arXiv 1810.03292 (cascading
    randomisation); SSIM: Wang et al. 2004, 10.1109/TIP.2003.819861.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import rankdata
from torch import Tensor, nn

from sgus.core.rng import generator
from sgus.explain.cam import stage_cams
from sgus.nn.network import GradingNetwork

FloatArray = NDArray[np.float64]
Maps = NDArray[np.float32]

READING: Final = "reading"
_SIGMA: Final = 1.5  # of the Gaussian window of SSIM
_RADIUS: Final = 5  # truncated at 3.5 sigma, as scikit-image does: 11 x 11
_K1, _K2 = 0.01, 0.03  # constants of SSIM, as published


def layers(network: GradingNetwork) -> list[str]:
    """What is randomised step by step: `reading`, then the trunk's blocks from top to bottom."""
    return [READING, *reversed(_blocks(network.trunks[0]))]


def randomised(network: GradingNetwork, *, n_layers: int, seed: int) -> GradingNetwork:
    """A copy of a network whose upper layers forgot what they learnt.

    Args:
        network: Left as it is.
        n_layers: How many of `layers(network)`, from the top; 0 gives an equal copy.
        seed: A layer is shuffled alike in every longer cascade.

    Raises:
        ValueError: The network has not so many.
    """
    names = layers(network)
    if not 0 <= n_layers <= len(names):
        raise ValueError(f"{n_layers} layers of {len(names)}")
    made = copy.deepcopy(network).eval()
    for name in names[:n_layers]:
        _forget(made, name, seed)
    return made


def cascade(network: GradingNetwork, *, seed: int) -> Iterator[tuple[str, GradingNetwork]]:
    """Forget layer by layer: each name of `layers`, and the network after that step.

    Args:
        network: Left as it is.
        seed: As of `randomised`.

    Yields:
        One and the same copy, further on at every step: use it before the next is asked for.
    """
    made = copy.deepcopy(network).eval()
    for name in layers(network):
        _forget(made, name, seed)
        yield name, made


def _forget(network: GradingNetwork, name: str, seed: int) -> None:
    for number, module in enumerate(_modules(network, name)):
        for key, tensor in module.named_parameters():
            _shuffle(tensor, generator(seed, "randomise", name, number, key))


def _shuffle(tensor: Tensor, rng: np.random.Generator) -> None:
    order = torch.from_numpy(rng.permutation(tensor.numel()))
    with torch.no_grad():
        tensor.copy_(tensor.flatten()[order].reshape(tensor.shape))


def _blocks(trunk: nn.Module) -> list[str]:
    """Names of the trunk's blocks that hold weights, from the image upwards."""
    return [name for name, module in _children(trunk) if any(True for _ in module.parameters())]


def _children(trunk: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    (body,) = trunk.children()  # timm's model, or the layers of the small trunk
    return body.named_children()


def _modules(network: GradingNetwork, name: str) -> list[nn.Module]:
    if name == READING:
        return list(network.readings)
    return [dict(_children(trunk))[name] for trunk in network.trunks]


def cams_of_side(network: GradingNetwork, x: Tensor, higher: NDArray[np.bool_]) -> Maps:
    """Maps of a side named beforehand: a randomised network may choose another.

    Args:
        network: In evaluation mode.
        x: `(n, 1, h, w)`, normalised.
        higher: `(n, 3)`, whether each stage is mapped for its higher grades.

    Returns:
        `(n, 3, h', w')` float32 in [0, 1].
    """
    up = stage_cams(network, x, side="higher").cams.numpy()
    down = stage_cams(network, x, side="lower").cams.numpy()
    return np.where(higher[:, :, None, None], up, down).astype(np.float32)


def rank_correlation(first: NDArray[np.floating], second: NDArray[np.floating]) -> FloatArray:
    """Spearman's correlation of pairs of maps, position by position; ties share their mean rank.

    Args:
        first: `(n, h, w)`.
        second: `(n, h, w)`.

    Returns:
        `(n,)` from -1 to 1; NaN where one of the two is constant.
    """
    a, b = (rankdata(m.reshape(len(m), -1), axis=1) for m in (first, second))
    a, b = (r - r.mean(1, keepdims=True) for r in (a, b))
    spread = np.sqrt((a**2).sum(1) * (b**2).sum(1))
    nothing = np.full(len(a), np.nan)
    found: FloatArray = np.divide((a * b).sum(1), spread, out=nothing, where=spread > 0)
    return found


def ssim(first: Maps, second: Maps) -> FloatArray:
    """Mean structural similarity of pairs of maps with values from 0 to 1.

    Windows are Gaussian, 11 x 11 with a deviation of 1.5, and lie wholly inside; variances
    divide by the sum of the weights (no correction for small samples).

    Args:
        first: `(n, h, w)`, 11 rows and columns at least.
        second: `(n, h, w)`.

    Returns:
        `(n,)`, 1 for equal maps.

    Raises:
        ValueError: The maps are too small or differ in shape.
    """
    if first.shape != second.shape or min(first.shape[1:]) <= 2 * _RADIUS:
        raise ValueError(f"maps of {first.shape} and {second.shape}: equal, 11 x 11 or more")
    return np.array([_ssim(a, b) for a, b in zip(first, second, strict=True)], dtype=np.float64)


def _ssim(a: Maps, b: Maps) -> float:
    x, y = a.astype(np.float64), b.astype(np.float64)
    mx, my = _window(x), _window(y)
    vx, vy, vxy = _window(x * x) - mx**2, _window(y * y) - my**2, _window(x * y) - mx * my
    c1, c2 = _K1**2, _K2**2
    values = (2 * mx * my + c1) * (2 * vxy + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    return float(values[_RADIUS:-_RADIUS, _RADIUS:-_RADIUS].mean())


def _window(values: FloatArray) -> FloatArray:
    size = 2 * _RADIUS + 1
    return np.asarray(cv2.GaussianBlur(values, (size, size), _SIGMA), dtype=np.float64)
