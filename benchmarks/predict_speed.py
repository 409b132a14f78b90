"""One warm image, file bytes to grade, three stages and their maps: `predict_speed.py [IMAGE…]`.

Beside the grad-cam package on three ResNet18, as the reference system would run it, at the same
input size and with as many threads. The candidates take turns in one process, so that whatever
else the machine does falls on all alike. Weights are random: they do not change the time.
"""

from __future__ import annotations

import argparse
import io
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sgus.images.decode import decode_image
from sgus.images.geometry import PREPARE_VERSION, prepare
from sgus.images.region import find_region
from sgus.nn.model_files import LoadedModel, ModelInfo
from sgus.nn.network import GradingNetwork, NetworkSpec
from sgus.workflows.grading import Grader

HEIGHT, WIDTH = NetworkSpec().height, NetworkSpec().width
Candidate = Callable[[bytes], Any]


class PackageOnThreeNetworks:
    """Decode, resize, normalise, then the grad-cam package once for each stage's own network."""

    def __init__(self) -> None:
        from pytorch_grad_cam import GradCAM
        from torchvision.models import resnet18

        self.networks = [resnet18(num_classes=1).eval() for _ in range(3)]
        self.cams = [GradCAM(model=n, target_layers=[n.layer4[-1]]) for n in self.networks]

    def __call__(self, data: bytes) -> Any:
        """Maps `(1, h, w)` and probability of each stage."""
        from torchvision.transforms import functional as transforms

        image = Image.open(io.BytesIO(data)).convert("RGB").resize((WIDTH, HEIGHT))
        x = transforms.normalize(
            transforms.to_tensor(image), (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
        )[None]
        target: Callable[[Tensor], Tensor] = lambda output: output[0]  # noqa: E731
        maps = [cam(x, targets=[target]) for cam in self.cams]
        return maps, [float(cam.outputs.detach().sigmoid()) for cam in self.cams]


class Ours:
    """The path of the app and of `python -m sgus predict --cam`."""

    def __init__(self, *, sharing: str = "trunk", precision: Any = "float32") -> None:
        spec = NetworkSpec.parse({"sharing": sharing})
        info = ModelInfo(name="speed", network=spec, prepare_version=PREPARE_VERSION)
        self.grader = Grader(LoadedModel(GradingNetwork(spec).eval(), info), precision=precision)

    def __call__(self, data: bytes) -> Any:
        """Maps of the size of the window, and grade probabilities."""
        graded = self.grader.grade(decode_image(data, name="image"))
        return graded.cams, graded.p


def made_up_scan() -> bytes:
    """A JPEG of 800 x 600 pixels with speckle inside a black frame and some writing."""
    rng = np.random.default_rng(0)
    tissue = cv2.GaussianBlur(60 + 60 * rng.standard_normal((520, 700)), (0, 0), 1.5)
    pixels = np.pad(np.clip(tissue, 15, 180).astype(np.uint8), ((40, 40), (50, 50)))
    cv2.putText(pixels, "PAROTID LEFT", (80, 90), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 1)
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()


def interleaved(
    candidates: dict[str, Candidate], images: list[bytes], *, rounds: int
) -> dict[str, list[float]]:
    """Milliseconds of each candidate, every one on the same image before the next image."""
    for run in candidates.values():
        for _ in range(3):
            run(images[0])
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for turn in range(rounds):
        for name, run in candidates.items():
            start = time.perf_counter()
            run(images[turn % len(images)])
            times[name].append(1000 * (time.perf_counter() - start))
    return times


def steps(ours: Ours) -> dict[str, Candidate]:
    """The parts of our path, each alone."""

    def seen(data: bytes) -> Any:
        pixels = decode_image(data, name="image").pixels
        return prepare(pixels, find_region(pixels), height=HEIGHT, width=WIDTH)

    network: nn.Module = ours.grader._network
    x = torch.zeros(1, 1, HEIGHT, WIDTH).contiguous(memory_format=torch.channels_last)

    @torch.inference_mode()
    def forward(_: bytes) -> Any:
        return network(x)

    return {
        "decode": lambda data: decode_image(data, name="image"),
        "decode, region, text, window": seen,
        "network alone, float32": forward,
    }


def show(times: dict[str, list[float]]) -> None:
    """Print median and range of each."""
    for name, values in times.items():
        print(f"{name:44s} {np.median(values):7.1f} ms  ({min(values):.1f} to {max(values):.1f})")


def main() -> None:
    """Print the times, their ratios and where our time goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", nargs="*", type=Path, help="image files; default: a made-up one")
    parser.add_argument("--rounds", type=int, default=60)
    arguments = parser.parse_args()
    images = [path.read_bytes() for path in arguments.images] or [made_up_scan()]
    print(
        f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}, "
        f"ResNet18 at {HEIGHT} x {WIDTH}, {len(images)} image(s), {arguments.rounds} rounds"
    )
    package = "grad-cam package, three networks"
    ours = Ours()
    times = interleaved(
        {
            package: PackageOnThreeNetworks(),
            "ours, shared trunk, float32": ours,
            "ours, shared trunk, bfloat16": Ours(precision="bfloat16"),
            "ours, three networks, float32": Ours(sharing="separate"),
        },
        images,
        rounds=arguments.rounds,
    )
    show(times)
    for name, values in times.items():
        if name != package:
            ratio = np.median(np.array(times[package]) / np.array(values))
            print(f"{name:44s} {ratio:7.1f} x as fast as the package")
    print("\nparts of ours, shared trunk:")
    show(interleaved(steps(ours), images, rounds=arguments.rounds))


if __name__ == "__main__":
    main()
