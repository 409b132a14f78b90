"""Do prediction sets hold what they promise? `python benchmarks/conformal_coverage.py`.

Made-up patients whose images resemble each other: three in ten are hard to grade, and either the
hard ones or the easy ones have six images instead of one. A fixed model, calibration patients, and
new patients of the same kind; the share of sets that hold the true grade, of one image of each new
patient drawn at random, over many studies. Four ways to choose the threshold:

- `patients`: each patient one vote (what `sgus.stats.conformal.patient_quantile` does);
- `images`: each image one vote, as if they were exchangeable;
- `one image`: one image of each patient drawn at random, then the plain quantile;
- `cross`: the calibration patients are judged themselves, in five folds, each by the others.

The promise is 1 - alpha for the first and the third. Chance alone moves a cell by about 0.3
percentage points (one standard error, printed).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sgus.stats.conformal import (
    least_ambiguous_scores,
    ordinal_scores,
    patient_quantile,
    prediction_sets,
)

SCORES: dict[str, Callable[..., Any]] = {
    "ordinal": ordinal_scores,
    "least ambiguous": least_ambiguous_scores,
}
SIZES = (10, 25, 50, 100, 200)
NEW_PATIENTS = 100
FOLDS = 5


def patients(rng: np.random.Generator, n: int, *, many: str) -> tuple[Any, Any, Any]:
    """Patient, true grade and probabilities of each image; `many` says who has six images."""
    hard = rng.random(n) < 0.3
    images = np.where(hard == (many == "hard"), 6, 1) if many != "nobody" else np.ones(n, int)
    patient = np.repeat(np.arange(n), images)
    blur = np.where(hard, 0.9, 0.21)[patient]
    shift = (np.where(hard, 1.5, 0.2) * rng.normal(size=n))[patient]
    truth = rng.integers(4, size=len(patient))
    seen = truth + shift + blur * rng.normal(size=len(patient))
    p = np.exp(-((np.arange(4) - seen[:, None]) ** 2))
    return patient, truth, p / p.sum(axis=1, keepdims=True)


def covered(scores: Any, truth: Any, patient: Any, threshold: Any) -> tuple[float, float]:
    """Coverage and mean size of sets, each patient counting once."""
    sets = prediction_sets(scores, threshold)
    share = 1.0 / np.bincount(patient)[patient]
    share /= share.sum()
    return float((sets[np.arange(len(truth)), truth] * share).sum()), float(
        (sets.sum(axis=1) * share).sum()
    )


def study(rng: np.random.Generator, n: int, *, many: str, score: str, alpha: float) -> Any:
    """Coverage and size of the four ways in one study."""
    make = SCORES[score]
    patient, truth, p = patients(rng, n, many=many)
    new, new_truth, new_p = patients(rng, NEW_PATIENTS, many=many)
    scores, new_scores = make(p), make(new_p)
    known = scores[np.arange(len(truth)), truth]
    order = rng.permutation(len(patient))
    _, first = np.unique(patient[order], return_index=True)
    chosen = order[first]
    thresholds = (
        patient_quantile(known, patient, alpha=alpha),
        patient_quantile(known, np.arange(len(known)), alpha=alpha),
        patient_quantile(known[chosen], patient[chosen], alpha=alpha),
    )
    found = [covered(new_scores, new_truth, new, t) for t in thresholds]
    fold = patient % FOLDS
    cross = np.zeros(len(patient))
    for k in range(FOLDS):
        others = fold != k
        cross[~others] = patient_quantile(known[others], patient[others], alpha=alpha)
    return [*found, covered(scores, truth, patient, cross[:, None])]


def main() -> None:
    """Print a table for each alpha."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--alpha", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    start = time.perf_counter()
    print(f"alpha {asked.alpha}, {asked.studies} studies a row, seed {asked.seed}")
    print("coverage % (mean set size) where each vote is of a patient, an image, one image, cross")
    worst = 0.0
    for score in SCORES:
        for many in ("nobody", "hard", "easy"):
            for n in SIZES:
                rng = np.random.default_rng([asked.seed, n])
                rows = np.array(
                    [
                        study(rng, n, many=many, score=score, alpha=asked.alpha)
                        for _ in range(asked.studies)
                    ]
                )  # (studies, 4 ways, 2)
                mean = rows.mean(axis=0)
                worst = max(worst, rows[:, :3, 0].std(axis=0).max() / asked.studies**0.5)
                cells = "  ".join(f"{100 * c:5.1f} ({size:.2f})" for c, size in mean)
                print(f"{score:>15}, {many:>6} have six images, {n:>3} patients: {cells}")
    print(f"largest standard error {100 * worst:.2f}; {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
