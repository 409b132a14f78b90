"""Figures of an audit: each input beside chance, the majority and the full image, by patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.core.grades import N_GRADES, STAGES, Stage
from sgus.core.rng import generator
from sgus.report.figures import Estimate, Figure, Place, check_resamples, figure_object, too_few
from sgus.report.main_figures import FOUR_GRADES, Main, main_figures
from sgus.report.scopes import Sample
from sgus.stats.bootstrap import patient_weights, with_observed
from sgus.stats.draws import PatientDraws
from sgus.stats.paired import paired_difference
from sgus.stats.roc import area_under_roc
from sgus.workflows.audit_inputs import COMMONEST, FULL, MAJORITY, Shown

FloatArray = NDArray[np.float64]
Key = tuple[str, str]

FIGURES: Final[dict[Key, str]] = {
    (FOUR_GRADES, "accuracy"): "accuracy, four grades",
    (FOUR_GRADES, "quadratic_kappa"): "quadratic kappa, four grades",
    ("stage1", "accuracy"): "accuracy, 0/1 v 2/3",
    ("stage1", "auc"): "AUC, 0/1 v 2/3",
    ("stage2a", "balanced_accuracy"): "balanced accuracy, 0 v 1",
    ("stage2a", "auc"): "AUC, 0 v 1",
}
"""Scope and name of each figure, and what it is called."""
_FIXED: Final = {"quadratic_kappa": 0.0, "auc": 0.5, "balanced_accuracy": 0.5}
"""What an answer that knows nothing has, whatever it answers."""
_CENTRE: Final = [key for key in FIGURES if key[1] != "auc"]
_NO_SIDE: Final = "one of the two sides has no image"


@dataclass(frozen=True, eq=False)
class Drawn:
    """Images with their resamples, shared by all inputs so that differences are paired.

    Attributes:
        patients: `(n,)`.
        weights: `(1 + n_resamples, n)`, the first row as observed.
        draws: The same by patient.
        place: Where the figures stand.
    """

    patients: NDArray[Any]
    weights: FloatArray
    draws: PatientDraws
    place: Place

    @classmethod
    def of(
        cls, table: pd.DataFrame, *, n_resamples: int, seed: int, unit: str, where: str
    ) -> Drawn:
        """Draw patients.

        Raises:
            ConfigError: Too few resamples.
        """
        check_resamples(n_resamples)
        patients = table["patient_id"].to_numpy()
        rng = generator(seed, "patient bootstrap", "audit")
        weights = with_observed(patient_weights(patients, n_resamples=n_resamples, rng=rng))
        place = Place("", where, None, patients, seed, unit)
        return cls(patients, weights, PatientDraws.of(patients, weights), place)


def input_figures(shown: list[Shown], drawn: Drawn) -> list[Figure]:
    """Figures of every input.

    Args:
        shown: Answers in one order of images; the full image and the majority among them.
        drawn: Resamples of those images.

    Returns:
        A row an input and figure: `input, fill`, the figure object, `chance` (of answers with
        these frequencies given to images at random), `beside` (`of` what knows nothing, `value`,
        and `difference, low, high, reason`: this input minus it) and `from_full` (likewise, this
        input minus the full image).
    """
    found = {(one.what, one.fill): _estimates(one.table, drawn) for one in shown}
    rows: list[Figure] = []
    for one in shown:
        own = found[one.what, one.fill]
        for key in FIGURES:
            base = own[key]
            place = _place(drawn, key)
            ignorant = {name: found[name, ""][key] for name in (MAJORITY, COMMONEST)}
            full = found[FULL, ""][key]
            row: Figure = {"input": one.what, "fill": one.fill}
            row |= figure_object(base, place)
            row["chance"] = _by_chance(one.table, key)
            row["beside"] = _beside(base, ignorant, key, place)
            row["from_full"] = None if one.what == FULL else _minus(base, full, place)
            rows.append(row)
    return rows


def centre_figures(full: Shown, drawn: Drawn, learnt: Mapping[str, int]) -> list[Figure]:
    """Figures of the full image in each centre.

    Args:
        full: The answers to full images, with a column `centre`.
        drawn: Their resamples.
        learnt: For each centre, images of it that the judges of its own images had learnt from.

    Returns:
        A row a centre and figure: `centre`, `learnt_from` (bool), the figure object.
    """
    centre = full.table["centre"].to_numpy()
    names = sorted(set(centre))
    sample = Sample.of(full.table, drawn.weights)
    groups = main_figures(sample, drawn.draws, [centre == name for name in names])
    rows: list[Figure] = []
    for name, mains in zip(names, groups, strict=True):
        kept = _by_key(mains)
        for key in _CENTRE:
            said = {"centre": name or "not said", "learnt_from": learnt.get(name, 0) > 0}
            rows.append(said | figure_object(kept[key], _place(drawn, key)))
    return rows


def _place(drawn: Drawn, key: Key) -> Place:
    subset = "truth" if key[0].startswith("stage2") else None
    own = drawn.place
    return Place(key[0], own.where, subset, own.patients, own.seed, own.unit)


def _by_key(mains: list[Main]) -> dict[Key, Estimate]:
    return {(main.scope, main.estimate.figure): main.estimate for main in mains}


def _estimates(table: pd.DataFrame, drawn: Drawn) -> dict[Key, Estimate]:
    sample = Sample.of(table, drawn.weights)
    everything = np.ones(len(table), dtype=bool)
    found = _by_key(main_figures(sample, drawn.draws, [everything])[0])
    for at, stage in enumerate(STAGES[:2]):
        found[stage.name, "auc"] = _auc(sample, at, stage)
    return found


def _auc(sample: Sample, at: int, stage: Stage) -> Estimate:
    mine = np.isin(sample.grade, stage.grades)
    high = np.isin(sample.grade, stage.higher)
    values = area_under_roc(high[mine], sample.stages[mine, at], sample.weights[:, mine])
    sides = [("of the lower side", mine & ~high), ("of the higher side", mine & high)]
    return Estimate("auc", values, mine, _NO_SIDE, groups=sides)


def _beside(base: Estimate, ignorant: Mapping[str, Estimate], key: Key, place: Place) -> Figure:
    """This input minus what knowing nothing comes to.

    That is a fixed chance value, else the better of the folds' majority and the commonest grade
    of the images judged.
    """
    fixed = _FIXED.get(key[1])
    if fixed is None or base.values is None:
        better = max(ignorant, key=lambda name: _observed(ignorant[name]))
        return {"of": better} | _minus(base, ignorant[better], place)
    level = Estimate(base.figure, np.full_like(base.values, fixed), base.used, base.undefined)
    return {"of": "chance"} | _minus(base, level, place)


def _observed(estimate: Estimate) -> float:
    return -1.0 if estimate.values is None else float(np.nan_to_num(estimate.values[0], nan=-1.0))


def _minus(first: Estimate, second: Estimate, place: Place) -> Figure:
    nothing = {"value": None, "difference": None, "low": None, "high": None}
    if first.values is None or second.values is None:
        return nothing | {"reason": first.undefined}
    found = paired_difference(first.values, second.values)
    if found.difference is None:
        return nothing | {"value": found.second, "reason": first.undefined}
    why = too_few(first, place) or found.interval.reason
    return {
        "value": found.second,
        "difference": found.difference,
        "low": None if why else found.interval.low,
        "high": None if why else found.interval.high,
        "reason": f"no interval: {why}" if why else None,
    }


def _by_chance(table: pd.DataFrame, key: Key) -> float | None:
    """Expected figure when the very same answers are dealt to the images at random."""
    if key[1] in _FIXED:
        return _FIXED[key[1]]
    grade, predicted = table["grade"].to_numpy(), table["predicted"].to_numpy()
    if key[0] == STAGES[0].name:
        higher = np.isin(grade, STAGES[0].higher), table["p_stage1"].to_numpy() >= 0.5
        grade, predicted = (side.astype(np.int64) for side in higher)
    counts = (np.bincount(values, minlength=N_GRADES) for values in (grade, predicted))
    true, said = (count / max(1, len(table)) for count in counts)
    return float((true * said).sum())
