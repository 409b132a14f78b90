"""A threshold that is chosen on images nobody is judged on, and what it is worth on those judged.

A threshold that is picked by looking at the test images makes its figures too good. Here it is
picked on the validation part of the same fold, or on the out-of-fold rows of the other folds, and
then held against the test images once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import ConfigError
from sgus.core.grades import STAGES, Stage
from sgus.report.calibration_rows import CalibrationRows, Lot
from sgus.report.evidence import Evidence
from sgus.report.figures import Figure, FloatArray, Mask, unit_noun
from sgus.report.predictions import STAGE_COLUMNS
from sgus.report.stage_curves import StageThresholds
from sgus.stats.bootstrap import MIN_PATIENTS

Aim = Literal["sensitivity", "specificity"]
AIMS: Final[tuple[Aim, ...]] = ("sensitivity", "specificity")


def chosen_threshold(
    evidence: Evidence, rows: CalibrationRows, stage: Stage, *, aim: Aim, least: float
) -> dict[str, Any]:
    """Choose a threshold of a stage where it may be chosen, and judge it on the test images.

    For a sensitivity: the highest threshold that reaches it on the images it is chosen on, so that
    specificity is as high as it can be. For a specificity: the lowest.

    Args:
        evidence: The images judged.
        rows: What a threshold may be chosen on.
        stage: The stage.
        aim: What must be reached.
        least: How much of it, from 0 to 1, both excluded.

    Returns:
        `aim`, `least`, `source`, `method`, `lots` (a fold each: `fold`, `threshold`, `reached`,
        `n_images`, `n_patients` it was chosen on), `figures` of the judged images (null
        `threshold` where each fold has its own), `reason` where there is none.

    Raises:
        ConfigError: `least` is not between 0 and 1.
    """
    if not 0.0 < least < 1.0:
        raise ConfigError(f"{aim} {least}", "it is not between 0 and 1", "Ask for 0.9, say")
    found: dict[str, Any] = {
        "aim": aim, "least": least, "source": rows.source, "method": rows.method, "lots": [],
        "figures": [], "reason": rows.reason,
    }  # fmt: skip
    if rows.reason is not None:
        return found
    for lot in rows.lots:
        chosen = _choose(lot, stage, aim=aim, least=least, unit=evidence.unit)
        if isinstance(chosen, str):
            return found | {"lots": [], "reason": chosen}
        found["lots"].append(chosen)
    cuts = np.full(evidence.n_images, np.nan)
    for lot, said in zip(rows.lots, found["lots"], strict=True):
        cuts[lot.judged] = said["threshold"]
    return found | {"figures": _judged(evidence, stage, cuts)}


def _choose(lot: Lot, stage: Stage, *, aim: Aim, least: float, unit: str) -> dict[str, Any] | str:
    """The threshold of a fold, or why it has none."""
    known = lot.known[lot.known["grade"].isin(stage.grades)]
    higher = known["grade"].isin(stage.higher).to_numpy(dtype=bool)
    side, grades = (higher, stage.higher) if aim == "sensitivity" else (~higher, stage.lower)
    n = int(known["patient_id"][side].nunique())
    if n < MIN_PATIENTS:
        named = "/".join(map(str, grades))
        return (
            f"only {n} {unit_noun(unit, n=n)} of grade {named} to choose it on for fold "
            f"{lot.fold}, fewer than {MIN_PATIENTS}"
        )
    p = known[STAGE_COLUMNS[STAGES.index(stage)]].to_numpy(dtype=np.float64)
    threshold = pick(p, higher, aim=aim, least=least)
    if threshold is None:
        return f"no threshold reaches this {aim} on the images of fold {lot.fold} to choose from"
    called = p >= threshold
    reached = float((called if aim == "sensitivity" else ~called)[side].mean())
    return {
        "fold": lot.fold,
        "threshold": threshold,
        "reached": reached,
        "n_images": len(known),
        "n_patients": int(known["patient_id"].nunique()),
    }


def pick(p: FloatArray, higher: NDArray[np.bool_], *, aim: Aim, least: float) -> float | None:
    """The threshold among the probabilities themselves; what has it or more is called higher.

    Args:
        p: `(n,)` probability of the higher side.
        higher: `(n,)` whether it is of the higher side; both sides are present.
        aim: What must be reached.
        least: How much of it.

    Returns:
        The highest threshold with that sensitivity, or the lowest with that specificity; None
        where only a threshold above every probability would do.
    """
    if aim == "sensitivity":
        scores = np.sort(p[higher])[::-1]
        # the k-th highest calls k of them, ties more
        return float(scores[int(np.ceil(least * len(scores) - 1e-9)) - 1])
    lower = np.sort(p[~higher])
    allowed = int(np.floor((1.0 - least) * len(lower) + 1e-9))
    candidates = np.unique(p)
    calls = len(lower) - np.searchsorted(lower, candidates, side="left")
    fine = candidates[calls <= allowed]
    return float(fine[0]) if len(fine) else None


def _judged(evidence: Evidence, stage: Stage, cuts: FloatArray) -> list[Figure]:
    """Figures where every image is held against the threshold of its own fold."""
    distinct = np.unique(cuts)
    if len(distinct) == 1:
        return StageThresholds.of(evidence, stage).at(float(distinct[0]))
    at = StageThresholds.of(_shifted(evidence, stage, cuts), stage)
    return [figure | {"threshold": None} for figure in at.at(0.5)]


def _shifted(evidence: Evidence, stage: Stage, cuts: FloatArray) -> Evidence:
    """The same images, with 1 for what its threshold calls higher and 0 for the others."""
    stages = evidence.sample.stages.copy()
    called: Mask = np.asarray(evidence.sample.p_of(stage) >= cuts)
    stages[:, STAGES.index(stage)] = called
    return replace(evidence, sample=replace(evidence.sample, stages=stages))
