"""Conformal prediction sets of a run: which grades an image may have, at a promised coverage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import ConfigError
from sgus.core.grades import GRADES
from sgus.report.calibration_rows import CalibrationRows, Lot
from sgus.report.evidence import Evidence, masked
from sgus.report.figures import Estimate, Figure, FloatArray, Mask, unit_noun
from sgus.report.main_figures import FOUR_GRADES
from sgus.report.predictions import P_COLUMNS
from sgus.report.subgroups import NOT_KNOWN
from sgus.stats.conformal import (
    least_ambiguous_scores,
    least_patients,
    ordinal_scores,
    patient_quantile,
    prediction_sets,
)
from sgus.stats.confusion import ratio

Scores = Callable[[FloatArray], FloatArray]
SCORES: Final[dict[str, Scores]] = {
    "ordinal": ordinal_scores,
    "least_ambiguous": least_ambiguous_scores,
}
_METHOD: Final = (
    "Split conformal sets from the probabilities as predicted (not scaled). Patients, not images, "
    "are exchangeable: each calibration patient has one vote, split among the images (hierarchical "
    "conformal prediction, Lee, Barber & Willett 2023). Promised, over calibration sets and new "
    "patients alike: the set of one image of a new patient holds the true grade with a chance of "
    "at least 1 - alpha. Not promised: the same in every grade or device."
)
_CROSS: Final = (
    " Across folds this is cross-conformal: coverage is near the level in practice, and the proof "
    "guarantees less."
)
_NO_IMAGE: Final = "there is no such image"
Sets = NDArray[np.bool_]


def conformal(evidence: Evidence, rows: CalibrationRows, *, alpha: float) -> dict[str, Any]:
    """Prediction sets by both scores, and how often they hold the true grade.

    Args:
        evidence: The images judged.
        rows: What may be calibrated on.
        alpha: Share of sets that may miss, in (0, 1).

    Returns:
        `alpha`, `method`, `source`, `thresholds` (score, fold, images and patients), `figures`
        (coverage, mean_set_size, single_grade_share, empty_share, each with `score`, `by` and
        `group`; `coverage_of_patients` is the promised one), `sets` (an object a score: columns
        image_id, set, holds), `counts` (how often each set), and `reason` where there are none.

    Raises:
        ConfigError: `alpha` is not between 0 and 1.
    """
    if not 0.0 < alpha < 1.0:
        step = "Give a share such as 0.1, for sets that hold the true grade in 90 %"
        raise ConfigError(f"alpha {alpha}", "it is not between 0 and 1", step)
    reason = rows.reason or _too_few(rows, alpha, unit=evidence.unit)
    found: dict[str, Any] = {
        "alpha": alpha,
        "method": _METHOD + (_CROSS if len(rows.lots) > 1 else ""),
        "calibration": rows.method,
        "source": rows.source,
        "thresholds": [],
        "figures": [],
        "sets": {},
        "counts": [],
        "reason": reason,
    }
    if reason is None:
        for name, scores in SCORES.items():
            _add(found, evidence, rows, name=name, scores=scores)
    return found


def _too_few(rows: CalibrationRows, alpha: float, *, unit: str) -> str | None:
    least = least_patients(alpha)
    for lot in rows.lots:
        n = int(lot.known["patient_id"].nunique())
        if n < least:
            return (
                f"too few {unit_noun(unit)} to calibrate on for alpha {alpha:g}: {n} for fold "
                f"{lot.fold}, {least} are needed"
            )
    return None


def _add(
    found: dict[str, Any], evidence: Evidence, rows: CalibrationRows, *, name: str, scores: Scores
) -> None:
    sets = np.ones((evidence.n_images, len(GRADES)), dtype=bool)
    judged = scores(evidence.sample.p)
    for lot in rows.lots:
        threshold = _threshold(lot, scores, found["alpha"])
        sets[lot.judged] = prediction_sets(judged[lot.judged], threshold)
        found["thresholds"].append(
            {
                "score": name,
                "fold": lot.fold,
                "value": threshold,
                "n_images": len(lot.known),
                "n_patients": int(lot.known["patient_id"].nunique()),
            }
        )
    holds = sets[np.arange(len(sets)), evidence.sample.grade]
    texts = [set_text(row) for row in sets]
    found["figures"] += _figures(evidence, sets, holds, name)
    found["counts"] += _counts(evidence, texts, holds, name)
    found["sets"][name] = {
        "image_id": evidence.rows["image_id"].tolist(),
        "set": texts,
        "holds": holds.tolist(),
    }


def set_text(members: Sets) -> str:
    """A set in words of grades: `0`, `0-1`, `0, 3`, or `none`."""
    grades = [grade for grade, inside in zip(GRADES, members, strict=True) if inside]
    if not grades:
        return "none"
    if len(grades) > 1 and grades[-1] - grades[0] == len(grades) - 1:
        return f"{grades[0]}-{grades[-1]}"
    return ", ".join(map(str, grades))


def _threshold(lot: Lot, scores: Scores, alpha: float) -> float:
    p = lot.known[list(P_COLUMNS)].to_numpy(dtype=np.float64)
    truth = lot.known["grade"].to_numpy(dtype=np.int64)
    of_truth = scores(p)[np.arange(len(truth)), truth]
    return patient_quantile(of_truth, lot.known["patient_id"].to_numpy(), alpha=alpha)


def _figures(evidence: Evidence, sets: Sets, holds: Mask, score: str) -> list[Figure]:
    size = sets.sum(axis=1)
    values = {
        "coverage": holds.astype(np.float64),
        "mean_set_size": size.astype(np.float64),
        "single_grade_share": (size == 1).astype(np.float64),
        "empty_share": (size == 0).astype(np.float64),
    }
    if score == "ordinal":
        del values["empty_share"]  # an ordinal set is never empty
    groups = _groups(evidence)
    columns = np.stack([np.ones(len(holds)), *values.values()], axis=1)
    features = np.concatenate([masked(columns, mask) for *_, mask, _ in groups], axis=1)
    parts = np.split(evidence.draws.sums(features), len(groups), axis=1)
    found = [_by_patient(evidence, holds, score)]
    for (by, group, mask, grade), sums in zip(groups, parts, strict=True):
        found += [
            evidence.figure(
                Estimate(name, ratio(total, sums[:, 0]), mask, _NO_IMAGE, grade),
                FOUR_GRADES,
                score=score,
                by=by,
                group=group,
            )
            for name, total in zip(values, sums[:, 1:].T, strict=True)
        ]
    return found


def _by_patient(evidence: Evidence, holds: Mask, score: str) -> Figure:
    """Coverage with each patient counting once: of one image of a patient, drawn at random."""
    both = np.stack([holds.astype(np.float64), np.ones(len(holds))], axis=1)
    covered, images = evidence.draws.by_patient(both).T
    counts = evidence.draws.counts
    values = ratio(counts @ (covered / images), counts.sum(axis=1))
    estimate = Estimate("coverage_of_patients", values, evidence.everything(), _NO_IMAGE)
    return evidence.figure(estimate, FOUR_GRADES, score=score, by=None, group=None)


def _groups(evidence: Evidence) -> list[tuple[str | None, str | None, Mask, int | None]]:
    found: list[tuple[str | None, str | None, Mask, int | None]] = [
        (None, None, evidence.everything(), None)
    ]
    for grade in GRADES:
        found.append(("grade", str(grade), evidence.sample.grade == grade, grade))
    for by in ("device", "device_class"):
        values = evidence.text(by)
        for group in sorted(set(values.tolist())) if (values != "").any() else []:
            found.append((by, group or NOT_KNOWN, values == group, None))
    return found


def _counts(evidence: Evidence, texts: list[str], holds: Mask, score: str) -> list[dict[str, Any]]:
    names = np.array(texts, dtype=object)
    return [
        {
            "score": score,
            "set": text,
            "n_images": int((names == text).sum()),
            "n_patients": len(np.unique(evidence.draws.patient[names == text])),
            "holds": int(holds[names == text].sum()),
        }
        for text in sorted(set(texts), key=lambda t: (t == "none", t))
    ]
