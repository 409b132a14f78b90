"""Class activation maps of the three stages, from the forward pass alone.

The network averages each trunk's feature maps and reads the averages out. The gradient of a
stage's log-odds with respect to the maps is therefore the same at every position: the gradient
with respect to the averages, over the number of positions. Grad-CAM's weights need no backward
pass through the trunk; what is differentiated here is a few thousand numbers.

No hooks and nothing kept on the network, so any number of threads may share one network.

References:
    CAM: Zhou et al. 2016, 10.1109/CVPR.2016.319; Grad-CAM: Selvaraju et al. 2017,
    10.1109/ICCV.2017.74.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sgus.core.errors import ConfigError, ModelError
from sgus.core.grades import STAGES
from sgus.nn.network import GradingNetwork

Side = Literal["chosen", "higher", "lower"]


@dataclass(frozen=True, eq=False)
class StageCams:
    """Raw outputs of a batch and its activation maps.

    Attributes:
        raw: `(n, n_outputs)`, as `network(x)` gives them.
        cams: `(n, 3, h', w')` float32 in [0, 1], in the order of `STAGES`, at the resolution of
            the trunk. Each map is scaled by itself: maps say where, never how much.
        empty: `(n, 3)` bool: nothing in the image spoke for the side asked about, or everything
            spoke alike; the map is zero.
    """

    raw: Tensor
    cams: Tensor
    empty: Tensor


def stage_cams(network: GradingNetwork, x: Tensor, *, side: Side = "chosen") -> StageCams:
    """Grade a batch and map, for each stage, what spoke for one of its sides.

    The target of a map is the stage's log-odds given that the image belongs to the stage's
    grades: so stage 2a can be mapped, and must be read with care, in an image of grade 3.

    Args:
        network: In evaluation mode.
        x: `(n, 1, h, w)`, normalised.
        side: `higher` maps the evidence for the stage's higher grades, `lower` that for its lower
            ones, `chosen` that for the side of the greater probability.

    Raises:
        ModelError: The network is in training mode, where one image would change another's map.
        ConfigError: There is no such side.
    """
    if network.training:
        raise ModelError("network", "it is in training mode", "Call network.eval() first")
    if side not in get_args(Side):
        raise ConfigError(f"side {side!r}", "there is none", f"Use {', '.join(get_args(Side))}")
    with torch.inference_mode():
        features = [maps.float() for maps in network.features(x)]
        pooled = [maps.mean((2, 3)) for maps in features]
        raw = network.raw(features)
    weights = _channel_weights(network, pooled)  # (n, 3, C) a trunk
    with torch.inference_mode():
        maps = torch.stack(
            [torch.einsum("nsc,nchw->nshw", w, f) for w, f in zip(weights, features, strict=True)]
        ).sum(0)
        maps = maps * _signs(network.stage_log_odds(raw), side)[:, :, None, None]
        cams, empty = _scaled(maps.relu())
    return StageCams(raw, cams, empty)


def _channel_weights(network: GradingNetwork, pooled: list[Tensor]) -> list[Tensor]:
    """Gradient of each stage's log-odds with respect to each trunk's averages: `(n, 3, C)`.

    Every image is read three times, once a stage, so that one small backward pass serves all.
    Grad-CAM divides by the number of positions; scaling the map undoes it, so it is left out.
    """
    n, n_stages = len(pooled[0]), len(STAGES)
    with torch.inference_mode(False), torch.enable_grad():
        copies = [p.clone().repeat(n_stages, 1).requires_grad_() for p in pooled]
        raw = network.raw([copy[:, :, None, None] for copy in copies])
        log_odds = network.stage_log_odds(raw).reshape(n_stages, n, n_stages)
        total = log_odds.diagonal(dim1=0, dim2=2).sum()
        gradients = torch.autograd.grad(total, copies)
    return [g.reshape(n_stages, n, -1).transpose(0, 1) for g in gradients]


def _signs(log_odds: Tensor, side: Side) -> Tensor:
    if side == "chosen":  # a tie goes to the lower side, as in grades.most_probable_grade
        return torch.where(log_odds > 0, 1.0, -1.0)
    return torch.full_like(log_odds, 1.0 if side == "higher" else -1.0)


def _scaled(maps: Tensor) -> tuple[Tensor, Tensor]:
    """Stretch each map of `(n, 3, h, w)` to [0, 1]; a constant one becomes zero and is reported."""
    low, high = maps.amin((2, 3), keepdim=True), maps.amax((2, 3), keepdim=True)
    span = high - low
    empty = span <= 0
    return (maps - low) / torch.where(empty, 1.0, span), empty[:, :, 0, 0]


def upsample_cams(cams: NDArray[np.float32], *, height: int, width: int) -> NDArray[np.float32]:
    """Enlarge maps bilinearly and stretch each to [0, 1] again, as the grad-cam package does.

    Args:
        cams: `(n_maps, h', w')`.
        height: Rows wanted.
        width: Columns wanted.

    Returns:
        `(n_maps, height, width)` float32 in [0, 1].
    """
    large = np.empty((len(cams), height, width), dtype=np.float32)
    for cam, out in zip(cams, large, strict=True):
        # cv2 takes a twentieth of the time of torch's interpolation and reductions here.
        cv2.resize(cam, (width, height), dst=out, interpolation=cv2.INTER_LINEAR)
        low, high, _, _ = cv2.minMaxLoc(out)
        out -= low
        if high > low:
            out /= high - low
    return large
