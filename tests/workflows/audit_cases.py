"""A bench made by hand: a gland whose texture, or a mark outside it, tells the grade."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from sgus.cohort.manifest import Cohort
from sgus.nn.heads import HEADS
from sgus.nn.network import GradingNetwork
from sgus.workflows.audit_bench import Bench, Fold, Judge
from sgus.workflows.pictures import Pictures

HEIGHT, WIDTH, N_PATIENTS = 48, 64, 60
MARK = (slice(1, 5), slice(1, 9))  # in the border, outside every gland
_STEP = 0.35


class Reader(nn.Module):
    """Grades by one number of the image: what a network that learnt only that would do."""

    def __init__(self, measure: Callable[[Tensor], Tensor], cuts: tuple[float, float, float]):
        super().__init__()
        self.measure, self.cuts, self.head = measure, cuts, HEADS["hierarchical"]

    @staticmethod
    def normalise(pixels: Tensor) -> Tensor:
        return pixels.float()

    def forward(self, x: Tensor) -> Tensor:
        value = self.measure(x[:, 0])
        low, middle, high = self.cuts
        return torch.stack([value - middle, value - low, value - high], dim=1) * 0.5

    def probabilities(self, raw: Tensor) -> Tensor:
        return self.head.log_probabilities(raw).exp()

    def stage_log_odds(self, raw: Tensor) -> Tensor:
        return raw


def of_gland(x: Tensor) -> Tensor:
    """Spread of the grey in the middle: 10 to 40 for grades 0 to 3."""
    return x[:, 14:34, 20:44].std((1, 2))


def of_mark(x: Tensor) -> Tensor:
    """Grey of the mark: 10 to 40 likewise."""
    return x[(slice(None), *MARK)].mean((1, 2))


def made_bench(measure: Callable[[Tensor], Tensor], *, planted: bool, seed: int = 0) -> Bench:
    """120 images of 60 patients, two folds; each image is judged by the other half's reader."""
    rng = np.random.default_rng(seed)
    n = 2 * N_PATIENTS
    grade = np.repeat(rng.integers(0, 4, N_PATIENTS), 2)
    noisy = grade + rng.normal(0, _STEP, n)
    pixels = rng.normal(90, 12, (n, HEIGHT, WIDTH))
    glands = np.zeros((n, HEIGHT, WIDTH), dtype=bool)
    glands[:, 14:34, 20:44] = True
    texture = 90 + rng.normal(0, 1, pixels.shape) * (10 + 10 * noisy)[:, None, None]
    pixels = np.where(glands, texture, pixels)
    told = noisy if planted else rng.permutation(noisy)
    pixels[(slice(None), *MARK)] = (10 + 10 * told)[:, None, None]
    table = pd.DataFrame(
        {
            "image_id": [f"i{at:03d}" for at in range(n)],
            "patient_id": [f"P{at // 2:02d}" for at in range(n)],
            "sha256": "0", "grade": grade, "centre": np.where(np.arange(n) % 8 < 4, "A", "B"),
            "device": "d", "gland": "parotid", "width_px": 200 + rng.integers(0, 3, n),
            "height_px": 150, "spacing_mm": "", "region": "0 0 200 150",
        }
    )  # fmt: skip
    everything = np.arange(n)
    half = everything // 2 % 2
    folds = tuple(Fold(str(k), everything[half != k], everything[half == k]) for k in (0, 1))
    network = cast(GradingNetwork, Reader(measure, (15.0, 25.0, 35.0)).eval())
    cohort = cast(Cohort, SimpleNamespace(info=SimpleNamespace(synthetic=True)))
    facts: dict[str, Any] = {"manifest_hash": "0", "scheme": "kfold", "predictions_sha256": "0"}
    return Bench(
        name="made", kind="run", cohort=cohort,
        pictures=Pictures(table, np.clip(np.rint(pixels), 0, 255).astype(np.uint8)),
        glands=glands, judges=tuple(Judge(fold, network) for fold in folds), folds=folds,
        unit="patient", where="test", memory=0, stored=None, facts=facts,
    )  # fmt: skip
