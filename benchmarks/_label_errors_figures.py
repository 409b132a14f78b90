"""Which images a suspected-error list holds, and how many of them are errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from _label_errors_run import ZERO_ONE, Material
from numpy.typing import NDArray

from sgus.core.errors import RunError
from sgus.core.grades import GRADES
from sgus.core.rng import generator
from sgus.review.boundary import boundary
from sgus.review.folds import fold_spread
from sgus.review.order import AGAINST, FOLDS, MARGIN, READERS, SUSPECT, positions
from sgus.review.suspects import label_quality
from sgus.stats.bootstrap import patient_weights, percentile_interval, with_observed
from sgus.stats.confusion import ratio
from sgus.stats.draws import PatientDraws
from sgus.workflows.confusion_readers import spread

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
LENGTHS = (0.05, 0.10)
SELF = "self-confidence"
RANDOM = "random"
METHODS = {
    SUSPECT: "label quality of cleanlab (normalised margin), the order *suspect*",
    SELF: "the same, self-confidence",
    MARGIN: "model undecided, the order *margin*",
    FOLDS: "folds disagree, the order *folds*",
    READERS: "5 readers disagree among themselves, the order *readers*",
    AGAINST: "5 readers against the label, the order *against*",
    RANDOM: "random order, expected",
}
PATIENTS = 2000


@dataclass(frozen=True, eq=False)
class Lists:
    """Of each image of a cohort: how much of it stands in each list, and whether it is an error."""

    patients: NDArray[np.object_]
    planted: BoolArray
    wrong: BoolArray
    listed: dict[tuple[str, float], FloatArray]


def lists_of(found: Material, table: pd.DataFrame, *, before: FloatArray, kind: str) -> Lists:
    """The lists of all methods on one cohort; nothing here looks at the truth but to judge."""
    rows = table[table["split"] == "test"].sort_values("image_id", ignore_index=True)
    at = pd.Index(found.images).get_indexer(pd.Index(rows["image_id"]))
    candidates = _scores(rows, table, found.counts[at], kind=kind)
    n, listed = len(rows), {}
    for length in LENGTHS:
        k = round(length * n)
        for name in METHODS:
            share = np.zeros(n)
            if name == RANDOM:
                share[candidates] = k / candidates.sum()
            else:
                chosen = rows[candidates]
                order = "suspect" if name == SELF else name
                scored = chosen.assign(label_quality=chosen["self_confidence"])
                best = positions(scored if name == SELF else chosen, order)[:k]
                share[np.flatnonzero(candidates)[best]] = 1.0
            listed[name, length] = share
    label = rows["grade"].to_numpy()
    patients = np.array([f"{found.seed}/{p}" for p in rows["patient_id"]], dtype=object)
    return Lists(patients, label != before[at], label != found.truth[at], listed)


def _scores(
    rows: pd.DataFrame, table: pd.DataFrame, counts: NDArray[np.int64], *, kind: str
) -> BoolArray:
    """Put the columns of the orders beside the rows; which of them come into question."""
    p = rows[[f"p{k}" for k in GRADES]].to_numpy()
    grade, said = rows["grade"].to_numpy(), rows["predicted"].to_numpy()
    found = label_quality(grade, p, split=rows["split"].tolist())
    rows["label_quality"], rows["self_confidence"] = found.normalized_margin, found.self_confidence
    one = boundary("0/1")
    if kind == ZERO_ONE:  # as the page does at this boundary
        rows["margin"] = 2.0 * p[:, one.upper :].sum(axis=1) - 1.0
        readers = spread(counts, grade, one)
    else:  # the same over all four grades
        two = np.sort(p, axis=1)[:, -2:]
        rows["margin"] = two[:, 1] - two[:, 0]
        readers = spread(counts, grade, one) | _any_grade(counts, grade)
    for name, values in readers.items():
        rows[name] = values
    rows["fold_spread"] = _folds(rows, table, kind=kind)
    if kind == ZERO_ONE:
        return one.touches(grade, said)
    return np.ones(len(rows), dtype=bool)


def _any_grade(counts: NDArray[np.int64], grade: NDArray[np.int64]) -> dict[str, FloatArray]:
    n = counts.sum(axis=1).astype(float)
    same = (counts * (counts - 1)).sum(axis=1)
    given = counts[np.arange(len(grade)), grade]
    apart, against = 1.0 - ratio(same, n * (n - 1)), 1.0 - ratio(given, n)
    return {"readers_apart": apart, "readers_against": against}


def _folds(rows: pd.DataFrame, table: pd.DataFrame, *, kind: str) -> FloatArray:
    names = ("0/1",) if kind == ZERO_ONE else ("0/1", "1/2", "2/3")
    try:
        spreads = [
            fold_spread(table, boundary(name)).set_index("image_id")["fold_spread"]
            for name in names
        ]
    except RunError:
        return np.full(len(rows), np.nan)
    widest = pd.concat(spreads, axis=1).max(axis=1).reindex(rows["image_id"])
    return widest.fillna(np.inf).to_numpy()


@dataclass(frozen=True, eq=False)
class Found:
    """Precision and recall of each list, observed and resampled, `(1 + n_resamples,)` each."""

    values: dict[tuple[str, float, str], FloatArray]
    n_images: int
    n_patients: int
    n_errors: int
    by_seed: dict[tuple[str, float, str], list[float]]


def judge(cohorts: list[Lists], *, event: str, n_resamples: int = PATIENTS) -> Found:
    """Over the images of all cohorts together; patients of all of them are drawn."""
    error = np.concatenate([getattr(one, event) for one in cohorts]).astype(float)
    patients = np.concatenate([one.patients for one in cohorts])
    rng = generator(0, "label errors")
    weights = with_observed(patient_weights(patients, n_resamples=n_resamples, rng=rng))
    draws = PatientDraws.of(patients, weights)
    ends = np.cumsum([len(one.patients) for one in cohorts])[:-1]
    values, by_seed = {}, {}
    for name, length in cohorts[0].listed:
        listed = np.concatenate([one.listed[name, length] for one in cohorts])
        columns = np.stack([listed * error, listed, error], axis=1)
        hits, n_listed, n_errors = draws.sums(columns).T
        each = [part.sum(axis=0) for part in np.split(columns, ends)]
        for what, whole, place in (("precision", n_listed, 1), ("recall", n_errors, 2)):
            values[name, length, what] = ratio(hits, whole)
            by_seed[name, length, what] = [float(part[0] / part[place]) for part in each]
    return Found(values, len(error), draws.n_patients, int(error.sum()), by_seed)


def said(values: FloatArray) -> str:
    """`0.62 (0.55-0.68)`."""
    found = percentile_interval(float(values[0]), values[1:])
    if found.low is None or found.high is None:
        return f"{values[0]:.2f} (no interval)"
    return f"{values[0]:.2f} ({found.low:.2f} to {found.high:.2f})"
