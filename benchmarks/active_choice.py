"""How many adjudications active choice saves on phantoms: `python benchmarks/active_choice.py`.

SYNTHETIC: simulated glands, whose truth is known. Each replicate is a cohort of its own patients
with five simulated readers. A model starts with labels, images are adjudicated in batches (which
gives their true grade), the model is fitted again, and its 0 v 1 balanced accuracy is measured
against the truth on the images of all other replicates, none of whose patients it has seen.

Two studies: `reread`, every image has the grade of one reader and adjudication replaces it by the
truth; `fresh`, nothing is graded but the images of a few patients, and adjudication adds grades.
The model is a logistic regression on what a trunk sees (`sgus.nn.pooled`), once that of the bundled
phantom model, which learnt from other phantoms, and once that of the real-image model, which has
seen none: the two ends of how well a trunk may know the images.

Figures: adjudications until 95 % of what is gained when everything is adjudicated has been gained,
by active choice (`sgus.review.active`), by doubt alone and at random, and paired differences. Each
replicate has its own patients, so that intervals from resampling replicates resample patients.
Features are kept in --out; a stopped run goes on.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

from sgus.core.grades import GRADES
from sgus.core.rng import generator
from sgus.review import active
from sgus.review.boundary import boundary
from sgus.workflows.adjudication_store import reader_votes
from sgus.workflows.look_common import model_at
from sgus.workflows.look_features import features_of
from sgus.workflows.phantoms import make_phantom_cohort

AT = boundary("0/1")
TRUNKS = {"phantom trunk": "phantom-resnet18", "real-image trunk": "harmonicss-resnet18"}
SHARE = 0.95
N_RESAMPLES = 2000
START_PATIENTS = 4

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Cohort:
    """One replicate: its images as a trunk sees them, what was said of them, what is true."""

    x: Floats
    patients: NDArray[np.object_]
    truth: Ints
    reader: Ints
    votes: Ints


def main() -> None:
    """Run both studies with both trunks and print the tables."""
    options = _options()
    found = {}
    for trunk, model in TRUNKS.items():
        cohorts = [_cohort(options, seed, model) for seed in range(options.replicates)]
        for study in ("reread", "fresh"):
            curves = _curves(cohorts, study, batch=options.batch)
            found[f"{study}, {trunk}"] = _show(f"{study}, {trunk}", curves, batch=options.batch)
    sizes = [len(one.truth) for one in cohorts]
    people = sum(len(set(one.patients)) for one in cohorts)
    print(f"\n{options.replicates} cohorts, {sum(sizes)} images, {people} simulated patients")
    (options.out / "result.json").write_text(json.dumps(found, indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--replicates", type=int, default=12)
    parser.add_argument("--patients", type=int, default=40)
    parser.add_argument("--batch", type=int, default=20)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    return options


def _cohort(options: argparse.Namespace, seed: int, model: str) -> Cohort:
    place = options.out / f"cohort-{seed:02d}"
    made = make_phantom_cohort(place, patients=options.patients, seed=70_000 + seed).cohort
    x = features_of(made, model_at(ROOT / "models" / model)).astype(np.float64)
    table = made.usable()
    by_image = reader_votes(made)
    votes = np.array([by_image[str(image)] for image in table["image_id"]])
    print(f"cohort {seed}: {len(table)} images, {model}", file=sys.stderr, flush=True)
    return Cohort(
        x,
        table["patient_id"].to_numpy(dtype=object),
        table["true_grade"].to_numpy(dtype=np.int64),
        table["reader_grade"].to_numpy(dtype=np.int64),
        votes,
    )


def _fit(x: Floats, labels: Ints) -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.01, tol=1e-3, max_iter=500)).fit(
        x, labels
    )


def _p(model: Pipeline, x: Floats) -> Floats:
    """`(n, 4)`, zero for a grade it was never shown."""
    p = np.zeros((len(x), len(GRADES)))
    p[:, model.classes_] = model.predict_proba(x)
    return p


def _score(model: Pipeline, x: Floats, truth: Ints) -> float:
    """0 v 1 balanced accuracy."""
    p = _p(model, x)
    higher = p[:, AT.upper] > p[:, AT.lower]
    return float(
        np.mean([(higher == g)[truth == grade].mean() for g, grade in enumerate(AT.grades)])
    )


def _pick_active(p: Floats, cohort: Cohort, left: NDArray[np.bool_], n: int, votes: Ints) -> Ints:
    score = active.doubt(p, AT) * active.disagreement(*active.sides(votes, AT))
    score = score * active.density(cohort.x, cohort.patients)
    return active.choose(score, active.similarities(cohort.x), n=n, allowed=left)


def _curves(cohorts: list[Cohort], study: str, *, batch: int) -> dict[str, Floats]:
    """By way of choosing, `(n_replicates, n_steps)` balanced accuracy after each batch."""
    steps = min(len(one.truth) for one in cohorts) // batch
    curves: dict[str, list[list[float]]] = {"random": [], "doubt": [], "active": []}
    for seed, cohort in enumerate(cohorts):
        others = [one for one in cohorts if one is not cohort]
        x, truth = (np.concatenate([getattr(o, name) for o in others]) for name in ("x", "truth"))
        between = np.isin(truth, AT.grades)
        judge = _judge(x[between], truth[between])
        for way, rows in curves.items():
            rng = generator(seed, "active choice", study, way)
            rows.append(_one(cohort, study, way, judge, rng=rng, batch=batch, steps=steps))
        print(f"{study}: replicate {seed}", file=sys.stderr, flush=True)
    return {way: np.array(rows) for way, rows in curves.items()}


def _judge(x: Floats, truth: Ints) -> Callable[[Pipeline], float]:
    return lambda model: _score(model, x, truth)


def _one(
    cohort: Cohort, study: str, way: str, judge: Callable[[Pipeline], float],
    *, rng: np.random.Generator, batch: int, steps: int,
) -> list[float]:  # fmt: skip
    n = len(cohort.truth)
    if study == "reread":
        labels, known, done = cohort.reader.copy(), np.ones(n, dtype=bool), np.zeros(n, dtype=bool)
    else:
        first = list(dict.fromkeys(cohort.patients.tolist()))[:START_PATIENTS]
        done = np.isin(cohort.patients, first)
        labels, known = cohort.truth.copy(), done.copy()
    scores = []
    for step in range(steps + 1):
        model = _fit(cohort.x[known], labels[known])
        scores.append(judge(model))
        if done.all() or step == steps:
            break
        p = cohort.x[:, :0] if way == "random" else _held_out(cohort, labels, known)
        picked = _picked(cohort, study, way, done, p, batch, rng)
        labels[picked] = cohort.truth[picked]
        done[picked] = known[picked] = True
    return scores + [scores[-1]] * (steps + 1 - len(scores))


def _held_out(cohort: Cohort, labels: Ints, known: NDArray[np.bool_]) -> Floats:
    """What models say that did not learn from the image's patient, as a run by folds would."""
    names = np.unique(cohort.patients.astype(str), return_inverse=True)[1]
    p = np.zeros((len(labels), len(GRADES)))
    for fold in range(5):
        test = names % 5 == fold
        learn = known & ~test
        if len(np.unique(labels[learn])) < 2:
            learn = known
        p[test] = _p(_fit(cohort.x[learn], labels[learn]), cohort.x[test])
    return p


