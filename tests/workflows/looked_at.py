"""A k-fold run on made-up pictures whose networks are there and said what is written down."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from sgus.cohort.manifest import load_cohort
from sgus.core.files import sha256_file, write_json
from sgus.core.grades import GRADES, STAGE_NAMES, most_probable_grade
from sgus.images.geometry import PREPARE_VERSION
from sgus.nn.model_files import ModelInfo, save_model
from sgus.nn.network import GradingNetwork, NetworkSpec
from sgus.train.predict import predict_probabilities
from sgus.workflows.pictures import load_pictures
from sgus.workflows.run_view import RunView, open_run
from tests.finished_run import save_cohort, save_run

SPEC = NetworkSpec.parse({"backbone": "tiny", "height": 48, "width": 64})
FOLDS = 3


def looked_at(root: Path, *, ratings: str = "") -> RunView:
    """Write cohort and run; `ratings` is the text of ratings.csv, "" for none."""
    cohort_root = save_cohort(root / "data" / "made-up", n_patients=12, pictures=True)
    if ratings:
        (cohort_root / "ratings.csv").write_text(ratings)
    run = save_run(root / "runs" / "kfold", cohort_root, folds=FOLDS, evaluated=False)
    cohort = load_cohort(cohort_root)
    pictures = load_pictures(cohort, SPEC)
    pixels = torch.from_numpy(np.array(pictures.pixels))[:, None]
    table = pd.read_csv(run / "predictions.csv", dtype={"image_id": str})
    table = table.set_index("image_id").loc[pictures.table["image_id"]].reset_index()
    p, stages = np.zeros((len(table), 4)), np.zeros((len(table), 3))
    for fold in range(1, FOLDS + 1):
        torch.manual_seed(fold)
        network = GradingNetwork(SPEC).eval()
        here = (table["fold"] == fold).to_numpy()
        p[here], stages[here] = (found[here] for found in predict_probabilities(network, pixels))
        info = ModelInfo(
            name=f"tiny-{fold}", network=SPEC, prepare_version=PREPARE_VERSION, synthetic=True,
            training_sha256=list(pictures.table.loc[~here, "sha256"]),
        )  # fmt: skip
        save_model(run / "folds" / str(fold) / "model", network, info, card="made up")
    table[[f"p{grade}" for grade in GRADES]] = p
    table[[f"p_{name}" for name in STAGE_NAMES]] = stages
    table["predicted"] = most_probable_grade(p)
    table.to_csv(run / "predictions.csv", index=False)
    digest = sha256_file(run / "predictions.csv")
    write_json(run / "status.json", {"state": "done", "predictions_sha256": digest})
    return open_run(run, data=root / "data")
