"""Deletion curves: how fast a decision falls when what a map points at is taken away.

The pixels are replaced by a heavy blur of the same image, in the order of the map. A map that
points at what the decision rests on makes it fall sooner than a random order does, and the
reverse order later. All orders begin and end at the same two images, so that only the way there
differs; the random order shuffles the map's own positions, so that it is as coarse as the map.

References:
    Petsiuk et al. 2018, RISE, arXiv 1806.07421 (deletion, area under its curve).
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from sgus.nn.network import GradingNetwork

Pixels = NDArray[np.uint8]
Maps = NDArray[np.float32]
FloatArray = NDArray[np.float64]

STEPS: Final = 6
_BATCH: Final = 64
_BLUR_SHARE: Final = 0.1  # of the rows
_TIE: Final = 1e-6  # below any difference of a map that means something


def blurred(pixels: Pixels) -> Pixels:
    """What replaces pixels, `(n, h, w)` uint8: their image, blurred by a tenth of its rows."""
    sigma = _BLUR_SHARE * pixels.shape[1]
    return np.stack([np.asarray(cv2.GaussianBlur(p, (0, 0), sigma), np.uint8) for p in pixels])


def shuffled(cams: Maps, rng: np.random.Generator) -> Maps:
    """Each map with its positions shuffled: the random order, as coarse as the map.

    Args:
        cams: `(n, h', w')`.
        rng: Source of the shuffles.
    """
    flat = rng.permuted(cams.reshape(len(cams), -1), axis=1)
    return flat.reshape(cams.shape)


def removal_order(
    cams: Maps, *, height: int, width: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Place of each pixel in the order of removal, brightest first.

    Args:
        cams: `(n, h', w')`; positions of one value (zero, mostly) are put in random order.
        height: Rows of the images.
        width: Columns of the images.
        rng: Breaks ties.

    Returns:
        `(n, height * width)`, a permutation of the pixels a row.
    """
    broken = cams.astype(np.float64) + _TIE * rng.random(cams.shape)
    places = np.empty((len(cams), height * width), dtype=np.int64)
    for cam, row in zip(broken, places, strict=True):
        large = cv2.resize(cam, (width, height), interpolation=cv2.INTER_LINEAR)
        row[np.argsort(-large.ravel(), kind="stable")] = np.arange(height * width)
    return places


def deletion_curves(
    network: GradingNetwork,
    pixels: Pixels,
    order: NDArray[np.int64],
    *,
    stage: int,
    higher: NDArray[np.bool_],
    steps: int = STEPS,
) -> FloatArray:
    """Probability of a side of a stage while pixels are taken away.

    Args:
        network: In evaluation mode.
        pixels: `(n, h, w)` uint8, prepared.
        order: `(n, h * w)` of `removal_order`.
        stage: Which of `STAGES`.
        higher: `(n,)`, whether the side looked at is the higher one.
        steps: Steps of equal area, from nothing to everything.

    Returns:
        `(n, steps + 1)`, each from 0 to 1.
    """
    n, height, width = pixels.shape
    soft = blurred(pixels)
    gone = [
        (order < round(height * width * step / steps)).reshape(n, height, width)
        for step in range(steps + 1)
    ]
    every = np.concatenate([np.where(mask, soft, pixels) for mask in gone])
    p = np.concatenate(
        [_stage_p(network, every[at : at + _BATCH], stage) for at in range(0, len(every), _BATCH)]
    )
    curves = p.reshape(steps + 1, n).T
    return np.where(higher[:, None], curves, 1.0 - curves)


@torch.inference_mode()
def _stage_p(network: GradingNetwork, pixels: Pixels, stage: int) -> FloatArray:
    x = network.normalise(torch.from_numpy(pixels)[:, None])
    odds = network.stage_log_odds(network(x.contiguous(memory_format=torch.channels_last)))
    return np.asarray(odds[:, stage].double().sigmoid().numpy(), dtype=np.float64)


def area_under(curves: FloatArray) -> FloatArray:
    """Area under curves over the share removed, by trapezoids: `(n, steps + 1)` to `(n,)`."""
    return np.asarray(np.trapezoid(curves, dx=1.0 / (curves.shape[1] - 1), axis=1), np.float64)
