"""What phantoms teach about real glands: `python benchmarks/phantom_pretraining.py COHORT`.

Zero-shot: the bundled phantom model (or --model) grades every real image of COHORT; the network
has seen none. The simulator's makers have: measured parameters were tuned on the development half
of the groups (the first hex digit of the SHA-256 of the patient_id is even), the anatomy by eye on
all, and versions were compared by this very figure. So it is no test on unknown images.

Fine-tuned: the default preset from scratch and from the bundled phantom model, on the splits named,
the same folds and one seed; figures with patient-bootstrap intervals, then paired differences.
Finished runs are taken as they are; a stopped one goes on. About 40 minutes a start on one core for
172 images and two splits.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from baselines import line

from sgus.cohort.manifest import Cohort, load_cohort
from sgus.cohort.splits import Fold
from sgus.core.errors import SgusError
from sgus.nn.model_files import read_info
from sgus.report.comparison import compare_predictions
from sgus.report.evaluation import evaluate_predictions
from sgus.train.config import make_config
from sgus.workflows.fold_training import predict_fold
from sgus.workflows.models import models_folder
from sgus.workflows.pictures import load_pictures
from sgus.workflows.starting import PHANTOM, PHANTOM_MODEL
from sgus.workflows.training import run_training

TITLES = ("accuracy", "balanced accuracy", "quadratic kappa", "0/1 v 2/3", "0 v 1 balanced")
SHOWN = {
    ("accuracy", "four_grades", None),
    ("quadratic_kappa", "four_grades", None),
    ("accuracy", "stage1", None),
    ("accuracy", "stage2a", "truth"),
}
FINE_TUNING = ("epochs=30", "learning_rate=6e-4")
"""What a start from phantoms changes in the default preset: fewer, smaller steps."""


def in_development_half(patient_id: str) -> bool:
    """Whether a group belongs to the half that parameters were tuned on."""
    return int(hashlib.sha256(patient_id.encode()).hexdigest()[0], 16) % 2 == 0


def zero_shot(cohort: Cohort, model: Path) -> pd.DataFrame:
    """Predictions of a model that saw no image of the cohort.

    Raises:
        SystemExit: It did, by the hashes of its training images.
    """
    info = read_info(model)
    known = set(info.training_sha256) & set(cohort.images["sha256"])
    if known or not info.synthetic:
        sys.exit(f"{model} is no phantom-only model, or learnt from {len(known)} of these images")
    pictures = load_pictures(cohort, info.network)
    ids = list(pictures.table["image_id"])
    fold = Fold(name="zero-shot", train=[], validation=[], test=ids)
    return predict_fold(pictures, fold, model_dir=model)


def show_zero_shot(table: pd.DataFrame) -> None:
    """One line a half and one for all."""
    print(f"\n{'zero-shot':40}" + "".join(f"{title:>20}" for title in TITLES))
    early = table["patient_id"].map(in_development_half)
    halves = {"development half": early, "confirmation half": ~early, "all": early | True}
    for name, rows in halves.items():
        part = table[rows]
        label = f"{name} (n={len(part)}, {part['patient_id'].nunique()} groups)"
        print(f"{'':16}" + line(label, evaluate_predictions(part)), flush=True)


def trained(options: argparse.Namespace, split: str, start: str) -> pd.DataFrame:
    """Out-of-fold predictions of one start on one split."""
    settings = [*options.set, f"weights={start}"]
    if start != "none":
        settings += options.fine_tuning
    result = run_training(
        options.cohort,
        split,
        config=make_config(settings=settings),
        run_dir=options.runs / f"{start}-{split}",
        say=lambda text: print(text, file=sys.stderr, flush=True),
    )
    return result.predictions


def show_split(options: argparse.Namespace, split: str) -> None:
    """Both starts, and their paired difference."""
    tables = {
        "from scratch": trained(options, split, "none"),
        "from phantoms": trained(options, split, PHANTOM),
    }
    print(f"\n{split:24}" + "".join(f"{title:>20}" for title in TITLES))
    for name, table in tables.items():
        print(line(name, evaluate_predictions(table)), flush=True)
    print("  from phantoms minus from scratch, 95 % interval of the paired group bootstrap:")
    for item in compare_predictions(tables["from phantoms"], tables["from scratch"]):
        if (item["figure"], item["scope"], item["subset"]) in SHOWN and item["low"] is not None:
            print(
                f"  {item['scope']} {item['figure']} {item['difference']:+.3f} "
                f"({item['low']:+.3f} to {item['high']:+.3f})"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cohort", type=Path)
    parser.add_argument("--runs", type=Path, help="directory of the fine-tuning runs")
    parser.add_argument("--model", type=Path, default=models_folder() / PHANTOM_MODEL)
    parser.add_argument("--splits", nargs="+", default=["kfold", "leave-one-centre-out"])
    parser.add_argument("--set", action="append", default=[], help="key=value for every run")
    parser.add_argument("--fine-tuning", nargs="*", default=list(FINE_TUNING))
    options = parser.parse_args()
    show_zero_shot(zero_shot(load_cohort(options.cohort), options.model))
    for split in options.splits if options.runs else []:
        show_split(options, split)


if __name__ == "__main__":
    try:
        main()
    except SgusError as error:
        sys.exit(f"Error: {error}")
