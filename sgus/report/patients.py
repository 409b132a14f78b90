"""A patient's glands together: highest grade, sum, glands of grade 2 or above, any of them.

An examination is a patient's visit. Several images of a gland count as one reading, their median
(the lower of two middle grades), for the truth and for the prediction alike, so that both are
over the same glands. The sum is compared only where all four glands were seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.core.grades import N_GRADES, PATHOLOGICAL_FROM
from sgus.report.evidence import Evidence
from sgus.report.figures import Estimate, Figure, FloatArray, Mask
from sgus.stats.agreement.quadratic import quadratic_kappa
from sgus.stats.confusion import ratio
from sgus.stats.operating import operating_figures
from sgus.stats.patient_level import GLANDS, Summaries, gland_medians, summarise
from sgus.stats.thresholds import Counts

_METHOD: Final = (
    "Several images of a gland count as one reading, their median (the lower of two middle "
    "grades), for truth and prediction alike. Only glands that have both count. The sum is over "
    "four glands, 0 to 12; examinations with fewer are left out of it."
)
_MERGED: Final = (
    "it is not known which images are of one patient: a group may hold several patients, and the "
    "glands of several are no examination"
)
_ANY: Final = f"any_{PATHOLOGICAL_FROM}_or_above"


@dataclass(frozen=True, eq=False)
class _Examinations:
    """Glands and examinations, true and predicted.

    Attributes:
        names: `(n, 2)` patient and visit.
        of_image: `(n_images,)` index of the examination, -1 where the gland is not known.
        patient: `(n,)` index of the patient.
        n_images: `(n,)` images of the known glands.
        truth: Summaries of the true grades.
        predicted: Summaries of the predicted grades.
    """

    names: list[tuple[str, str]]
    of_image: NDArray[np.int64]
    patient: NDArray[np.int64]
    n_images: NDArray[np.int64]
    truth: Summaries
    predicted: Summaries


def patient_level(evidence: Evidence) -> dict[str, Any]:
    """Summaries of each examination, true against predicted.

    Args:
        evidence: The images judged, with gland, side and visit as the cohort says them.

    Returns:
        `figures` (scope `highest_grade`, `sum`, `glands_2_or_above`, `any_2_or_above`), with
        `n_examinations`; `examinations`: a row each; `left_out`: images whose gland or side is not
        known; `method`; `reason` where there is no examination.
    """
    gland, side = evidence.text("gland"), evidence.text("side")
    known = (gland != "") & (side != "")
    section: dict[str, Any] = {
        "method": _METHOD,
        "n_examinations": 0,
        "n_patients": 0,
        "left_out": int((~known).sum()),
        "figures": [],
        "examinations": [],
        "reason": None,
    }
    if evidence.unit != "patient":
        return section | {"reason": _MERGED}
    if not known.any():
        return section | {"reason": "the cohort does not say gland and side of these images"}
    found = _examinations(evidence, known, gland, side)
    return section | {
        "n_examinations": len(found.names),
        "n_patients": len(np.unique(found.patient)),
        "figures": _figures(evidence, found),
        "examinations": _rows(found),
    }


def _examinations(
    evidence: Evidence, known: Mask, gland: NDArray[Any], side: NDArray[Any]
) -> _Examinations:
    keys = ["patient", "visit"]
    table = pd.DataFrame(
        {
            "patient": evidence.rows["patient_id"].to_numpy(dtype=object),
            "visit": evidence.text("visit"),
            "gland": gland,
            "side": side,
        }
    )[known]
    gland_names = table.groupby([*keys, "gland", "side"]).ngroup()
    visit_names = table.groupby(keys).ngroup()
    of_gland, of_visit = (np.asarray(x, dtype=np.int64) for x in (gland_names, visit_names))
    n, n_glands = int(of_visit.max()) + 1, int(of_gland.max()) + 1
    visit_of_gland = np.zeros(n_glands, dtype=np.int64)
    visit_of_gland[of_gland] = of_visit
    patient = np.zeros(n, dtype=np.int64)
    patient[of_visit] = evidence.draws.patient[known]
    of_image = np.full(len(known), -1, dtype=np.int64)
    of_image[known] = of_visit

    def summaries(grades: NDArray[np.int64]) -> Summaries:
        medians = gland_medians(np.asarray(grades[known]), of_gland, n_glands=n_glands)
        return summarise(medians, visit_of_gland, n=n, cut=PATHOLOGICAL_FROM)

    sorted_as_numbered = table[keys].drop_duplicates().sort_values(keys)
    names = list(sorted_as_numbered.itertuples(index=False, name=None))
    images = np.bincount(of_visit, minlength=n)
    sample = evidence.sample
    truth, predicted = summaries(sample.grade), summaries(sample.predicted)
    return _Examinations(names, of_image, patient, images, truth, predicted)


def _figures(evidence: Evidence, found: _Examinations) -> list[Figure]:
    everything = np.ones(len(found.names), dtype=bool)
    four = found.truth.n_glands == GLANDS
    truth, said = found.truth, found.predicted
    whole = [
        ("highest_grade", truth.highest, said.highest, N_GRADES, everything),
        ("sum", truth.total, said.total, GLANDS * (N_GRADES - 1) + 1, four),
        ("glands_2_or_above", truth.affected, said.affected, GLANDS + 1, everything),
    ]
    made = _Made(evidence, found)
    figures = [f for name, a, b, k, used in whole for f in made.ordinal(name, a, b, k, used)]
    return figures + made.binary(truth.affected > 0, said.affected > 0)


@dataclass(frozen=True, eq=False)
class _Made:
    """Figures of examinations, resampled with their patients."""

    evidence: Evidence
    found: _Examinations

    def sums(self, features: FloatArray) -> FloatArray:
        """`(n_examinations, k)` to `(1 + n_resamples, k)`."""
        counts = self.evidence.draws.counts
        return counts[:, self.found.patient] @ features

    def ordinal(
        self,
        scope: str,
        truth: NDArray[np.int64],
        said: NDArray[np.int64],
        k: int,
        used: Mask,
    ) -> list[Figure]:
        """Accuracy, kappa, and how far off and to which side, in grades or glands."""
        cells = np.zeros((len(truth), k * k))
        rows = np.flatnonzero(used)
        cells[rows, truth[rows] * k + said[rows]] = 1.0
        matrix = self.sums(cells).reshape(-1, k, k)
        n = matrix.sum(axis=(-2, -1))
        step = np.arange(k)
        off = step[None, :] - step[:, None]  # predicted minus true
        values = {
            "accuracy": ratio(np.trace(matrix, axis1=-2, axis2=-1), n),
            "quadratic_kappa": quadratic_kappa(matrix),
            "mean_absolute_error": ratio((matrix * np.abs(off)).sum(axis=(-2, -1)), n),
            "mean_difference": ratio((matrix * off).sum(axis=(-2, -1)), n),
        }
        none = "no examination has all four glands" if scope == "sum" else "no such examination"
        same = "all examinations have one and the same value, true and predicted"
        reasons = dict.fromkeys(values, none)
        if used.any():
            reasons["quadratic_kappa"] = same
        return [self.figure(name, v, scope, used, reasons[name]) for name, v in values.items()]

    def binary(self, truth: Mask, said: Mask) -> list[Figure]:
        """Figures of the call that any gland is of grade 2 or above."""
        cells = np.stack([truth & said, ~truth & said, truth, ~truth], axis=1)
        counts = Counts(*self.sums(cells.astype(np.float64)).T)
        tp, fp, fn, tn = counts.tp, counts.fp, counts.fn, counts.tn
        matrix = np.stack([np.stack([tn, fp], -1), np.stack([fn, tp], -1)], -2)
        values = operating_figures(counts) | {"kappa": quadratic_kappa(matrix)}
        everything = np.ones(len(truth), dtype=bool)
        positive, negative = ("with such a gland", truth), ("without such a gland", ~truth)
        called, not_called = ("called so", said), ("not called so", ~said)
        groups: dict[str, list[tuple[str, Mask]]] = {
            "sensitivity": [positive],
            "specificity": [negative],
            "positive_predictive_value": [called],
            "negative_predictive_value": [not_called],
            "balanced_accuracy": [positive, negative],
        }
        return [
            self.figure(
                name,
                v,
                _ANY,
                np.any([mask for _, mask in groups.get(name, [("", everything)])], axis=0),
                _none_of(groups.get(name, [("", everything)])),
                groups.get(name, ()),
            )
            for name, v in values.items()
        ]

    def figure(
        self, name: str, values: FloatArray, scope: str, used: Mask, why: str, groups: Any = ()
    ) -> Figure:
        """A figure over examinations, with the images that they hold."""
        of_images = [(what, self._images(mask)) for what, mask in groups]
        estimate = Estimate(name, values, self._images(used), why, groups=of_images)
        made = self.evidence.figure(estimate, scope)
        return made | {"n_examinations": int(used.sum())}

    def _images(self, examinations: Mask) -> Mask:
        of_image = self.found.of_image
        return np.asarray((of_image >= 0) & examinations[of_image])


def _none_of(groups: list[tuple[str, Mask]]) -> str:
    empty = "; ".join(f"no examination {name}" for name, mask in groups if not mask.any())
    return empty or "all examinations are alike, true and predicted"


def _rows(found: _Examinations) -> list[dict[str, Any]]:
    truth, said = found.truth, found.predicted
    return [
        {
            "patient_id": patient,
            "visit": visit,
            "n_images": int(found.n_images[i]),
            "n_glands": int(truth.n_glands[i]),
            "highest_true": int(truth.highest[i]),
            "highest_predicted": int(said.highest[i]),
            "sum_true": int(truth.total[i]),
            "sum_predicted": int(said.total[i]),
            "glands_2_or_above_true": int(truth.affected[i]),
            "glands_2_or_above_predicted": int(said.affected[i]),
        }
        for i, (patient, visit) in enumerate(found.names)
    ]
