"""This package's loop on its decoded cache; then the raw limit of the same process."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from common import BATCH, DATA, RATE, SIZE, tell

from sgus.core.region import Region
from sgus.images.cache import build_cache
from sgus.nn.network import GradingNetwork
from sgus.train.config import TrainConfig, make_config
from sgus.train.examples import Examples
from sgus.train.loop import run_epoch
from sgus.train.precision import arithmetic, repeatable
from sgus.train.state import TrainingState, begin


def load(part: str, cache: Path) -> Examples:
    paths = sorted((DATA / part).glob("*/*.png"))
    items = [(path.stem, path, Region(0, 0, 640, 480)) for path in paths]
    pixels = build_cache(items, height=SIZE, width=SIZE, directory=cache)
    return Examples.of(pixels, np.array([int(path.parent.name) for path in paths]))


def limit(state: TrainingState, config: TrainConfig, seconds: float = 8.0) -> float:
    """Images a second of forward, backward and step on one batch in memory: the median step."""
    network, precision = state.network.train(), config.precision
    x = torch.randn(BATCH, 1, SIZE, SIZE).contiguous(memory_format=torch.channels_last)
    target = torch.eye(4)[torch.arange(BATCH) % 4]
    times = []
    while sum(times) < seconds:
        started = time.perf_counter()
        with arithmetic(precision):
            raw = network(x)
        loss = network.head.loss(raw.float(), target).mean()
        state.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        state.optimizer.step()
        times.append(time.perf_counter() - started)
    return BATCH / float(np.median(times[1:]))


config = make_config(
    "reference",
    settings=[
        f"network.height={SIZE}", f"network.width={SIZE}", "network.sharing=trunk",
        "weights=none", f"batch_size={BATCH}", f"learning_rate={RATE}", "schedule=constant",
        f"precision={sys.argv[2]}",
    ],
)  # fmt: skip
with tempfile.TemporaryDirectory() as folder, repeatable(config.threads):
    state = begin(GradingNetwork(config.network), config)
    started = time.perf_counter()
    train, val = load("train", Path(folder)), load("val", Path(folder))
    filling = time.perf_counter() - started
    record = run_epoch(state, train, val, config=config)
    alone = run_epoch(state, train, None, config=config)
    epoch_s = len(train) / record["images_per_s"]
    tell(
        images_per_s=record["images_per_s"],
        first_epoch_images_per_s=len(train) / (epoch_s + filling),
        train_images_per_s=alone["images_per_s"],
        limit_images_per_s=limit(state, config),
    )
