"""Heads beside baselines on real images: `python benchmarks/heads.py COHORT --runs DIR`.

Trains the default preset with each head on the splits `kfold` and `leave-one-centre-out` (or those
named), takes finished runs as they are, adds the two baselines of baselines.py, and prints every
model on the same test images with patient-bootstrap intervals, then the paired differences from
the hierarchical head. Two hours on two cores for 172 images; a stopped run goes on.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from baselines import MODELS, SHOWN, features_of, line, out_of_fold

from sgus.cohort.manifest import load_cohort
from sgus.core.errors import SgusError
from sgus.report.comparison import compare_predictions
from sgus.report.evaluation import evaluate_predictions
from sgus.train.config import make_config
from sgus.workflows.training import run_training

HEADS = ("hierarchical", "flat", "ordinal")
TITLES = ("accuracy", "balanced accuracy", "quadratic kappa", "0/1 v 2/3", "0 v 1 balanced")


def train_all(options: argparse.Namespace, split: str) -> dict[str, pd.DataFrame]:
    """Prediction table of each head on a split."""
    tables = {}
    for head in options.heads:
        config = make_config(settings=[*options.set, f"network.head={head}"])
        result = run_training(
            options.cohort,
            split,
            config=config,
            run_dir=options.runs / f"{head}-{split}",
            say=lambda text: print(text, file=sys.stderr, flush=True),
        )
        tables[head] = result.predictions
    return tables


def difference(name: str, first: pd.DataFrame, second: pd.DataFrame) -> str:
    """Hierarchical minus another, for accuracy, quadratic kappa and stage accuracies."""
    cells = [
        f"{item['scope']} {item['figure']} {item['difference']:+.2f} "
        f"({item['low']:+.2f} to {item['high']:+.2f})"
        for item in compare_predictions(first, second)
        if (item["figure"], item["scope"], item["subset"])
        in {(figure.replace("balanced_", ""), scope, subset) for figure, scope, subset in SHOWN}
        and item["low"] is not None
    ]
    return f"  hierarchical minus {name}: " + "; ".join(cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cohort", type=Path)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--splits", nargs="+", default=["kfold", "leave-one-centre-out"])
    parser.add_argument("--heads", nargs="+", default=list(HEADS))
    parser.add_argument("--set", action="append", default=[], help="key=value for every run")
    options = parser.parse_args()
    cohort = load_cohort(options.cohort)
    images = cohort.usable()
    features = features_of(cohort, images)
    for split in options.splits:
        tables = {
            name: out_of_fold(model, cohort, split, images, features)
            for name, model in MODELS.items()
        } | train_all(options, split)
        print(f"\n{split:24}" + "".join(f"{title:>20}" for title in TITLES))
        for name, table in tables.items():
            print(line(name, evaluate_predictions(table)), flush=True)
        for name, table in tables.items():
            if name != "hierarchical" and "hierarchical" in tables:
                print(difference(name, tables["hierarchical"], table))


if __name__ == "__main__":
    try:
        main()
    except SgusError as error:
        sys.exit(f"Error: {error}")
