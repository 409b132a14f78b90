"""How near a model comes to the ceiling: `python benchmarks/phantom_published.py --out DIR`.

Makes the phantom cohort `published` (the structure of the three published sets) and lets the
bundled phantom model, which learnt from other simulated patients, grade it. With --train, a network
is trained on patient-grouped folds by the readings of one reader instead, as a study would (an hour
on one core). Shows the figures against one reader, the median of three and the truth, each beside
what the truth and the exact severity reach. Patient-bootstrap intervals. A finished run is taken as
it is.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sgus.cohort.manifest import Cohort, load_cohort
from sgus.cohort.splits import Fold
from sgus.core.errors import SgusError
from sgus.core.files import read_json
from sgus.nn.model_files import read_info
from sgus.report.evaluation import evaluate_predictions
from sgus.train.config import make_config
from sgus.workflows.fold_training import predict_fold
from sgus.workflows.models import models_folder
from sgus.workflows.phantom_ceiling import CEILING_FILE
from sgus.workflows.phantoms import make_phantom_cohort
from sgus.workflows.pictures import load_pictures
from sgus.workflows.splitting import split_cohort
from sgus.workflows.starting import PHANTOM_MODEL
from sgus.workflows.training import run_training

SETTINGS = (
    "network.height=96",
    "network.width=128",
    "epochs=20",
    "learning_rate=2e-3",
    "batch_size=32",
)
LABELS = {"one_reader": "reader_grade", "median": "median_grade", "truth": "true_grade"}
SHOWN = (
    ("4 grades", "four_grades", "accuracy", None),
    ("quadratic kappa", "four_grades", "quadratic_kappa", None),
    ("0/1 v 2/3", "stage1", "accuracy", None),
    ("0 v 1", "stage2a", "accuracy", "truth"),
    ("0 v 1 balanced", "stage2a", "balanced_accuracy", "truth"),
)


def say(text: str) -> None:
    """Progress, apart from the table."""
    print(text, file=sys.stderr, flush=True)


def predictions(options: argparse.Namespace) -> tuple[Path, pd.DataFrame]:
    """The cohort, and predictions of images the model did not learn from."""
    cohort = options.out / "published"
    made = make_phantom_cohort(cohort, preset="published", seed=options.seed)
    if not options.train:
        return cohort, foreign_predictions(made.cohort, options.model)
    split_cohort(cohort, "kfold", n_folds=5, validation_fraction=0.0)
    config = make_config(settings=[*SETTINGS, *options.set])
    run_dir = options.out / "run"
    return cohort, run_training(
        cohort, "kfold", config=config, run_dir=run_dir, say=say
    ).predictions


def foreign_predictions(cohort: Cohort, model: Path) -> pd.DataFrame:
    """Predictions of a model that learnt from other patients.

    Raises:
        SystemExit: It learnt from images of this cohort.
    """
    info = read_info(model)
    if known := set(info.training_sha256) & set(cohort.images["sha256"]):
        sys.exit(f"{model} learnt from {len(known)} images of {cohort.root}")
    pictures = load_pictures(cohort, info.network)
    ids = list(pictures.table["image_id"])
    fold = Fold(name="foreign", train=[], validation=[], test=ids)
    return predict_fold(pictures, fold, model_dir=model)


def cell(item: dict[str, Any]) -> str:
    """A value with its interval, where it has one."""
    if item["low"] is None:
        return f"{item['value']:.3f}"
    return f"{item['value']:.3f} ({item['low']:.2f}-{item['high']:.2f})"


def only(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The one figure that was meant."""
    if len(found) != 1:
        raise LookupError(f"{len(found)} figures, one was expected")
    return found[0]


def model_cells(table: pd.DataFrame, grades: pd.Series) -> list[str]:
    """Figures of the model against one kind of label."""
    judged = table.assign(grade=table["image_id"].map(grades).astype(int))
    figures = evaluate_predictions(judged)["figures"]
    return [
        cell(
            only(
                [
                    item
                    for item in figures
                    if (item["scope"], item["figure"], item["subset"]) == (scope, figure, subset)
                    and item["where"] == "test"
                    and item["grade"] is None
                ]
            )
        )
        for _, scope, figure, subset in SHOWN
    ]


def ceiling_cells(ceiling: dict[str, Any], label: str, predictor: str) -> list[str]:
    """Figures of one who knows, against the same label."""
    return [
        cell(
            only(
                [
                    item
                    for item in ceiling["figures"]
                    if (item["label"], item["predictor"], item["scope"], item["figure"])
                    == (label, predictor, scope, figure)
                ]
            )
        )
        for _, scope, figure, _ in SHOWN
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="cohort and run are kept here")
    parser.add_argument("--model", type=Path, default=models_folder() / PHANTOM_MODEL)
    parser.add_argument("--train", action="store_true", help="train on the cohort's own folds")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", action="append", default=[], help="key=value for the run")
    options = parser.parse_args()
    root, table = predictions(options)
    images = load_cohort(root).images.set_index("image_id")
    ceiling = read_json(root / CEILING_FILE, SgusError, next_step="Make the cohort again")
    print(f"\n{len(table)} images, {table['patient_id'].nunique()} patients (SYNTHETIC PHANTOMS)")
    print(f"{'against':14}{'who':10}" + "".join(f"{head:>20}" for head, *_ in SHOWN))
    for label, column in LABELS.items():
        rows = {"model": model_cells(table, images[column])}
        rows |= {who: ceiling_cells(ceiling, label, who) for who in ("truth", "severity")}
        for who, cells in rows.items():
            print(f"{label:14}{who:10}" + "".join(f"{text:>20}" for text in cells))


if __name__ == "__main__":
    try:
        main()
    except SgusError as error:
        sys.exit(f"Error: {error}")
