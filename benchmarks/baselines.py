"""Two baselines on a cohort: `python benchmarks/baselines.py COHORT [--out DIR]`.

The majority grade of the training images, and hand-made texture features with extra trees, on the
splits `kfold` and `leave-one-centre-out` of the cohort (`python -m sgus split` makes them), with
the same evaluation as a network: out-of-fold test predictions, patient-bootstrap intervals.
Baselines choose nothing on validation images, so these are added to the training images.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sgus.cohort.manifest import Cohort, load_cohort
from sgus.cohort.splits import load_split
from sgus.core.errors import SgusError
from sgus.core.grades import GRADES, STAGE_NAMES, most_probable_grade, stages_from_grades
from sgus.core.region import Region
from sgus.images.texture_store import Textured, texture_table
from sgus.report.evaluation import evaluate_predictions
from sgus.train.baselines import BASELINES, Baseline, Features

SEED = 0

SHOWN = (
    ("accuracy", "four_grades", None),
    ("balanced_accuracy", "four_grades", None),
    ("quadratic_kappa", "four_grades", None),
    ("accuracy", "stage1", None),
    ("balanced_accuracy", "stage2a", "truth"),
)


def features_of(cohort: Cohort, images: pd.DataFrame) -> Features:
    """`(n_images, n_features)` of every image, kept in the cohort's cache."""
    pictures = [
        Textured(
            str(row.image_id),
            cohort.root / str(row.path),
            str(row.sha256),
            Region.parse(str(row.region)),
        )
        for row in images.itertuples()
    ]
    return texture_table(pictures, directory=cohort.root / "cache")


def out_of_fold(
    model: Baseline, cohort: Cohort, split_name: str, images: pd.DataFrame, features: Features
) -> pd.DataFrame:
    """Test predictions of every fold, in the layout of predictions.csv."""
    position = {image_id: index for index, image_id in enumerate(images["image_id"])}
    grades = images["grade"].to_numpy(dtype=np.int64)
    tables = []
    for fold in load_split(cohort, split_name).folds:
        train = [position[image_id] for image_id in (*fold.train, *fold.validation)]
        test = [position[image_id] for image_id in fold.test]
        p = model.answers(features[train], grades[train], features[test], SEED)
        tables.append(_table(images.iloc[test], p).assign(fold=fold.name))
    return pd.concat(tables, ignore_index=True)


def _table(images: pd.DataFrame, p: NDArray[np.float64]) -> pd.DataFrame:
    kept = images[["image_id", "patient_id", "gland", "centre", "grade"]].reset_index(drop=True)
    columns: dict[str, Any] = {f"p{grade}": p[:, grade] for grade in GRADES}
    columns |= dict(
        zip((f"p_{name}" for name in STAGE_NAMES), stages_from_grades(p).T, strict=True)
    )
    return kept.assign(split="test", **columns, predicted=most_probable_grade(p))


def line(name: str, report: dict[str, Any]) -> str:
    """The shown figures of one report, with their intervals."""
    cells = []
    for figure, scope, subset in SHOWN:
        found = [
            item
            for item in report["figures"]
            if item["figure"] == figure
            and item["scope"] == scope
            and item["subset"] == subset
            and item["where"] == "test"
            and item["grade"] is None
        ]
        if len(found) != 1:
            raise LookupError(f"{len(found)} figures {figure} of {scope}, one was expected")
        value, low, high = (found[0][key] for key in ("value", "low", "high"))
        cells.append("-" if value is None else f"{value:.2f} ({_bounds(low, high)})")
    return f"{name:24}" + "".join(f"{cell:>20}" for cell in cells)


def _bounds(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"{low:.2f}-{high:.2f}"


def main() -> None:
    """Print both baselines on both splits."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cohort", type=Path)
    parser.add_argument("--splits", nargs="+", default=["kfold", "leave-one-centre-out"])
    parser.add_argument("--out", type=Path, help="write the prediction tables here")
    parser.add_argument("--resamples", type=int, default=2000)
    options = parser.parse_args()
    cohort = load_cohort(options.cohort)
    images = cohort.usable()
    started = time.perf_counter()
    features = features_of(cohort, images)
    seconds = time.perf_counter() - started
    print(f"{len(images)} images, {features.shape[1]} features, {seconds:.1f} s")
    heads = ("accuracy", "balanced accuracy", "quadratic kappa", "0/1 v 2/3", "0 v 1 balanced")
    for split_name in options.splits:
        print(f"\n{split_name:24}" + "".join(f"{head:>20}" for head in heads))
        for name, model in BASELINES.items():
            table = out_of_fold(model, cohort, split_name, images, features)
            report = evaluate_predictions(table, n_resamples=options.resamples, seed=SEED)
            print(line(model.title, report))
            if options.out is not None:
                options.out.mkdir(parents=True, exist_ok=True)
                stem = f"{split_name} {name}".replace(" ", "-")
                table.to_csv(options.out / f"{stem}.csv", index=False)


if __name__ == "__main__":
    try:
        main()
    except SgusError as error:
        sys.exit(f"Error: {error}")
