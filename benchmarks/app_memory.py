"""Memory of a process that holds one model and grades 200 images: `app_memory.py [IMAGE…]`.

The part of the app that grows with use, without Streamlit around it: every image is decoded,
graded with its maps, its maps enlarged and laid over it, and only the figures are kept.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.predict_speed import Ours, made_up_scan
from sgus.explain.overlay import overlay
from sgus.images.decode import decode_image

LIMIT_MB = 1000


def resident_mb() -> float:
    """Resident memory of this process, MB of a million bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError("this system does not tell the memory of a process")


def main() -> None:
    """Print the memory at the start, with the model, and after every 50 gradings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", nargs="*", type=Path, help="image files; default: a made-up one")
    parser.add_argument("--gradings", type=int, default=200)
    arguments = parser.parse_args()
    images = [path.read_bytes() for path in arguments.images] or [made_up_scan()]
    print(f"libraries imported    {resident_mb():6.0f} MB")
    grader = Ours().grader
    print(f"one ResNet18 loaded   {resident_mb():6.0f} MB")
    kept = []
    for number in range(1, arguments.gradings + 1):
        data = images[number % len(images)]
        graded = grader.grade(decode_image(data, name=f"image {number}"))
        for cam in graded.cams.values():
            overlay(graded.pixels[graded.window.slices], cam)
        kept.append((graded.name, graded.p, graded.stages, graded.cam_maps))
        if number % 50 == 0 or number == arguments.gradings:
            print(f"{number:4d} gradings         {resident_mb():6.0f} MB")
    within = resident_mb() < LIMIT_MB
    print(f"under {LIMIT_MB} MB: {'yes' if within else 'no'}")


if __name__ == "__main__":
    main()
