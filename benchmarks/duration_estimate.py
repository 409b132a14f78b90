"""The estimate of a run's duration against the run: `python benchmarks/duration_estimate.py`.

For each preset of the train page: the machine is measured (nothing is kept from before), the run is
estimated, then trained on the demo cohort of simulated images from a fresh copy, so that images are
prepared too. Patience is off, since it may end a run earlier, and `full` has two epochs. The aim is
a ratio between 1/2 and 2 on a machine whose load does not change; the load before and after is
printed, since a shared machine cannot keep that promise.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from sgus.cohort.manifest import load_cohort
from sgus.cohort.splits import load_split
from sgus.train.config import make_config
from sgus.workflows.duration import FoldSize, estimate_seconds
from sgus.workflows.splitting import split_cohort
from sgus.workflows.training import run_training

RUNS = {"quick": (), "short": (), "full": ("epochs=2",)}
AIM = 2.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="*", choices=RUNS, default=list(RUNS))
    options = parser.parse_args()
    for preset in options.only:
        with tempfile.TemporaryDirectory() as name:
            compare(preset, Path(name))


def compare(preset: str, scratch: Path) -> None:
    """One preset, estimated and run."""
    root = scratch / "demo"
    command = [sys.executable, "-m", "sgus", "phantom", "--preset", "demo", "--out", str(root)]
    subprocess.run(command, check=True, cwd=HERE.parent, stdout=subprocess.DEVNULL)
    split_cohort(root, "holdout")
    cohort = load_cohort(root)
    folds = [
        FoldSize(len(fold.train), len(fold.validation), len(fold.test))
        for fold in load_split(cohort, "holdout").folds
    ]
    config = make_config(preset, settings=["patience=0", *RUNS[preset]])
    before, started = os.getloadavg()[0], time.perf_counter()
    found = estimate_seconds(
        config, folds, runs=scratch / "runs", n_to_prepare=len(cohort.usable())
    )
    measuring, started = time.perf_counter() - started, time.perf_counter()
    run_training(
        root, "holdout", config=config, run_dir=scratch / "runs" / "one", say=lambda line: None
    )
    took = time.perf_counter() - started
    parts = ", ".join(f"{key} {value:.1f}" for key, value in found.parts.items())
    print(
        f"{preset:6} estimated {found.seconds:.1f} s ({parts}), measured in {measuring:.1f} s; "
        f"took {took:.1f} s; ratio {took / found.seconds:.2f} (aim {1 / AIM:g} to {AIM:g}); load "
        f"{before:.1f} before, {os.getloadavg()[0]:.1f} after",
        flush=True,
    )


if __name__ == "__main__":
    main()
