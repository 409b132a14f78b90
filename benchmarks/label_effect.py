"""What other labels teach: reference, consensus and soft labels on the same folds of phantoms.

    python benchmarks/label_effect.py [--cohort DIR] [--split kfold] [--seeds 10]

On the demo cohort of simulated images (made anew without --cohort), whose true grade is known. The
preset quick: the head alone learns, from the features of the bundled phantom model. They are the
same for every fold, seed and kind of label, and computed once here, in float32; a fold is then
trained as `sgus train --preset quick --labels ...` trains it (`fine_tune` hands the same tail to
the same `fit`), and its test part is predicted.

Each kind of label is trained with every seed. A figure is the mean over the seeds, of the pooled
test parts of all folds; intervals and paired differences are from the bootstrap over patients, the
same resamples for all kinds and seeds. Judged by the truth, which no run sees, and by the
reference, which the reference runs learnt.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from sgus.cohort.manifest import Cohort, load_cohort
from sgus.cohort.splits import Fold, load_split
from sgus.core.grades import most_probable_grade
from sgus.core.rng import generator, stream_seed
from sgus.nn.network import GradingNetwork
from sgus.nn.tail import cut
from sgus.report.label_versions import SHOWN
from sgus.report.main_figures import main_figures
from sgus.report.scopes import Sample
from sgus.stats.bootstrap import patient_weights, percentile_interval, with_observed
from sgus.stats.draws import PatientDraws
from sgus.train.config import TrainConfig, make_config
from sgus.train.examples import Examples
from sgus.train.fine_tune import config_of_tail
from sgus.train.frozen import Features, compute_features
from sgus.train.loop import fit
from sgus.train.precision import repeatable
from sgus.train.predict import predict_raw
from sgus.workflows.label_sources import label_table
from sgus.workflows.phantoms import make_phantom_cohort
from sgus.workflows.pictures import Pictures, load_pictures
from sgus.workflows.run_labels import FoldLabels
from sgus.workflows.splitting import split_cohort
from sgus.workflows.starting import set_initial_weights

KINDS = {
    "reference": [],
    "consensus": ["labels=consensus"],
    "soft, readers": ["labels=soft"],
    "soft, Dawid-Skene": ["labels=soft", "soft_from=dawid_skene"],
}
FloatArray = NDArray[np.float64]


def config_of(kind: str, seed: int) -> TrainConfig:
    always = ["precision=float32", "threads=1", f"seed={seed}"]
    return make_config("quick", settings=[*KINDS[kind], *always])


def features_of(pictures: Pictures) -> tuple[GradingNetwork, Features]:
    config = config_of("reference", 0)
    network = GradingNetwork(config.network)
    set_initial_weights(network, config.weights)
    rows = np.arange(len(pictures.table))
    images = Examples.of(pictures.pixels, pictures.grades(rows))
    with repeatable(1):
        found = compute_features(cut(network, "head")[0], images, config=config, mirrors=False)
    return network, found


def part(
    whole: Features, rows: NDArray[np.int64], ids: list[str], labels: FoldLabels | None,
    *, smoothing: float | None,
) -> Features:  # fmt: skip
    """As `train_fold` makes its training part (with smoothing) and its validation part."""
    grades, p = whole.grades[rows], None
    if labels is not None:
        p = labels.distributions(ids, neighbour_smoothing=smoothing or 0.0)
        grades = labels.grades(ids) if smoothing is not None else grades
    return Features(whole.pixels[torch.from_numpy(rows)], grades, p)


def answers(
    pictures: Pictures, start: GradingNetwork, whole: Features, fold: Fold, config: TrainConfig,
    labels: FoldLabels | None,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Probabilities of grades and stages of the test part of a fold."""
    torch.manual_seed(stream_seed(config.seed, "initial weights"))
    network = GradingNetwork(config.network)
    network.load_state_dict(start.state_dict())
    tail = cut(network, "head")[1]
    rows = {name: pictures.rows(ids) for name, ids in fold.parts().items()}
    learnt = part(whole, rows["train"], fold.train, labels, smoothing=config.neighbour_smoothing)
    held = part(whole, rows["validation"], fold.validation, labels, smoothing=None)
    kept, _ = fit(tail, learnt, held, config=config_of_tail(config), report=lambda record: None)
    raw = predict_raw(kept, whole.pixels[torch.from_numpy(rows["test"])])
    log_odds = kept.head.stage_log_odds(raw).double()
    return kept.probabilities(raw).double().numpy(), torch.sigmoid(log_odds).numpy()


