"""Planted label errors, and a k-fold run that has to learn from labels that hold them."""

from __future__ import annotations

import copy
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from sgus.cohort.manifest import Cohort, load_cohort
from sgus.cohort.splits import make_split
from sgus.core.grades import GRADES, N_GRADES, most_probable_grade
from sgus.core.rng import generator, stream_seed
from sgus.nn.network import GradingNetwork
from sgus.nn.tail import cut
from sgus.phantom.protocols import make_plan
from sgus.stats.consensus.median import median_consensus
from sgus.stats.consensus.votes import votes
from sgus.train.config import TrainConfig, make_config
from sgus.train.examples import Examples
from sgus.train.fine_tune import config_of_tail
from sgus.train.frozen import Features, compute_features
from sgus.train.loop import fit
from sgus.train.precision import repeatable
from sgus.train.predict import predict_probabilities
from sgus.workflows.observers import cohort_readings
from sgus.workflows.pictures import load_pictures
from sgus.workflows.starting import refuse_known_images, set_initial_weights

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
NEIGHBOUR, ZERO_ONE, ONE_READER = "neighbour", "0<->1", "one reader"
PRETRAINING = {"preset": "pretraining", "patients": 2000, "seed": 1}
"""What the bundled phantom model learnt from, as its model.json says it."""


@dataclass(frozen=True, eq=False)
class Material:
    """A phantom cohort with its truth, its readings and the features of the frozen trunk."""

    seed: int
    cohort: Cohort
    images: NDArray[np.object_]
    patients: NDArray[np.object_]
    truth: IntArray
    median: IntArray
    one_reader: IntArray
    counts: IntArray
    features: Features
    network: GradingNetwork
    config: TrainConfig


def material(root: Path, *, seed: int, head: str) -> Material:
    """Features once for all settings. `head=new` forgets what the start knows of reading grades."""
    cohort = load_cohort(root)
    config = make_config("quick", settings=[]).model_copy(update={"seed": seed, "threads": 1})
    torch.manual_seed(stream_seed(seed, "initial weights"))
    network = GradingNetwork(config.network)
    fresh = copy.deepcopy(network.readings.state_dict())
    set_initial_weights(network, config.weights)
    refuse_known_images(config.weights, cohort, make_split(cohort, "kfold", seed=seed).folds)
    refuse_known_anatomy(cohort)
    if head == "new":
        network.readings.load_state_dict(fresh)
    pictures = load_pictures(cohort, config.network)
    table = pictures.table.set_index("image_id")
    panel = cohort_readings(root).panel
    place = {item: at for at, item in enumerate(panel.items)}
    rows = [place[item] for item in table.index]
    shown = Examples.of(pictures.pixels, np.zeros(len(table), dtype=np.int64))
    beginning, _ = cut(copy.deepcopy(network), "head")
    with repeatable(config.threads):
        features = compute_features(beginning, shown, config=config, mirrors=False)
    return Material(
        seed, cohort, table.index.to_numpy(dtype=object),
        table["patient_id"].to_numpy(dtype=object),
        table["true_grade"].to_numpy(dtype=np.int64),
        median_consensus(panel)[rows].astype(np.int64),
        table["reader_grade"].to_numpy(dtype=np.int64),
        votes(panel)[rows], features, network, config,
    )  # fmt: skip


def refuse_known_anatomy(cohort: Cohort) -> None:
    """Refuse a cohort that shows glands the trunk learnt from, if in other pictures.

    Phantoms of one seed have the same anatomies whatever their preset, and other pixels.

    Raises:
        SystemExit: It does.
    """
    settings = dict(PRETRAINING)
    plan = make_plan(str(settings.pop("preset")), **settings)
    learnt = {str(image.request.anatomy_seed) for image in plan.images}
    known = learnt & set(cohort.images["anatomy"].astype(str))
    if known:
        sys.exit(f"{cohort.root}: the trunk learnt from {len(known)} of its glands. Other --seeds")


def plant(base: IntArray, *, kind: str, share: float, rng: np.random.Generator) -> IntArray:
    """Move the labels of `share` of all images by one grade.

    Args:
        base: `(n,)` the labels before.
        kind: `neighbour`: any image, to either neighbour with equal chance; `0<->1`: images of
            grade 0 or 1 only, to the other of the two.
        share: Of all images.
        rng: Chooses.
    """
    able = np.flatnonzero(np.isin(base, (0, 1))) if kind == ZERO_ONE else np.arange(len(base))
    chosen = rng.permutation(able)[: round(share * len(base))]
    label = base.copy()
    if kind == ZERO_ONE:
        label[chosen] = 1 - base[chosen]
        return label
    step = rng.choice([-1, 1], len(chosen))
    moved = base[chosen] + step
    outside = (moved < 0) | (moved >= N_GRADES)
    label[chosen] = np.where(outside, base[chosen] - step, moved)
    return label


def out_of_fold(found: Material, label: IntArray) -> pd.DataFrame:
    """Five folds by patient, each learnt from the planted labels: prediction rows of all parts."""
    images = found.cohort.images.copy()
    planted = dict(zip(found.images, label, strict=True))
    images["grade"] = images["image_id"].map(planted)  # the split too may not know the truth
    split = make_split(Cohort(**{**vars(found.cohort), "images": images}), "kfold", seed=found.seed)
    at = {image: row for row, image in enumerate(found.images)}
    tables = []
    for fold in split.folds:
        parts = {
            name: np.array([at[i] for i in ids], dtype=np.int64)
            for name, ids in fold.parts().items()
        }
        tail = _trained(found, parts["train"], parts["validation"], label)
        for name, rows in parts.items():
            p, _ = predict_probabilities(tail, found.features.pixels[torch.from_numpy(rows)])
            tables.append(_table(found, rows, label, p).assign(split=name, fold=fold.name))
    return pd.concat(tables, ignore_index=True)


def _trained(
    found: Material, train: IntArray, validation: IntArray, label: IntArray
) -> GradingNetwork:
    _, tail = cut(copy.deepcopy(found.network), "head")
    shown, held = (
        Features(found.features.pixels[torch.from_numpy(rows)], label[rows])
        for rows in (train, validation)
    )
    kept, _ = fit(
        tail, shown, held, config=config_of_tail(found.config), report=lambda record: None
    )
    return kept


def _table(found: Material, rows: IntArray, label: IntArray, p: FloatArray) -> pd.DataFrame:
    table = pd.DataFrame({"image_id": found.images[rows], "patient_id": found.patients[rows]})
    table["grade"] = label[rows]
    table["predicted"] = most_probable_grade(p)
    table[[f"p{grade}" for grade in GRADES]] = p
    return table


def labels_of(found: Material, *, base: str, kind: str, share: float) -> tuple[IntArray, IntArray]:
    """The labels to learn from, and those before anything was planted."""
    if kind == ONE_READER:
        return found.one_reader, found.truth
    before = found.truth if base == "true" else found.median
    rng = generator(found.seed, "planted", base, kind, share)
    return plant(before, kind=kind, share=share, rng=rng), before
