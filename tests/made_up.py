"""Made-up files for page and browser tests: pictures that look like ultrasound to a program."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 480, 360


def ultrasound(seed: int = 0, *, width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    """Speckle that fades with depth, on a black margin. Not a gland, and no claim to be one."""
    random = np.random.default_rng(seed)
    speckle = random.rayleigh(60.0, (height - 40, width - 60))
    depth = np.linspace(1.2, 0.5, height - 40)[:, None]
    pixels = np.zeros((height, width), dtype=np.uint8)
    pixels[20:-20, 30:-30] = np.clip(speckle * depth, 6, 255)
    return Image.fromarray(pixels)


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """The bytes of a picture file."""
    stream = io.BytesIO()
    picture.save(stream, format=kind, **options)
    return stream.getvalue()


def hostile() -> dict[str, bytes]:
    """Files that must each become one sentence, by name."""
    jpeg = encoded(ultrasound(1), "JPEG")
    huge = Image.new("L", (7000, 7000))
    return {
        "notes.txt": b"hello",
        "empty.png": b"",
        "cut.jpg": jpeg[: len(jpeg) // 3],
        "huge.png": encoded(huge),
        "black.png": encoded(Image.new("L", (300, 200))),
        "page.html": b"<html><script>alert(1)</script></html>",
    }


def unusual() -> dict[str, bytes]:
    """Files that are graded although they are not plain grey pictures, by name."""
    grey = ultrasound(2)
    deep = Image.fromarray(np.asarray(grey, dtype=np.uint16) * 257)
    frames = [ultrasound(seed) for seed in (3, 4)]
    return {
        "print.jpg": encoded(grey.convert("RGB").convert("CMYK"), "JPEG"),
        "deep.png": encoded(deep),
        "loop.webp": encoded(
            frames[0].convert("RGB"),
            "WEBP",
            save_all=True,
            append_images=[frames[1].convert("RGB")],
            lossless=True,
        ),
    }


def save_tiny_model(directory: Path, name: str = "tiny") -> None:
    """Write a real, untrained model: its grades mean nothing, its mechanics are the true ones."""
    import torch

    from sgus.images.geometry import PREPARE_VERSION
    from sgus.nn.model_files import ModelInfo, save_model
    from sgus.nn.network import GradingNetwork, NetworkSpec

    torch.manual_seed(0)
    spec = NetworkSpec(backbone="tiny", height=96, width=128)
    info = ModelInfo(name=name, network=spec, prepare_version=PREPARE_VERSION)
    save_model(directory, GradingNetwork(spec), info, card=f"# {name}\n\nUntrained, for tests.")
