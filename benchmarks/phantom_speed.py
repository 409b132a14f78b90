"""Milliseconds a phantom takes on one core, by device: `python benchmarks/phantom_speed.py`.

Processor time of one process with one thread, so that other work on the machine counts little: the
simulation (tissue, scan, screen) and, apart, what a cohort adds (two PNG files in memory).
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sgus.core.memory import keep_freed_memory
from sgus.core.rng import generator
from sgus.phantom.devices import DEVICES
from sgus.phantom.export import mask_png_bytes, png_bytes
from sgus.phantom.request import VIEWS, PhantomRequest
from sgus.phantom.simulate import simulate


def requests(device: str, n: int) -> list[PhantomRequest]:
    """Glands of all severities, views and both kinds."""
    made = []
    for at in range(n):
        rng = generator(0, "speed", at)
        gland = list(VIEWS)[at % 2]
        made.append(
            PhantomRequest(
                severity=float(rng.uniform(0, 3.99)),
                gland=gland,  # type: ignore[arg-type]
                view=VIEWS[gland][at // 2 % 2],
                device=device,
                anatomy_seed=at,
                scan_seed=at,
            )
        )
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=40, help="of each device")
    options = parser.parse_args()
    print(f"{'device':10}{'simulate ms: median (5 % to 95 %)':>40}{'PNG files ms: median':>24}")
    keep_freed_memory()  # as the processes that make a cohort do
    simulate(requests("premium", 1)[0])  # the first call fills caches
    every: list[float] = []
    for device in DEVICES:
        spent, stored = [], []
        for request in requests(device, options.images):
            begun = time.process_time()
            phantom = simulate(request)
            made = time.process_time()
            png_bytes(phantom)
            mask_png_bytes(phantom.mask)
            spent.append(1000 * (made - begun))
            stored.append(1000 * (time.process_time() - made))
        every += spent
        low, middle, high = np.percentile(spent, [5, 50, 95])
        print(
            f"{device:10}{f'{middle:.1f} ({low:.1f} to {high:.1f})':>40}{np.median(stored):>24.1f}"
        )
    print(
        f"all {len(every)} images: mean {np.mean(every):.1f} ms, median {np.median(every):.1f} ms"
    )


if __name__ == "__main__":
    main()
