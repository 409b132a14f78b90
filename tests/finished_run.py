"""A finished run made up by hand, with its cohort: no network is trained for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from sgus.cohort.manifest import load_cohort
from sgus.core.files import sha256_file
from sgus.core.grades import most_probable_grade, stages_from_grades
from sgus.train.config import make_config
from sgus.workflows.evaluating import evaluate_run
from tests.conftest import speckled

GLANDS = (("parotid", "left"), ("parotid", "right"), ("submandibular", "left"))


def save_cohort(root: Path, *, n_patients: int = 40, pictures: bool = False) -> Path:
    """A phantom cohort, three glands a patient, each patient around one grade."""
    rng = np.random.default_rng(7)
    (root / "images").mkdir(parents=True)
    rows = []
    for at in range(n_patients):
        for gland, side in GLANDS:
            name = f"P{at:02d}-{gland}-{side}"
            path = root / "images" / f"{name}.png"
            if pictures:
                Image.fromarray(speckled(len(rows))).save(path)
            grade = int(np.clip(at % 4 + rng.integers(-1, 2), 0, 3))
            rows.append(
                {
                    "image_id": name, "path": f"images/{name}.png",
                    "sha256": sha256_file(path) if pictures else "0" * 64,
                    "patient_id": f"P{at:02d}", "visit": "1", "gland": gland, "side": side,
                    "centre": f"centre-{at % 2 + 1}", "device": f"device-{at % 3}",
                    "device_class": "high_end", "grade": grade, "width_px": 128,
                    "height_px": 96, "region": "10 8 118 88", "excluded": "false",
                    "sex": "FM"[at % 3 == 0], "age_years": 30 + at,
                }
            )  # fmt: skip
    pd.DataFrame(rows).to_csv(root / "images.csv", index=False)
    facts = {
        "name": "made up", "synthetic": True, "source": "tests", "terms": "free",
        "patient_unit": "patient", "n_images": len(rows),
    }  # fmt: skip
    (root / "cohort.json").write_text(json.dumps(facts))
    return root


def save_run(
    run: Path, cohort_root: Path, *, folds: int = 1, evaluated: bool = True, **facts: Any
) -> Path:
    """A run on a cohort of `save_cohort`: predictions that are right more often than not."""
    cohort = load_cohort(cohort_root)
    run.mkdir(parents=True)
    tables = [_fold_table(cohort.images, at, folds) for at in range(folds)]
    for at, table in enumerate(tables):
        if folds > 1:
            place = run / "folds" / str(at + 1)
            place.mkdir(parents=True)
            table.to_csv(place / "predictions.csv", index=False)
    table = pd.concat(tables)
    if folds > 1:
        table = table[table["split"] == "test"]
    table.sort_values("image_id").to_csv(run / "predictions.csv", index=False)
    names = [str(at + 1) for at in range(folds)] if folds > 1 else ["holdout"]
    scheme = "kfold" if folds > 1 else "holdout"
    config = make_config("quick", settings=[]).model_dump(mode="json")
    said = {
        "scheme": scheme, "config": config, "seed": 0,
        "initial_weights_sha256": "ab" * 32, "prepare_version": 3, "split": scheme,
        "arithmetic": {"precision": "float32", "threads": 1}, "folds": names,
        "manifest_hash": cohort.manifest_hash, "patient_unit": "patient", "synthetic": True,
        "cohort": {"name": "made up", "source": "tests", "terms": "free"},
        "versions": {"sgus": "0.1.0", "torch": "2"}, **facts,
    }  # fmt: skip
    (run / "run.json").write_text(json.dumps(said))
    status = {"state": "done", "predictions_sha256": sha256_file(run / "predictions.csv")}
    (run / "status.json").write_text(json.dumps(status))
    lines = [
        {"fold": name, "epoch": epoch, "train_loss": 1.0 / epoch, "validation_loss": 1.1 / epoch,
         "validation_kappa": 0.1 * epoch}
        for name in names for epoch in (1, 2, 3)
    ]  # fmt: skip
    (run / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    if evaluated:
        evaluate_run(run, n_resamples=60, cohort=None)
    return run


def _fold_table(images: pd.DataFrame, at: int, folds: int) -> pd.DataFrame:
    """One fold: of several, every patient is tested once; of one, a half is learnt from."""
    rng = np.random.default_rng(at)
    patient = images["patient_id"].str[1:].astype(int)
    if folds > 1:
        split = np.where(patient % folds == at, "test", "train")
    else:
        split = np.select([patient % 8 < 4, patient % 8 < 6], ["train", "validation"], "test")
    grade = images["grade"].to_numpy(dtype=int)
    logits = -np.abs(np.arange(4) - grade[:, None]) * 1.5 + rng.normal(0, 1.0, (len(grade), 4))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    stages = stages_from_grades(p)
    table = images[["image_id", "patient_id", "gland", "side", "centre", "device"]].assign(
        split=split, fold=str(at + 1) if folds > 1 else "holdout", grade=grade,
        predicted=most_probable_grade(p), **{f"p{k}": p[:, k] for k in range(4)},
        p_stage1=stages[:, 0], p_stage2a=stages[:, 1], p_stage2b=stages[:, 2],
    )  # fmt: skip
    return table.reset_index(drop=True)
