"""Stand-ins for the network, where a test is about the page and not about the grade."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from sgus.core.errors import ImageError
from sgus.core.grades import STAGE_NAMES, grades_from_stages
from sgus.core.region import Region
from sgus.core.synthetic import origin_caution
from sgus.images.decode import is_caution


class FakeEngine:
    """Grades by brightness: deterministic, quick, no torch.

    Attributes:
        calls: How often it was asked, `(sha256, region or None, cams)`.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, Region | None, bool]] = []
        self.learnt = False
        self.model_synthetic = False

    def grade(self, image: Any, *, region: Region | None = None, cams: bool = True) -> Any:
        self.calls.append((image.sha256, region, cams))
        if region is None and not image.pixels[:, :36].any():
            cause = "no ultrasound area was found"
            raise ImageError("image", cause, "Set it by hand")
        height, width = image.pixels.shape
        used = region or Region(4, 4, width - 4, height - 4)
        brightness = float(image.pixels[used.slices].mean()) / 255
        stages = np.array([brightness, 0.6, 0.7])
        p = grades_from_stages(stages)
        mask = np.zeros(image.pixels.shape, dtype=bool)
        mask[10:14, 10:40] = True
        ramp = np.linspace(0, 1, used.width, dtype=np.float32)[None].repeat(used.height, 0)
        maps = dict.fromkeys(STAGE_NAMES, ramp) if cams else {}
        synthetic = image.synthetic
        return SimpleNamespace(
            name=image.name, sha256=image.sha256, pixels=image.pixels, region=used, window=used,
            text_mask=mask, grade=int(p.argmax()), p=p, cams=maps, empty_cams=(), model="fake",
            stages=dict(zip(STAGE_NAMES, map(float, stages), strict=True)), notes=image.notes,
            cautions=tuple(note for note in image.notes if is_caution(note)),
            learnt=self.learnt, synthetic=synthetic,
            kind="synthetic phantom" if synthetic else "image",
            origin_caution=origin_caution(image=synthetic, model=self.model_synthetic),
        )  # fmt: skip
