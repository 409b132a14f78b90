"""Reliability diagrams and scores of probabilities, before and after temperature scaling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sgus.core.grades import STAGES
from sgus.report.evidence import Evidence
from sgus.report.figures import Estimate, Figure, FloatArray, Mask
from sgus.report.main_figures import FOUR_GRADES
from sgus.report.scopes import Sample, belongs
from sgus.stats.confusion import ratio
from sgus.stats.ordinal import ranked_probability_scores
from sgus.stats.reliability import (
    Bins,
    brier_parts,
    calibration_error,
    equal_count,
    equal_width,
    fill_bins,
)

BEFORE: Final = "before"
AFTER: Final = "after"
CHANGE: Final = "change"
_NO_IMAGE: Final = "there is no such image"
_LEAST_P: Final = 1e-6  # a stored zero is a rounded one: it must not cost infinity
_CHANGING: Final = ("calibration_error", "brier", "log_loss", "ranked_probability_score")


@dataclass(frozen=True, eq=False)
class _Question:
    """What is called probable, and whether it happened, in one scope."""

    scope: str
    subset: str | None
    used: Mask
    p: FloatArray
    happened: Mask
    truth_p: FloatArray
    ranked: FloatArray | None


def reliability(evidence: Evidence, after: Sample | None) -> dict[str, Any]:
    """Diagrams and scores of each stage and of the four grades.

    For a stage the question is whether the image is of the higher side; for the four grades,
    whether the predicted grade is the true one, at the probability given to it.

    Args:
        evidence: The images judged.
        after: The same images with scaled probabilities; None where there are none.

    Returns:
        `diagrams`: for each scope, `state` (before, after) and `binning` (equal_width,
        equal_count) its bins, which are figures (`observed_share`) with `low_edge`, `high_edge` and
        `mean_probability`. `figures`: calibration error and Brier score with its parts in ten
        bins of equal width, log loss, ranked probability score, each with `state`; `change` is
        after minus before on the same resamples, below zero where scaling helps.
    """
    diagrams: list[dict[str, Any]] = []
    figures: list[Figure] = []
    states = {BEFORE: _questions(evidence.sample)}
    if after is not None:
        states[AFTER] = _questions(after)
    for place in range(len(STAGES) + 1):
        scores: dict[str, dict[str, FloatArray]] = {}
        for state, questions in states.items():
            question = questions[place]
            bins = _fill(evidence, question, equal_width())
            scores[state] = _scores(evidence, question, bins)
            even = _fill(evidence, question, equal_count(question.p[question.used]))
            diagrams += [
                _diagram(evidence, question, bins, state, "equal_width"),
                _diagram(evidence, question, even, state, "equal_count"),
            ]
        if AFTER in scores:
            scores[CHANGE] = {
                name: scores[AFTER][name] - scores[BEFORE][name]
                for name in _CHANGING
                if name in scores[BEFORE]
            }
        figures += _figures(evidence, states[BEFORE][place], scores)
    return {"diagrams": diagrams, "figures": figures}


def _questions(sample: Sample) -> list[_Question]:
    everything = np.ones(len(sample.grade), dtype=bool)
    rows = np.arange(len(sample.grade))
    found = []
    for stage in STAGES:
        p, higher = sample.p_of(stage), np.isin(sample.grade, stage.higher)
        used = belongs(sample, stage)
        subset = None if stage is STAGES[0] else "truth"
        truth_p = np.where(higher, p, 1.0 - p)
        found.append(_Question(stage.name, subset, used, p, higher, truth_p, None))
    right = np.asarray(sample.predicted == sample.grade)
    said, truth_p = sample.p[rows, sample.predicted], sample.p[rows, sample.grade]
    ranked = ranked_probability_scores(sample.grade, sample.p)
    return [*found, _Question(FOUR_GRADES, None, everything, said, right, truth_p, ranked)]


def _fill(evidence: Evidence, question: _Question, edges: FloatArray) -> Bins:
    return fill_bins(question.p, question.happened, evidence.draws, used=question.used, edges=edges)


def _scores(evidence: Evidence, question: _Question, bins: Bins) -> dict[str, FloatArray]:
    losses = -np.log(np.maximum(question.truth_p, _LEAST_P))
    columns = [question.used.astype(np.float64), np.where(question.used, losses, 0.0)]
    if question.ranked is not None:
        columns.append(question.ranked)
    n, loss, *ranked = evidence.draws.sums(np.stack(columns, axis=1)).T
    found = {"calibration_error": calibration_error(bins)} | brier_parts(bins)
    found["log_loss"] = ratio(loss, n)
    if ranked:
        found["ranked_probability_score"] = ratio(ranked[0], n)
    return found


def _figures(
    evidence: Evidence, question: _Question, scores: dict[str, dict[str, FloatArray]]
) -> list[Figure]:
    return [
        evidence.figure(
            Estimate(name, values, question.used, _NO_IMAGE),
            question.scope,
            subset=question.subset,
            state=state,
        )
        for state, named in scores.items()
        for name, values in named.items()
    ]


def _diagram(
    evidence: Evidence, question: _Question, bins: Bins, state: str, binning: str
) -> dict[str, Any]:
    share, mean_p = bins.share, bins.mean_p[0]
    found = []
    for i in range(len(bins.edges) - 1):
        inside = question.used & (bins.member == i)
        estimate = Estimate(
            "observed_share", share[:, i], inside, "no image has such a probability"
        )
        found.append(
            evidence.figure(
                estimate,
                question.scope,
                subset=question.subset,
                low_edge=float(bins.edges[i]),
                high_edge=float(bins.edges[i + 1]),
                mean_probability=None if np.isnan(mean_p[i]) else float(mean_p[i]),
            )
        )
    return {
        "scope": question.scope,
        "subset": question.subset,
        "state": state,
        "binning": binning,
        "bins": found,
    }
