"""ROC and precision-recall of each stage, and its figures at a threshold that is dragged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sgus.core.grades import STAGES, Stage
from sgus.report.evidence import Evidence
from sgus.report.figures import Estimate, Figure, FloatArray, Mask, unit_noun
from sgus.report.scopes import CUT, belongs
from sgus.stats import curves
from sgus.stats.bands import percentile_band
from sgus.stats.bootstrap import MIN_PATIENTS
from sgus.stats.operating import operating_figures
from sgus.stats.thresholds import Counts, Thresholds

_CAUTION: Final = (
    "A threshold that was picked by looking at these images makes its figures too good: pick it on "
    "other images, or from what a miss and a false alarm cost."
)


@dataclass(frozen=True, eq=False)
class StageThresholds:
    """A stage at every threshold; made once, asked each time the threshold moves.

    Attributes:
        stage: The stage.
        evidence: Its images among others.
        thresholds: Counted for each patient.
        used: `(n_images,)` images whose true grade the stage decides between.
        higher: `(n_images,)` those of them that are of the higher side.
    """

    stage: Stage
    evidence: Evidence
    thresholds: Thresholds
    used: Mask
    higher: Mask

    @classmethod
    def of(cls, evidence: Evidence, stage: Stage) -> StageThresholds:
        """Sort the probabilities of a stage and count them."""
        sample, used = evidence.sample, belongs(evidence.sample, stage)
        higher = np.isin(sample.grade, stage.higher)
        found = Thresholds.of(higher, sample.p_of(stage), evidence.draws, used=used)
        return cls(stage, evidence, found, used, used & higher)

    @property
    def subset(self) -> str | None:
        """`truth` for the second stages: images truly of the branch, whatever stage 1 said."""
        return None if self.stage is STAGES[0] else "truth"

    def sides(self) -> tuple[tuple[str, Mask], tuple[str, Mask]]:
        """Name and mask of the images of the lower and of the higher side."""
        lower, higher = (
            "/".join(map(str, grades)) for grades in (self.stage.lower, self.stage.higher)
        )
        return (f"of grade {lower}", self.used & ~self.higher), (
            f"of grade {higher}",
            self.higher,
        )

    def at(self, threshold: float) -> list[Figure]:
        """Figures of the decision at a threshold: higher where the probability is it or more.

        Args:
            threshold: From 0 to 1; a tie goes to the higher side.

        Returns:
            A figure each, with `threshold`; the counts `true_positives` … have no interval.
        """
        counts = self.thresholds.at(threshold)
        called = self.evidence.sample.p_of(self.stage) >= threshold
        groups = self._groups(called)
        made = [
            _estimate(name, values, groups[name])
            for name, values in operating_figures(counts).items()
        ]
        made += _counted(counts, called=called, used=self.used, higher=self.higher)
        return self.evidence.figures(
            made, self.stage.name, subset=self.subset, threshold=float(threshold)
        )

    def _groups(self, called: Mask) -> dict[str, list[tuple[str, Mask]]]:
        lower, higher = self.sides()
        yes = ("called higher", self.used & called)
        no = ("called lower", self.used & ~called)
        everything = ("", self.used)
        return {
            "sensitivity": [higher],
            "specificity": [lower],
            "positive_predictive_value": [yes],
            "negative_predictive_value": [no],
            "accuracy": [everything],
            "balanced_accuracy": [lower, higher],
        }


def stage_curves(evidence: Evidence) -> dict[str, Any]:
    """Curves of every stage, with their areas.

    Args:
        evidence: A part of a run.

    Returns:
        `figures`: `auc`, `average_precision` and `prevalence` of each stage (a model that ranks at
        random has the prevalence as its average precision), and the figures at 0.5. `curves`: for
        each stage its points (columns of equal length: threshold, sensitivity, specificity,
        false_positive_rate, precision, called higher) and two pointwise 95 % bands, null with
        `band_reason` where a side has fewer than five patients.
    """
    figures: list[Figure] = []
    found: list[dict[str, Any]] = []
    for stage in STAGES:
        at = StageThresholds.of(evidence, stage)
        counts = at.thresholds.everywhere()
        figures += _areas(at, counts) + at.at(CUT)
        found.append(_curve(at, counts))
    return {"figures": figures, "curves": found, "caution": _CAUTION}


def _areas(at: StageThresholds, counts: Counts) -> list[Figure]:
    sides = list(at.sides())
    made = [
        _estimate("auc", curves.area_under_curve(counts), sides),
        _estimate("average_precision", curves.average_precision(counts), sides[1:]),
        _estimate("prevalence", curves.prevalence(counts), [("", at.used)]),
    ]
    return at.evidence.figures(made, at.stage.name, subset=at.subset)


def _curve(at: StageThresholds, counts: Counts) -> dict[str, Any]:
    first = counts.observed()
    points = operating_figures(first)
    specificity = points["specificity"]
    few = _too_few(at)
    return {
        "scope": at.stage.name,
        "subset": at.subset,
        "n_images": int(at.used.sum()),
        "n_patients": len(np.unique(at.evidence.draws.patient[at.used])),
        "points": {
            "threshold": [None, *at.thresholds.scores.tolist()],
            "sensitivity": _plain(points["sensitivity"]),
            "specificity": _plain(specificity),
            "false_positive_rate": _plain(1.0 - specificity),
            "precision": _plain(points["positive_predictive_value"]),
            "called_higher": (first.tp + first.fp).astype(int).tolist(),
        },
        "roc_band": None if few else _band(curves.sensitivity_at(counts)),
        "precision_recall_band": None if few else _band(curves.precision_at(counts)),
        "band_reason": few,
    }


def _band(values: FloatArray) -> dict[str, list[float | None]]:
    band = percentile_band(values)
    return {
        "at": curves.GRID.tolist(),
        "value": _plain(values[0]),
        "low": _plain(band.low),
        "high": _plain(band.high),
    }


def _too_few(at: StageThresholds) -> str | None:
    for name, mask in at.sides():
        n = len(np.unique(at.evidence.draws.patient[mask]))
        if n < MIN_PATIENTS:
            noun = unit_noun(at.evidence.unit, n=n)
            return f"no band: only {n} {noun} {name}, fewer than {MIN_PATIENTS}"
    return None


def _estimate(name: str, values: FloatArray, groups: list[tuple[str, Mask]]) -> Estimate:
    used = np.any([mask for _, mask in groups], axis=0)
    empty = "; ".join(f"no image {what}".rstrip() for what, mask in groups if not mask.any())
    return Estimate(name, values, used, empty or "there is no such image", groups=groups)


def _counted(counts: Counts, *, called: Mask, used: Mask, higher: Mask) -> list[Estimate]:
    cells = {
        "true_positives": (counts.tp, used & higher & called),
        "false_positives": (counts.fp, used & ~higher & called),
        "false_negatives": (counts.fn, used & higher & ~called),
        "true_negatives": (counts.tn, used & ~higher & ~called),
    }
    return [
        Estimate(name, values, mask, "", counted=True) for name, (values, mask) in cells.items()
    ]


def _plain(values: FloatArray) -> list[float | None]:
    return [None if np.isnan(value) else value for value in values.tolist()]
