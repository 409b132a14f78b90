"""How fast this machine trains: a few batches of what a run would do, timed."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from PIL import Image

from sgus.core.config import Config
from sgus.core.grades import N_GRADES
from sgus.core.region import Region
from sgus.images.decode import decode_image
from sgus.images.geometry import prepare
from sgus.nn.network import GradingNetwork
from sgus.nn.tail import cut
from sgus.train.config import TrainConfig
from sgus.train.examples import Examples
from sgus.train.fine_tune import config_of_tail
from sgus.train.frozen import compute_features
from sgus.train.loop import run_epoch
from sgus.train.precision import repeatable, resolve_precision
from sgus.train.predict import predict_raw
from sgus.train.state import begin

_PART_S = 0.3
"""Time given to each of the things that are timed; each is done twice at least."""
_N_SHOWN = 16
"""Images that are shown without learning, to frozen layers or to the finished network."""
_SCREEN = (540, 720)


class Speeds(Config):
    """Seconds that parts of a run take on one machine, for one config."""

    preparing: float
    """Decode an image of usual size and cut its window."""
    features: float
    """Frozen layers on an image; 0 where none are frozen."""
    training: float
    """Learn from an image once."""
    validating: float
    """Judge an image after an epoch."""
    predicting: float
    """Predict an image with the finished model."""
    fold: float
    """Make a network and cut it, once a fold."""


def measure_speeds(config: TrainConfig) -> Speeds:
    """Time a few batches of made-up images: about three seconds for the default network.

    The median of the repeats counts, after one that does not; a busy machine is measured as busy.

    Args:
        config: Its mode, network, batch size, arithmetic, threads and augmentation are used; the
            weights do not matter.
    """
    with torch.random.fork_rng(devices=[]), repeatable(config.threads):
        started = time.perf_counter()
        whole = GradingNetwork(config.network).eval()
        beginning, learner = None, whole
        if config.trains != "full":
            beginning, learner = cut(whole, config.trains)
        fold = time.perf_counter() - started
        few, images = (_made_up(config, n) for n in (_N_SHOWN, config.batch_size))
        predicting = _seconds(lambda: predict_raw(whole, few.pixels)) / len(few)
        features = 0.0
        if beginning is not None:
            run = partial(compute_features, beginning, config=config, mirrors=False)
            features = _seconds(lambda: run(few)) / len(few)
            images = run(images)
    own = config_of_tail(config)
    with torch.random.fork_rng(devices=[]), repeatable(own.threads):
        state = begin(learner, own)
        training = _seconds(lambda: run_epoch(state, images, None, config=own))
        precision = resolve_precision(own.precision)
        judged = state.candidate.eval()
        validating = _seconds(lambda: predict_raw(judged, images.pixels, precision=precision))
    return Speeds(
        preparing=_preparing(config),
        features=features,
        training=training / len(images),
        validating=validating / len(images),
        predicting=predicting,
        fold=fold,
    )


def _made_up(config: TrainConfig, n: int) -> Examples:
    """Images of noise."""
    shape = (n, config.network.height, config.network.width)
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    return Examples.of(pixels, np.arange(n, dtype=np.int64) % N_GRADES)


def _preparing(config: TrainConfig) -> float:
    rows, columns = _SCREEN
    noise = np.random.default_rng(0).integers(0, 256, _SCREEN, dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    height, width = config.network.height, config.network.width

    def once() -> None:
        pixels = decode_image(file.getvalue(), name="made-up.png").pixels
        prepare(pixels, Region(0, 0, columns, rows), height=height, width=width)

    return _seconds(once)


def _seconds(work: Callable[[], object]) -> float:
    """Seconds of the median repeat, after one that warms up."""
    began = time.perf_counter()
    work()
    times: list[float] = []
    while not times or time.perf_counter() - began < _PART_S:
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)
