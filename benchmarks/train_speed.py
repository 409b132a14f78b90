"""One training epoch with validation: this package against its peers, interleaved in one run.

    python benchmarks/train_speed.py [--images 256] [--rounds 3] [--only NAME …]

Same pictures (PNG files of speckle made here), same backbone (ResNet18, 224 x 224, four classes),
same batch size, flips and brightness, same number of threads; each contender is a process of its
own, in turn, so that drift of the machine meets all of them. Start-up is not timed. Peers decode
every epoch, as they are normally used; ours reads its decoded cache, and the row «first epoch»
includes filling it. «limit» is forward, backward and optimiser step on one batch in memory, taken
in our own process just after its epoch.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent
CONTENDERS = {
    "plain loop": ("plain.py", "float32"),
    "plain loop, tuned bf16": ("plain.py", "bfloat16"),
    "fastai": ("fastai_loop.py", "float32"),
    "Lightning": ("lightning_loop.py", "float32"),
    "sgus float32": ("ours.py", "float32"),
    "sgus bfloat16": ("ours.py", "bfloat16"),
}


def make_pictures(folder: Path, n: int) -> None:
    """`train/GRADE/*.png` and `val/GRADE/*.png`, a fifth as many, 640 x 480 grey speckle."""
    rng = np.random.default_rng(0)
    for part, count in (("train", n), ("val", max(8, n // 5))):
        for at in range(count):
            place = folder / part / str(at % 4)
            place.mkdir(parents=True, exist_ok=True)
            speckle = rng.rayleigh(40, (480, 640)).clip(0, 255).astype(np.uint8)
            Image.fromarray(speckle).save(place / f"{at:05d}.png")


def run_once(name: str, data: Path) -> dict[str, float]:
    """One contender in its own process; its last line is JSON."""
    script, precision = CONTENDERS[name]
    command = [sys.executable, str(HERE / "peers" / script), str(data), precision]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=CONTENDERS, default=list(CONTENDERS))
    arguments = parser.parse_args()
    speeds: dict[str, list[float]] = {name: [] for name in arguments.only}
    extra: dict[str, dict[str, list[float]]] = {name: {} for name in arguments.only}
    with tempfile.TemporaryDirectory() as name:
        make_pictures(Path(name), arguments.images)
        for number in range(arguments.rounds):
            for contender in arguments.only:
                found = run_once(contender, Path(name))
                speeds[contender].append(found.pop("images_per_s"))
                for key, value in found.items():
                    extra[contender].setdefault(key, []).append(value)
                print(f"round {number + 1}  {contender:24s} {speeds[contender][-1]:7.1f} images/s")
    report(speeds, extra)


def report(speeds: dict[str, list[float]], extra: dict[str, dict[str, list[float]]]) -> None:
    """Medians with range, and the ratios the project aims at."""
    print(f"\n{'contender':26s} median images/s (min to max), further medians")
    for name, values in speeds.items():
        more = ", ".join(f"{k} {statistics.median(v):.1f}" for k, v in extra[name].items())
        middle = statistics.median(values)
        print(f"{name:26s} {middle:7.1f} ({min(values):.1f} to {max(values):.1f})  {more}")
    for ours, theirs, aim in (
        ("sgus float32", "fastai", 1.5),
        ("sgus bfloat16", "fastai", 3.0),
        ("sgus bfloat16", "Lightning", 3.0),
        ("sgus bfloat16", "plain loop", 3.0),
        ("sgus bfloat16", "plain loop, tuned bf16", 1.5),
    ):
        if ours in speeds and theirs in speeds:
            by_round = [a / b for a, b in zip(speeds[ours], speeds[theirs], strict=True)]
            ratio = statistics.median(by_round)
            print(f"{ours} / {theirs}: {ratio:.2f} (aim {aim:g}), by round "
                  f"{min(by_round):.2f} to {max(by_round):.2f}")  # fmt: skip
    for name in ("sgus float32", "sgus bfloat16"):
        if name in speeds:
            limit = extra[name]["limit_images_per_s"]
            shares = [a / b for a, b in zip(extra[name]["train_images_per_s"], limit, strict=True)]
            print(
                f"{name}: training part at {statistics.median(shares):.0%} of the limit (aim 90 %)"
            )


if __name__ == "__main__":
    main()
