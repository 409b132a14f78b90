"""This package's short modes: the head or the last block, on features computed once.

python ours_frozen.py TASK head|last_block
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
import torch._dynamo  # PyTorch imports it with the first optimiser; imports are not timed
from frozen_task import Task, Watch, read_task, tell
from PIL import Image

from sgus.core.region import Region
from sgus.images.cache import build_cache
from sgus.nn.network import GradingNetwork
from sgus.nn.start import start_from_model
from sgus.train.config import QUICK, SHORT, TrainConfig, make_config
from sgus.train.examples import Examples
from sgus.train.fine_tune import fine_tune
from sgus.train.predict import predict_probabilities
from sgus.train.pulse import Phase, Pulse

PRESET_OF = {"head": QUICK, "last_block": SHORT}


class FirstStep(Pulse):
    """Notes when training proper begins."""

    def phase(self, name: Phase) -> None:
        if name == "training":
            watch.lap()


def load(task: Task, part: str, config: TrainConfig, folder: Path) -> Examples:
    items = []
    for path, _ in task.parts[part]:
        with Image.open(path) as picture:  # reads the size alone
            items.append((Path(path).stem, Path(path), Region(0, 0, *picture.size)))
    pixels = build_cache(
        items, height=config.network.height, width=config.network.width, directory=folder
    )
    return Examples.of(pixels, np.array([grade for _, grade in task.parts[part]]))


task = read_task()
config = make_config(
    PRESET_OF[sys.argv[2]],
    settings=[
        f"network.height={task.height}", f"network.width={task.width}", f"epochs={task.epochs}",
        f"batch_size={task.batch}", f"seed={task.seed}", "patience=0",
    ],
)  # fmt: skip
torch.manual_seed(task.seed)
network = GradingNetwork(config.network)
start_from_model(network, task.start)
with tempfile.TemporaryDirectory() as folder:
    watch = Watch()
    train, validation = (load(task, part, config, Path(folder)) for part in ("train", "validation"))
    network, _ = fine_tune(
        network, train, validation, config=config, report=lambda record: None, pulse=FirstStep()
    )
    times = watch.stop()
    test = load(task, "test", config, Path(folder))
p, _ = predict_probabilities(network, test.pixels)
tell(times, p.tolist())
