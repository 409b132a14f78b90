"""What a cross-table of grades says: kappas, and accuracy over all grades and in each stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgus.core.grades import GRADES, STAGES
from sgus.stats.agreement.cohen import WEIGHTINGS, cohen_kappas
from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Measure:
    """One figure of a cross-table.

    Attributes:
        statistic: `cohen_kappa` or `accuracy`.
        weights: Of a kappa, or None.
        scope: `four_grades` (`all_grades` on another scale), or the name of a stage.
    """

    statistic: str
    weights: str | None
    scope: str


def whole_scale(scale: Sequence[int]) -> str:
    """Name of the scope that holds every grade."""
    return "four_grades" if tuple(scale) == GRADES else "all_grades"


def measures_of(scale: Sequence[int]) -> tuple[Measure, ...]:
    """The figures there are on a scale; stages only on the OMERACT scale."""
    everything = whole_scale(scale)
    kappas = [Measure("cohen_kappa", weights, everything) for weights in WEIGHTINGS]
    scopes = [scope for scope, _, _ in accuracy_masks(scale)]
    return (*kappas, *(Measure("accuracy", None, scope) for scope in scopes))


def accuracy_masks(scale: Sequence[int]) -> list[tuple[str, FloatArray, FloatArray]]:
    """Which cells of a cross-table count as right, and which count at all, in each scope.

    Stage 1 asks for the side of the threshold. In the second stages only items whose reference
    (across) is one of the two grades count, and only that grade is right: a 2 where the reference
    says 1 is as wrong as a 0. The items are thus the same for everyone who is compared.

    Args:
        scale: The grades.

    Returns:
        Scope, right `(k, k)` and counted `(k, k)`, of 0 and 1.
    """
    k = len(scale)
    same, everything = np.eye(k), np.ones((k, k))
    found = [(whole_scale(scale), same, everything)]
    for stage in STAGES if tuple(scale) == GRADES else ():
        high = np.isin(scale, stage.higher)
        across = np.isin(scale, stage.grades)
        all_grades = bool(across.all())
        right = high[:, None] == high if all_grades else same * across
        found.append((stage.name, right.astype(np.float64), everything * across))
    return found


def figures_of_tables(tables: FloatArray, scale: Sequence[int]) -> FloatArray:
    """All figures of cross-tables.

    Args:
        tables: `(..., k * k)`, grades down by reference across.
        scale: The k grades.

    Returns:
        `(..., n_measures)` in the order of `measures_of`; NaN where undefined.
    """
    masks = accuracy_masks(scale)
    right = np.stack([one.ravel() for _, one, _ in masks], axis=1)
    counted = np.stack([one.ravel() for _, _, one in masks], axis=1)
    kappas = cohen_kappas(tables, tuple(scale))
    return np.concatenate([kappas, ratio(tables @ right, tables @ counted)], axis=-1)


def why_undefined(measure: Measure, table: FloatArray, scale: Sequence[int]) -> str:
    """Why a figure of a cross-table that holds items is undefined.

    Args:
        measure: The figure.
        table: `(k, k)`.
        scale: The k grades.
    """
    if measure.statistic == "accuracy":
        stage = next(stage for stage in STAGES if stage.name == measure.scope)
        return f"no item here has a consensus of {' or '.join(map(str, stage.grades))}"
    grade = scale[int(np.argmax(np.diag(table)))]
    return (
        f"both gave grade {grade} to every item, so that chance leaves no disagreement to "
        "compare with"
    )