def _picked(
    cohort: Cohort, study: str, way: str, done: NDArray[np.bool_], p: Floats, n: int,
    rng: np.random.Generator,
) -> Ints:  # fmt: skip
    left = ~done
    if way == "random":
        rows = np.flatnonzero(left)
        return np.asarray(rng.permutation(rows)[:n], dtype=np.int64)
    if way == "doubt":
        order = np.argsort(np.where(left, -active.doubt(p, AT), 1.0), kind="stable")
        return np.asarray(order[: min(n, int(left.sum()))], dtype=np.int64)
    votes = cohort.votes if study == "reread" else np.zeros_like(cohort.votes)
    return _pick_active(p, cohort, left, n, votes)


def _needed(curve: Floats, goal: float, *, batch: int) -> float:
    """Adjudications until a curve has reached the goal; all of them where it never does."""
    reached = np.flatnonzero(curve >= goal)
    return float(reached[0] * batch) if reached.size else float((curve.size - 1) * batch)


def _show(title: str, curves: dict[str, Floats], *, batch: int) -> dict[str, object]:
    rng = generator(0, "active choice", "replicates")
    n = len(curves["random"])
    draws = np.concatenate([np.arange(n)[None], rng.integers(n, size=(N_RESAMPLES, n))])
    mean = {way: rows[draws].mean(axis=1) for way, rows in curves.items()}  # (1 + R, steps)
    start = mean["random"][:, 0]
    full = np.mean([rows[:, -1] for rows in mean.values()], axis=0)
    needed = {}
    for rule, goal in (("of all", SHARE * full), ("of the gain", start + SHARE * (full - start))):
        needed[rule] = {
            way: np.array([_needed(row, g, batch=batch) for row, g in zip(rows, goal, strict=True)])
            for way, rows in mean.items()
        }
    print(f"\n== {title}: 0 v 1 balanced accuracy at the start {_said(start, 3)}, all adjudicated "
          f"{_said(full, 3)}")  # fmt: skip
    for way, rows in mean.items():
        print(f"{way:8}" + "".join(f" {value:.3f}" for value in rows[0]))
    for rule, by in needed.items():
        for way, values in by.items():
            saved = "" if way == "random" else f"   saves {_said(by['random'] - values, 0)}"
            print(f"95 % {rule}: {way:8} {_said(values, 0)}{saved}")
    return {
        "start": float(start[0]), "full": float(full[0]),
        "curves": {way: rows[0].tolist() for way, rows in mean.items()},
        "needed": {r: {w: v[0] for w, v in by.items()} for r, by in needed.items()},
    }  # fmt: skip


def _said(values: Floats, digits: int) -> str:
    low, high = np.percentile(values[1:], [2.5, 97.5])
    return f"{values[0]:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


if __name__ == "__main__":
    main()
