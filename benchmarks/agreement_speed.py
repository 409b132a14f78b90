"""Seconds and memory of all agreement figures on one core: `agreement_speed.py [RESAMPLES]`.

20 readers x 225 images of 150 patients, and 14 readers x 2,000, a tenth of the readings missing;
made-up readings, since the time does not depend on them. Pairwise figures alone, then all figures.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import platform
import resource
import sys
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before numpy is loaded: one core
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from sgus.stats.agreement import Agreement, Panel, Readings, estimate
from sgus.stats.agreement.pair_families import pair_families

SIZES = ((20, 225, 150), (14, 2000, 700))
PANEL_FIGURES = "sgus.stats.agreement.everything"


def made_up(n_readers: int, n_items: int, n_patients: int, *, seed: int = 0) -> Panel:
    """Readings that differ by at most one grade from a common one, a tenth missing."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, n_items)
    codes = np.clip(truth[:, None] + rng.integers(-1, 2, (n_items, n_readers)), 0, 3)
    codes[rng.random(codes.shape) < 0.1] = -1
    return Panel(
        codes.astype(np.int8),
        items=tuple(f"image {i}" for i in range(n_items)),
        readers=tuple(f"reader {i}" for i in range(n_readers)),
        scale=(0, 1, 2, 3),
        patients=tuple(f"patient {i % n_patients}" for i in range(n_items)),
        unit="patient",
    )


def pairwise(panel: Panel, *, n_resamples: int) -> list[Agreement]:
    """Every figure of every pair."""
    rng = np.random.default_rng(0)
    return estimate(panel, pair_families(panel), n_resamples=n_resamples, rng=rng)


def everything(panel: Panel, *, n_resamples: int) -> list[Agreement]:
    """Every figure there is."""
    figures = importlib.import_module(PANEL_FIGURES).agreement_figures
    readings = Readings(panel, panel.codes[:, :, None])
    return list(figures(readings, n_resamples=n_resamples))


def main() -> None:
    """Print a line for each size and set of figures."""
    n_resamples = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print(f"{platform.machine()}, numpy {np.__version__}, one thread, {n_resamples} resamples")
    tasks = [pairwise]
    if importlib.util.find_spec(PANEL_FIGURES):
        tasks.append(everything)
    for task in tasks:
        task(made_up(4, 20, 20), n_resamples=10)  # imports are not what is timed
    for size in SIZES:
        panel = made_up(*size)
        for task in tasks:
            seconds = []
            for _ in range(3):
                start = time.perf_counter()
                rows = task(panel, n_resamples=n_resamples)
                seconds.append(time.perf_counter() - start)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{size[0]} readers x {size[1]} images of {size[2]} patients, {task.__name__}: "
                f"{len(rows)} figures in {min(seconds):.2f} s (slowest {max(seconds):.2f} s), "
                f"peak {peak:.0f} MB so far"
            )


if __name__ == "__main__":
    main()
