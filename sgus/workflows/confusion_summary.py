"""How many images cross a boundary, in which direction and in which group, with intervals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.rng import generator
from sgus.stats.bootstrap import patient_weights, with_observed
from sgus.stats.confusion import ratio
from sgus.stats.draws import PatientDraws

if TYPE_CHECKING:
    from sgus.workflows.confusions import BoundaryView

BoolArray = NDArray[np.bool_]

N_RESAMPLES: Final = 2000
GROUPED_BY: Final = ("gland", "centre", "device")
EVERYTHING: Final = "all"
HIGHER: Final = "called higher"
LOWER: Final = "called lower"
CROSSED: Final = "crossed"
APART: Final = 0.4
"""Share of pairs of readings on different sides from which readers are called divided: 2 v 3 of
five readings is 0.6, 1 v 4 is 0.4."""


@dataclass(frozen=True)
class Share:
    """Which share of the images crosses.

    Attributes:
        what: `called higher` (of the images that readers put on the lower side), `called lower`
            (of those on the upper side), or `crossed` (of all).
        exact: Only the two grades of the boundary count: of grade 0, those called 1.
        group: `all`, or `gland`, `centre`, `device`.
        value: Which one of the group; `all`.
        n_crossed: Images that cross.
        n_images: Images that could.
        n_patients: Their patients.
        share: `n_crossed / n_images`; None where there is no image.
        low: Lower end of the 95 % interval, or None.
        high: Upper end, or None.
        reason: Why share or interval is missing, or None.
        unit: What was resampled: `patient` or `group`.
    """

    what: str
    exact: bool
    group: str
    value: str
    n_crossed: int
    n_images: int
    n_patients: int
    share: float | None
    low: float | None
    high: float | None
    reason: str | None
    unit: str


def summary(view: BoundaryView, *, n_resamples: int = N_RESAMPLES, seed: int = 0) -> list[Share]:
    """Count the crossings: in each direction and together, of all and by gland, centre, device.

    Percentile intervals of the patient bootstrap. A group that all images share, or that is not
    known, is left out.

    Args:
        view: The boundary.
        n_resamples: Resamples, 40 or more.
        seed: Of the resamples.

    Raises:
        ConfigError: There are too few resamples.
    """
    from sgus.report.figures import Estimate, Place, check_resamples, figure_object, unit_noun

    check_resamples(n_resamples)
    patients = view.rows["patient_id"].to_numpy(dtype=object)
    rng = generator(seed, "crossings", view.boundary.name, view.part)
    weights = with_observed(patient_weights(patients, n_resamples=n_resamples, rng=rng))
    draws = PatientDraws.of(patients, weights)
    place = Place(view.boundary.name, view.part, None, patients, seed, view.unit)
    asked = list(_asked(view))
    columns = [mask for one in asked for mask in (one.crossed & one.could, one.could)]
    sums = draws.sums(np.stack(columns, axis=1).astype(np.float64))
    shares = []
    for at, one in enumerate(asked):
        values = ratio(sums[:, 2 * at], sums[:, 2 * at + 1])
        figure = figure_object(Estimate(one.what, values, one.could, "no such image"), place)
        shares.append(
            Share(
                one.what, one.exact, one.group, one.value, int(sums[0, 2 * at]),
                figure["n_images"], figure["n_patients"], figure["value"], figure["low"],
                figure["high"], figure["reason"], unit_noun(view.unit, n=1),
            )
        )  # fmt: skip
    return shares


@dataclass(frozen=True)
class Divided:
    """How often readers are divided themselves: on images that cross, and on the others.

    Only images with two readings or more count.

    Attributes:
        n_crossed: Images that cross.
        n_crossed_divided: Those of them whose readers are divided (`APART`).
        n_others: Images that do not cross.
        n_others_divided: Those of them whose readers are divided.
        n_patients: Patients of all these images.
        difference: Share of the crossed less share of the others, -1 to 1; None where one of the
            two has no image.
        low: Lower end of its 95 % interval, or None.
        high: Upper end, or None.
        reason: Why difference or interval is missing, or None.
        unit: What was resampled: `patient` or `group`.
    """

    n_crossed: int
    n_crossed_divided: int
    n_others: int
    n_others_divided: int
    n_patients: int
    difference: float | None
    low: float | None
    high: float | None
    reason: str | None
    unit: str


def readers_divided(
    view: BoundaryView, *, n_resamples: int = N_RESAMPLES, seed: int = 0
) -> Divided:
    """Hold crossed images against the others: on which are readers divided more often?

    Percentile interval of the patient bootstrap, both shares from the same resamples.

    Args:
        view: The boundary.
        n_resamples: Resamples, 40 or more.
        seed: Of the resamples.

    Raises:
        ConfigError: There are too few resamples.
    """
    from sgus.report.figures import Estimate, Place, check_resamples, figure_object, unit_noun

    check_resamples(n_resamples)
    patients = view.rows["patient_id"].to_numpy(dtype=object)
    apart = view.rows["readers_apart"].to_numpy(dtype=np.float64, na_value=np.nan)
    known, divided = ~np.isnan(apart), apart >= APART
    crossed, others = known & view.cell(CROSSED), known & ~view.cell(CROSSED)
    rng = generator(seed, "readers divided", view.boundary.name, view.part)
    weights = with_observed(patient_weights(patients, n_resamples=n_resamples, rng=rng))
    columns = [crossed & divided, crossed, others & divided, others]
    sums = PatientDraws.of(patients, weights).sums(np.stack(columns, axis=1).astype(np.float64))
    less = ratio(sums[:, 0], sums[:, 1]) - ratio(sums[:, 2], sums[:, 3])
    groups = [("of the crossed images", crossed), ("of the others", others)]
    figure = figure_object(
        Estimate("divided", less, known, "no image to compare with", groups=groups),
        Place(view.boundary.name, view.part, None, patients, seed, view.unit),
    )
    counts = [int(mask.sum()) for mask in columns]
    return Divided(
        counts[1], counts[0], counts[3], counts[2], figure["n_patients"], figure["value"],
        figure["low"], figure["high"], figure["reason"], unit_noun(view.unit, n=1),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Asked:
    what: str
    exact: bool
    group: str
    value: str
    crossed: BoolArray
    could: BoolArray


def _asked(view: BoundaryView) -> Iterator[_Asked]:
    rows, at = view.rows, view.boundary
    grade, said = (rows[name].to_numpy(dtype=np.int64) for name in ("grade", "predicted"))
    for group, value, members in _groups(rows):
        for exact in (False, True):
            crossing = at.crossing(grade, said, adjacent=exact)
            base = members & np.isin(grade, at.grades) if exact else members
            upper = at.is_higher(grade)
            yield _Asked(HIGHER, exact, group, value, crossing > 0, base & ~upper)
            yield _Asked(LOWER, exact, group, value, crossing < 0, base & upper)
            yield _Asked(CROSSED, exact, group, value, crossing != 0, base)


def _groups(rows: Any) -> Iterator[tuple[str, str, BoolArray]]:
    yield EVERYTHING, EVERYTHING, np.ones(len(rows), dtype=bool)
    for group in GROUPED_BY:
        values = rows[group].to_numpy(dtype=object)
        known = sorted(set(values) - {""})
        for value in known if len(known) > 1 else ():
            yield group, value, np.asarray(values == value, dtype=bool)
