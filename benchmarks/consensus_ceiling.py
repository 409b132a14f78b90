"""How near a consensus comes to the truth: `python benchmarks/consensus_ceiling.py --out DIR`.

Makes a phantom cohort, whose true grades are known, and shows for several panels of its readers

- how often the median, the majority and the Dawid-Skene class are the true grade, with quadratic
  kappa, and the difference of each from the median on the same resamples of patients;
- the ceiling that `stage_ceilings` estimates from the readings alone beside the known one: of one
  who calls each image its true grade, and of one who knows the exact severity and how readers read
  in general (Bayes), against the same labels.

Panels: the cohort's own readers, and others drawn from the same population who read the same
severities (no image is needed for that). 95 % patient-bootstrap intervals. SYNTHETIC PHANTOMS.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sgus.cohort.manifest import load_cohort
from sgus.core.errors import SgusError
from sgus.core.grades import GRADES, STAGES
from sgus.core.rng import generator
from sgus.phantom.readers import draw_readers, mean_reader_probabilities
from sgus.stats.agreement.panel import MISSING, Panel, Readings
from sgus.stats.agreement.quadratic import quadratic_kappa
from sgus.stats.bootstrap import patient_weights, percentile_interval, with_observed
from sgus.stats.confusion import confusion_matrix
from sgus.stats.consensus.best_guess import stage_table
from sgus.stats.consensus.ceiling import Ceiling, stage_ceilings
from sgus.stats.consensus.dawid_skene import DawidSkene, dawid_skene, hard_labels
from sgus.stats.consensus.majority import majority_consensus
from sgus.stats.consensus.median import median_consensus
from sgus.stats.consensus.median_chances import median_chances
from sgus.stats.paired import paired_difference
from sgus.workflows.observers import cohort_readings
from sgus.workflows.phantoms import make_phantom_cohort

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
N_RESAMPLES = 2000
SHOWN = (
    ("four_grades", "accuracy", "4 grades"),
    ("four_grades", "quadratic_kappa", "kappa"),
    ("stage1", "accuracy", "0/1 v 2/3"),
    ("stage2a", "accuracy", "0 v 1"),
    ("stage2a", "balanced_accuracy", "balanced"),
    ("stage2b", "accuracy", "2 v 3"),
)


@dataclass(frozen=True, eq=False)
class Known:
    """Readings of images whose severity is known."""

    name: str
    readings: Readings
    severity: FloatArray

    @property
    def panel(self) -> Panel:
        return self.readings.first

    @property
    def truth(self) -> IntArray:
        return self.severity.astype(np.int64)


def panels(root: Path, *, seed: int) -> Iterator[Known]:
    """The cohort's own readers, and drawn ones on the same severities."""
    images = load_cohort(root).images.set_index("image_id")
    own = cohort_readings(root).readings
    severity = pd.to_numeric(images.loc[list(own.first.items), "severity"]).to_numpy(np.float64)
    if own.first.n_readers >= 3:
        yield Known(f"own {own.first.n_readers} readers, all readings", own, severity)
    if own.first.n_readers > 3:
        most = np.argsort(-own.first.given.sum(axis=0), kind="stable")[:3]
        three = own.first.of_readers([own.first.readers[at] for at in sorted(most)])
        yield Known(
            "the 3 own readers who read most", Readings(three, three.codes[..., None]), severity
        )
    readers = draw_readers(seed, 20, prefix="drawn")
    drawn = np.stack(
        [reader.read(severity, generator(seed, reader.name)) for reader in readers], axis=1
    ).astype(np.int8)
    for n_readers, each in ((20, 20), (20, 3), (3, 3)):
        codes = drawn[:, :n_readers].copy()
        rank = generator(seed, "who reads").random(codes.shape).argsort(axis=1).argsort(axis=1)
        codes[rank >= each] = MISSING
        panel = Panel(
            codes, own.first.items, tuple(reader.name for reader in readers[:n_readers]), GRADES,
            own.first.patients, own.first.unit,
        )  # fmt: skip
        name = f"{n_readers} drawn readers, {each} an image"
        yield Known(name, Readings(panel, codes[..., None]), severity)


def interval(values: FloatArray) -> str:
    found = percentile_interval(float(values[0]), values[1:])
    if found.low is None or found.high is None:
        return f"{values[0]:.3f}"
    return f"{values[0]:.3f} ({found.low:.3f}-{found.high:.3f})"


