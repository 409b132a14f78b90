"""From prepared pixels to probabilities, in batches."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sgus.nn.network import GradingNetwork
from sgus.train.precision import arithmetic

_BATCH = 16
"""The maps of more images are so large that the system maps and clears fresh pages for each."""

Tick = Callable[[], None]


@torch.inference_mode()
def predict_raw(
    network: GradingNetwork, pixels: Tensor, *, precision: str = "float32", tick: Tick | None = None
) -> Tensor:
    """Raw outputs of a network in evaluation mode.

    Args:
        network: In evaluation mode.
        pixels: `(n, 1, h, w)` uint8, prepared.
        precision: `float32` or `bfloat16`.
        tick: Called after each batch.

    Returns:
        `(n, n_outputs)` float32.
    """
    outputs = []
    for batch in torch.split(pixels, _BATCH):
        x = network.normalise(batch).contiguous(memory_format=torch.channels_last)
        with arithmetic(precision):
            outputs.append(network(x).float())
        if tick is not None:
            tick()
    return torch.cat(outputs)


def predict_probabilities(
    network: GradingNetwork, pixels: Tensor, *, tick: Tick | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Grade and stage probabilities in float32 arithmetic, as the app computes them.

    Args:
        network: In evaluation mode.
        pixels: `(n, 1, h, w)` uint8, prepared.
        tick: Called after each batch.

    Returns:
        `(n, 4)` grade probabilities and `(n, 3)` probabilities of each stage's higher side.
    """
    raw = predict_raw(network, pixels, tick=tick)
    p = network.probabilities(raw).double()
    stages = network.stage_log_odds(raw).double().sigmoid()
    return p.numpy(), stages.numpy()
