"""Made-up files for page and browser tests: pictures that look like ultrasound to a program."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from PIL import Image

from sgus.phantom.export import png_bytes
from sgus.phantom.request import PhantomRequest

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


def marked(picture: Image.Image, severity: float = 1.5) -> bytes:
    """The bytes of a picture that says of itself to be a phantom, as the simulator's own do."""
    request = PhantomRequest(
        severity=severity, gland="parotid", view="transverse", device="premium", anatomy_seed=1,
        scan_seed=2,
    )  # fmt: skip
    return png_bytes(SimpleNamespace(pixels=np.asarray(picture), request=request))


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


def save_tiny_model(directory: Path, name: str = "tiny", *, synthetic: bool = False) -> None:
    """Write a real, untrained model: its grades mean nothing, its mechanics are the true ones."""
    import torch

    from sgus.images.geometry import PREPARE_VERSION
    from sgus.nn.model_files import ModelInfo, save_model
    from sgus.nn.network import GradingNetwork, NetworkSpec

    torch.manual_seed(0)
    spec = NetworkSpec(backbone="tiny", height=96, width=128)
    info = ModelInfo(name=name, network=spec, prepare_version=PREPARE_VERSION, synthetic=synthetic)
    save_model(directory, GradingNetwork(spec), info, card=f"# {name}\n\nUntrained, for tests.")


def save_small_cohort(root: Path, *, synthetic: bool = True) -> None:
    """Write six images of three patients by the data contract, by hand: what a page looks at."""
    grades = ["0", "1", "2", "3", "", "3"]
    glands = ["parotid", "submandibular"] * 3
    lines = ["image_id,path,patient_id,gland,grade,excluded,severity,true_grade"]
    readings = ["image_id,rater_id,reading,grade"]
    (root / "images").mkdir(parents=True)
    for at, (grade, gland) in enumerate(zip(grades, glands, strict=True)):
        excluded = "true" if at == 5 else "false"
        path = f"images/i{at}.png"
        lines.append(f"i{at},{path},P{at // 2},{gland},{grade},{excluded},{at + 0.5},{at}")
        readings += [f"i{at},{reader},1,{grade}" for reader in ("r1", "r2")]
        (root / path).write_bytes(marked(ultrasound(at)))
    (root / "images.csv").write_text("\n".join(lines) + "\n")
    (root / "ratings.csv").write_text("\n".join(readings) + "\n")
    facts = {"name": "small", "synthetic": synthetic, "n_images": len(grades)}
    (root / "cohort.json").write_text(json.dumps(facts))