def predictions(
    cohort: Cohort, pictures: Pictures, folds: list[Fold], kind: str, *, seeds: int
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Out-of-fold probabilities of every image, by seed."""
    start, whole = features_of(pictures)
    config = config_of(kind, 0)
    table = None
    if config.labels != "reference":
        table, _ = label_table(cohort, folds, source=config.labels, soft_from=config.soft_from)
        say_labels(kind, table[table["split"] == "test"], cohort)
    for seed in range(seeds):
        p, stages = np.zeros((len(pictures.table), 4)), np.zeros((len(pictures.table), 3))
        for number, fold in enumerate(folds):
            labels = None
            if table is not None:
                own = table[table["fold"] == fold.name].set_index("image_id")
                labels = FoldLabels(own, soft=config.labels == "soft")
            at = pictures.rows(fold.test)
            p[at], stages[at] = answers(
                pictures, start, whole, fold, config_of(kind, 100 * seed + number), labels
            )
        yield p, stages


def say_labels(kind: str, tested: pd.DataFrame, cohort: Cohort) -> None:
    """How many test labels a kind changes, and how often each is the truth."""
    true = pd.to_numeric(cohort.images.set_index("image_id")["true_grade"]).loc[tested["image_id"]]
    differ = (tested["label"] != tested["reference"]).sum()
    right = (tested["label"].to_numpy() == true.to_numpy()).mean()
    print(f"{kind}: {differ} test labels differ from the reference; the truth in {right:.1%}")


def mean_figures(samples: list[Sample], draws: PatientDraws) -> dict[tuple[str, str], FloatArray]:
    """Main figures, averaged over seeds: as observed, then by resample."""
    everything = np.ones(len(draws.patient), dtype=bool)
    found: dict[tuple[str, str], list[FloatArray]] = {key: [] for key in SHOWN}
    for sample in samples:
        for main in main_figures(sample, draws, [everything])[0]:
            key = (main.scope, main.estimate.figure)
            if key in found and main.estimate.values is not None:
                found[key].append(main.estimate.values)
    return {key: np.mean(values, axis=0) for key, values in found.items()}


def show(title: str, by_kind: dict[str, dict[tuple[str, str], FloatArray]]) -> None:
    print(f"\n{title}")
    for key in SHOWN:
        reference = by_kind["reference"][key]
        print(f"  {key[1]}, {key[0]}")
        for kind, figures in by_kind.items():
            values = figures[key]
            own = percentile_interval(float(values[0]), values[1:])
            line = f"    {kind:<18} {values[0]:.3f} ({own.low:.3f} to {own.high:.3f})"
            if kind != "reference":
                less = values - reference
                between = percentile_interval(float(less[0]), less[1:])
                line += f"   minus reference {less[0]:+.3f} ({between.low:+.3f} to "
                line += f"{between.high:+.3f})"
            print(line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cohort", type=Path)
    parser.add_argument("--split", default="kfold")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--resamples", type=int, default=2000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        root = asked.cohort or Path(made) / "demo"
        if asked.cohort is None:
            make_phantom_cohort(root, preset="demo", patients=50, seed=0)
            split_cohort(root, "kfold", name=asked.split)
        cohort = load_cohort(root)
        folds = list(load_split(cohort, asked.split).folds)
        pictures = load_pictures(cohort, config_of("reference", 0).network)
        compare(cohort, pictures, folds, seeds=asked.seeds, n_resamples=asked.resamples)


def compare(
    cohort: Cohort, pictures: Pictures, folds: list[Fold], *, seeds: int, n_resamples: int
) -> None:
    table = pictures.table
    reference = table["grade"].to_numpy(dtype=np.int64)
    true = pd.to_numeric(table["true_grade"]).to_numpy(dtype=np.int64)
    patients = table["patient_id"].to_numpy()
    rng = generator(0, "patient bootstrap", "test")
    weights = with_observed(patient_weights(patients, n_resamples=n_resamples, rng=rng))
    draws = PatientDraws.of(patients, weights)
    print(f"{len(table)} images of {draws.n_patients} patients (SYNTHETIC PHANTOM), {len(folds)} "
          f"folds, {seeds} seeds; reference is the truth in "
          f"{(reference == true).mean():.1%}")  # fmt: skip
    samples = {
        kind: [
            Sample(true, most_probable_grade(p), p, stages, patients, weights)
            for p, stages in predictions(cohort, pictures, folds, kind, seeds=seeds)
        ]
        for kind in KINDS
    }
    for title, grades in (("against the truth", true), ("against the reference", reference)):
        show(title, {
            kind: mean_figures([replace(one, grade=grades) for one in own], draws)
            for kind, own in samples.items()
        })  # fmt: skip


if __name__ == "__main__":
    main()
