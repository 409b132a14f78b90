"""Peak memory of training: `python benchmarks/train_memory.py [--images 1500]`.

One epoch of the default preset with validation on made-up pictures, checkpoint included. Prints
the peak resident set of the process; the aim is below 2 GB for 1,500 images.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sgus.nn.network import GradingNetwork
from sgus.train.config import make_config
from sgus.train.examples import Examples
from sgus.train.loop import Resume, fit


def made_up(n: int, height: int, width: int) -> Examples:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 255, (n, height, width), dtype=np.uint8)
    return Examples.of(pixels, np.arange(n) % 4)


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--images", type=int, default=1500)
n = parser.parse_args().images
config = make_config(settings=["epochs=1", "checkpoint_every_s=0"])
size = (config.network.height, config.network.width)
with tempfile.TemporaryDirectory() as folder:
    fit(
        GradingNetwork(config.network),
        made_up(n, *size),
        made_up(n // 5, *size),
        config=config,
        report=print,
        resume=Resume(Path(folder) / "checkpoint.pt", "memory"),
    )
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{n} images of {size[1]} x {size[0]}: peak resident memory {peak:.0f} MB (aim < 2000)")
