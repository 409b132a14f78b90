"""The two-sample test: how well can a small model tell phantom from real?

Four judges, each cross-validated by patient. Before each judge an image is brought to mean 0 and
spread 1, so that gain and contrast alone do not give it away.

- `grain`: logistic regression on speckle figures and the radial spectrum.
- `texture`: logistic regression on the texture features of the baselines.
- `layout`: logistic regression on a thumbnail of 12 x 16.
- `network`: the `tiny` backbone at 96 x 128 with light augmentation.
"""

from __future__ import annotations

import cv2
import numpy as np
import pandas as pd
import torch
from _realism_compare import N_RESAMPLES, Cell, with_interval
from _realism_figures import RINGS, SPECKLE
from _realism_images import Pictures
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn
from torch.nn import functional as F

from sgus.core.rng import generator, stream_seed
from sgus.images.texture import texture_features
from sgus.nn.backbones import TinyTrunk
from sgus.stats.bootstrap import patient_weights, with_observed
from sgus.stats.roc import area_under_roc

FOLDS = 5
EPOCHS = 14
BATCH = 32
RATE = 3e-3
Floats = NDArray[np.float64]


def normalised(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Each image at mean 128 and spread 42, cut at 3 standard deviations, `(n, h, w)` uint8."""
    flat = pixels.astype(np.float32)
    mean = flat.mean(axis=(1, 2), keepdims=True)
    spread = flat.std(axis=(1, 2), keepdims=True) + 1e-3
    return np.asarray(np.clip(128 + 42 * (flat - mean) / spread, 0, 255).astype(np.uint8))


def judge(real: Pictures, phantom: Pictures, *, seed: int) -> dict[str, object]:
    """Balanced accuracy and AUC of every judge, pooled and by centre and device.

    Args:
        real: Real images.
        phantom: About as many phantoms.
        seed: Of folds, weights and augmentation.

    Returns:
        For each judge `balanced_accuracy` and `auc` with intervals (patients of both cohorts are
        resampled; out-of-fold scores are taken as given), `by_group`: AUC of the images of one
        centre against all phantoms, or of one device against all real images.
    """
    truth = np.concatenate([np.zeros(len(real.table)), np.ones(len(phantom.table))]).astype(int)
    patients = np.concatenate(
        ["real " + real.table["patient_id"], "phantom " + phantom.table["patient_id"]]
    ).astype(str)
    groups = np.concatenate([real.table["group"], phantom.table["group"]]).astype(str)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    parts = list(folds.split(truth, truth, patients))
    pixels = normalised(np.concatenate([real.pixels, phantom.pixels]))
    inputs = {
        "grain": pd.concat([real.figures, phantom.figures])[[*SPECKLE, *RINGS]].to_numpy(),
        "texture": np.stack([texture_features(_small(view, 144, 192)) for view in pixels]),
        "layout": np.stack([_small(view, 12, 16).ravel() for view in pixels]).astype(np.float64),
    }
    scores = {name: _logistic(values, truth, parts) for name, values in inputs.items()}
    scores["network"] = _network(pixels, truth, parts, seed=seed)
    return {
        name: _summary(values, truth, patients, groups, seed=seed)
        for name, values in scores.items()
    }


def _small(view: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(view, (width, height), interpolation=cv2.INTER_AREA))


def _logistic(values: NDArray[np.floating], truth: NDArray[np.int64], parts: list) -> Floats:
    scores = np.zeros(len(truth))
    for train, test in parts:
        model = make_pipeline(
            SimpleImputer(),
            StandardScaler(),
            LogisticRegression(C=0.1, class_weight="balanced", max_iter=500),
        )
        model.fit(values[train], truth[train])
        scores[test] = model.predict_proba(values[test])[:, 1]
    return scores


class Judge(nn.Module):
    """The tiny trunk, averaged, and one logit."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = TinyTrunk()
        self.head = nn.Linear(TinyTrunk.n_features, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map `(n, 1, h, w)` to `(n,)` logits, higher for a phantom."""
        pooled = self.trunk(x).mean(dim=(2, 3))
        return self.head(F.dropout(pooled, 0.2, self.training))[:, 0]


def _network(
    pixels: NDArray[np.uint8], truth: NDArray[np.int64], parts: list, *, seed: int
) -> Floats:
    small = np.stack([_small(view, 96, 128) for view in pixels])
    images = torch.from_numpy(small)[:, None].float() / 255
    target = torch.from_numpy(truth).float()
    scores = np.zeros(len(truth))
    for fold, (train, test) in enumerate(parts):
        torch.manual_seed(stream_seed(seed, "realism", "network", fold))
        rng = generator(seed, "realism", "augment", fold)
        net = _trained(images[train], target[train], rng)
        with torch.no_grad():
            views = [_scaled(part) for part in (images[test], images[test].flip(3))]
            scores[test] = torch.sigmoid(sum(net(view) for view in views) / 2).numpy()
    return scores


def _trained(images: Tensor, target: Tensor, rng: np.random.Generator) -> Judge:
    net = Judge().train()
    steps = EPOCHS * (len(images) // BATCH)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    balance = torch.where(target > 0, (1 - target).mean(), target.mean()) * 2
    for _ in range(EPOCHS):
        order = rng.permutation(len(images))
        for step in range(len(images) // BATCH):
            rows = torch.from_numpy(order[step * BATCH : (step + 1) * BATCH])
            logits = net(_scaled(_augmented(images[rows], rng)))
            loss = F.binary_cross_entropy_with_logits(logits, target[rows], weight=balance[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return net.eval()


def _augmented(x: Tensor, rng: np.random.Generator) -> Tensor:
    """Mirror, shift by up to 4 pixels, gamma, faint noise."""
    n, _, height, width = x.shape
    mirrored = torch.from_numpy(rng.random(n) < 0.5)[:, None, None, None]
    x = torch.where(mirrored, x.flip(3), x)
    down, across = (int(value) for value in rng.integers(0, 9, 2))
    padded = F.pad(x, (4, 4, 4, 4), mode="reflect")
    x = padded[:, :, down : down + height, across : across + width]
    gamma = torch.from_numpy(np.exp(rng.normal(0, 0.2, (n, 1, 1, 1)))).float()
    noise = torch.from_numpy(rng.standard_normal(x.shape, dtype=np.float32))
    return x.clamp(1e-4, 1) ** gamma + 0.02 * noise


def _scaled(x: Tensor) -> Tensor:
    return (x - x.mean((1, 2, 3), keepdim=True)) / (x.std((1, 2, 3), keepdim=True) + 1e-3)


def _summary(
    scores: Floats,
    truth: NDArray[np.int64],
    patients: NDArray[np.str_],
    groups: NDArray[np.str_],
    *,
    seed: int,
) -> dict[str, object]:
    rng = generator(seed, "realism", "judge")
    weights = with_observed(patient_weights(patients, n_resamples=N_RESAMPLES, rng=rng))
    positive = truth == 1
    right = ((scores > 0.5) == positive).astype(np.float64)
    sides = [weights[:, side] @ right[side] / weights[:, side].sum(axis=1)
             for side in (positive, ~positive)]  # fmt: skip
    by_group: dict[str, Cell] = {}
    for name in np.unique(groups):
        mine = groups == name
        opposite = positive != positive[mine][0]
        rows = mine | opposite
        areas = area_under_roc(positive[rows], scores[rows], weights[:, rows])
        by_group[str(name)] = with_interval(areas)
    return {
        "balanced_accuracy": with_interval((sides[0] + sides[1]) / 2),
        "auc": with_interval(area_under_roc(positive, scores, weights)),
        "by_group": by_group,
    }
