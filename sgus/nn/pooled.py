"""What a trunk sees in a picture, as one vector: its maps averaged over the picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from sgus.nn.network import GradingNetwork

_BATCH: Final = 32


@torch.inference_mode()
def pooled_features(
    network: GradingNetwork,
    pixels: NDArray[np.uint8],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.float32]:
    """The vectors that the linear readings read, in float32 arithmetic.

    Args:
        network: In evaluation mode.
        pixels: `(n, h, w)` uint8, prepared.
        progress: Called with (pictures done, pictures in all) after each batch.

    Returns:
        `(n, C)`, of several trunks side by side; `network.readings` of it are the raw outputs.
    """
    vectors = []
    for start in range(0, len(pixels), _BATCH):
        batch = torch.from_numpy(np.array(pixels[start : start + _BATCH]))[:, None]
        x = network.normalise(batch).contiguous(memory_format=torch.channels_last)
        pooled = [maps.float().mean((2, 3)) for maps in network.features(x)]
        vectors.append(torch.cat(pooled, dim=1))
        if progress is not None:
            progress(min(start + _BATCH, len(pixels)), len(pixels))
    return np.asarray(torch.cat(vectors).numpy(), dtype=np.float32)