def show_consensus(known: Known, fit: DawidSkene) -> None:
    """Each consensus against the true grade."""
    labels = {
        "median": median_consensus(known.panel),
        "majority": majority_consensus(known.panel),
        "Dawid-Skene": hard_labels(fit),
        "one reader": known.panel.codes[np.arange(known.panel.n_items), np.argmax(
            known.panel.given, axis=1)],
    }  # fmt: skip
    weights = with_observed(
        patient_weights(known.panel.unit_index, n_resamples=N_RESAMPLES, rng=generator(0, "shown"))
    )
    tables = {
        name: confusion_matrix(known.truth, codes.astype(np.int64), shape=(4, 4), weights=weights)
        for name, codes in labels.items()
    }
    accuracies = {
        name: np.trace(table, axis1=1, axis2=2) / weights.sum(axis=1)
        for name, table in tables.items()
    }
    print(f"  {'consensus':14}{'accuracy':>24}{'quadratic kappa':>24}{'accuracy - median':>28}")
    for name, table in tables.items():
        accuracy, kappa = accuracies[name], quadratic_kappa(table)
        found = paired_difference(accuracy, accuracies["median"])
        between = f"{found.difference:+.3f}"
        if found.interval.low is not None:
            between += f" ({found.interval.low:+.3f} to {found.interval.high:+.3f})"
        print(f"  {name:14}{interval(accuracy):>24}{interval(kappa):>24}{between:>28}")


def label_chances(known: Known, label: str) -> FloatArray:
    """`(n_items, 4)` probability of each label given severity, for readers in general."""
    one = mean_reader_probabilities(known.severity)
    if label == "one_reader":
        return one
    n = known.panel.given.sum(axis=1)
    found = np.zeros_like(one)
    for count in np.unique(n[n > 0]):
        same = n == count
        each = np.broadcast_to(one[same], (int(count), *one[same].shape))
        found[same] = median_chances(each, tie="lower")
    return found


def label_counts(known: Known, label: str) -> FloatArray:
    """`(n_items, 4)` share of each grade among the labels the image really has."""
    if label == "median":
        return np.eye(4)[median_consensus(known.panel)]
    counts = (known.readings.codes[..., None] == np.arange(4)).sum(axis=(1, 2))
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def reached(known: Known, label: str, *, by_truth: bool) -> list[float]:
    """What one who knows the truth, or the severity, reaches against the real labels."""
    p, given = label_chances(known, label), label_counts(known, label)
    values = []
    for scope, figure, _ in SHOWN:
        stage = {stage.name: stage for stage in STAGES}.get(scope)
        chance, labels = (x if stage is None else stage_table(x, stage) for x in (p, given))
        if by_truth:
            answer = known.truth if stage is None else known.truth >= min(stage.higher)
        elif figure == "quadratic_kappa":
            answer = np.floor(chance @ np.arange(4) + 0.5)
        else:
            answer = np.argmax(
                chance / chance.mean(axis=0) if "balanced" in figure else chance, axis=1
            )
        hit = np.eye(labels.shape[1])[answer.astype(np.int64)]
        table = labels.T @ hit
        if figure == "quadratic_kappa":
            values.append(float(quadratic_kappa(table)))
        elif figure == "accuracy":
            values.append(float(np.trace(table) / table.sum()))
        else:
            values.append(float((np.diag(table) / table.sum(axis=1)).mean()))
    return values


def show_ceilings(known: Known, ceilings: list[Ceiling]) -> None:
    """The estimated ceiling beside the known ones."""
    found = {(c.label, c.scope, c.figure): c for c in ceilings}
    print(f"  {'label':12}{'who':14}" + "".join(f"{head:>18}" for *_, head in SHOWN))
    for label in ("one_reader", "median"):
        for who, by_truth in (("true grade", True), ("severity", False)):
            values = reached(known, label, by_truth=by_truth)
            print(f"  {label:12}{who:14}" + "".join(f"{value:>18.3f}" for value in values))
        cells = []
        for scope, figure, _ in SHOWN:
            c = found[label, scope, figure]
            ends = "" if c.low is None else f" ({c.low:.2f}-{c.high:.2f})"
            cells.append("-" if c.value is None else f"{c.value:.3f}{ends}")
        print(f"  {label:12}{'Dawid-Skene':14}" + "".join(f"{cell:>18}" for cell in cells))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the cohort is kept here")
    parser.add_argument("--preset", default="demo", help="demo or published")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    root = options.out / options.preset
    if not root.exists():
        make_phantom_cohort(root, preset=options.preset, seed=options.seed)
    for known in panels(root, seed=options.seed):
        n_units = len(np.unique(known.panel.unit_index))
        print(f"\n{known.name}: {known.panel.n_items} SYNTHETIC images of {n_units} patients")
        start = perf_counter()
        fit = dawid_skene(known.readings)
        fitted = perf_counter()
        ceilings = stage_ceilings(known.readings, fit=fit)
        ended = perf_counter()
        show_consensus(known, fit)
        show_ceilings(known, ceilings)
        print(f"  20 starts in {fitted - start:.2f} s, 200 resamples in {ended - fitted:.2f} s")


if __name__ == "__main__":
    try:
        main()
    except SgusError as error:
        sys.exit(f"Error: {error}")
