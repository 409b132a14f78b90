"""Where readers disagree: figures of the boundaries between grades, for the page of observers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sgus.core.rng import generator
from sgus.stats.agreement.engine import estimate
from sgus.stats.agreement.family import Agreement
from sgus.stats.boundary import (
    ContestedItem,
    SwapMatrix,
    contested_items,
    disagreement_family,
    intra_disagreement_family,
    swap_family,
    swap_matrix,
)
from sgus.stats.boundary.swaps import ALL_ITEMS, BoolArray
from sgus.workflows.observer_groups import (
    EXPERIENCE,
    attributes_to_group_by,
    groups,
    reader_groups,
)
from sgus.workflows.observers import Observed

GROUPED_BY: Final = ("gland", "view", "device", "device_class", "centre")
"""What images are grouped by where they differ in it, in this order; other attributes of a cohort,
such as the age, are no question of the boundary."""
READERS: Final = "readers"
_POOLED: Final = "readers: "

Steps = tuple[int, int]


@dataclass(frozen=True)
class Disagreement:
    """Shares of disagreement, see `disagreement_family`.

    Attributes:
        between: Of two readers.
        within: Of one reader with itself; every figure is undefined without second readings.
        n_differing: Pairs of readings of one image by two readers that differ.
        n_met: Pairs of readings of one image by two readers.
        n_differing_within: The same of one reader's readings.
        n_met_within: Pairs of readings of one image by one reader.
    """

    between: tuple[Agreement, ...]
    within: tuple[Agreement, ...]
    n_differing: int
    n_met: int
    n_differing_within: int
    n_met_within: int

    def figure(self, statistic: str, form: str, *, within: bool = False) -> Agreement:
        """One figure.

        Args:
            statistic: `disagreement_rate`, `disagreement_share`, `crossing_share`, ….
            form: As between readers, such as `0/1`.
            within: Of a reader with itself.

        Raises:
            KeyError: There is no such figure.
        """
        ending = ", intra-reader" if within else ""
        wanted = {form + ending} if not within or form != "all readers" else {"intra-reader"}
        for one in self.within if within else self.between:
            if one.label.statistic == statistic and one.label.form in wanted:
                return one
        raise KeyError((statistic, form))


def disagreement(observed: Observed, *, n_resamples: int, seed: int) -> Disagreement:
    """Where the disagreement of two readers lies, and of readers with themselves.

    Args:
        observed: The readings.
        n_resamples: Resamples of patients.
        seed: Seed of the resamples.
    """
    between = disagreement_family(observed.panel)
    within = intra_disagreement_family(observed.readings)
    found = estimate(
        observed.panel, [between, within],
        n_resamples=n_resamples, rng=generator(seed, "disagreement"),
    )  # fmt: skip
    n = len(between.labels)
    counts = []
    for family in (between, within):  # a rate's features: parts, then wholes
        sums = family.features.sum(axis=0)
        counts += [round(float(sums[at])) for at in (0, len(family.labels))]
    return Disagreement(tuple(found[:n]), tuple(found[n:]), *counts)


@dataclass(frozen=True)
class GroupedRate:
    """Swap rates of one group.

    Attributes:
        attribute: What is grouped by, such as `gland`; `readers` for groups of readers; "" for
            all images.
        group: Its value, such as `parotid`.
        rate: Of all pairs of readings.
        within: Of those in which both grades are one of the two.
    """

    attribute: str
    group: str
    rate: Agreement
    within: Agreement


@dataclass(frozen=True, eq=False)
class Swaps:
    """Swaps over one boundary.

    Attributes:
        boundary: The two grades.
        matrix: Of every two readers.
        groups: All images first, then each group.
    """

    boundary: Steps
    matrix: SwapMatrix
    groups: tuple[GroupedRate, ...]


def swaps(observed: Observed, boundary: Steps, *, n_resamples: int, seed: int) -> Swaps:
    """How often readers give an image the two grades on either side of a boundary.

    Args:
        observed: The readings.
        boundary: Two neighbouring grades.
        n_resamples: Resamples of patients.
        seed: Seed of the resamples.

    Raises:
        ValueError: The boundary is none of the scale.
    """
    masks = _item_groups(observed)
    by_experience = reader_groups(observed, EXPERIENCE)
    family = swap_family(
        observed.panel, boundary,
        groups={_joined(*key): mask for key, mask in masks.items()},
        reader_groups=by_experience if len(by_experience) > 1 else {},
    )  # fmt: skip
    found = estimate(
        observed.panel, [family], n_resamples=n_resamples, rng=generator(seed, "swaps", *boundary)
    )
    named = {_joined(*key): key for key in masks} | {ALL_ITEMS: ("", ALL_ITEMS)}
    rates = {(one.label.form, one.label.statistic): one for one in found}
    rows = []
    for form in dict.fromkeys(one.label.form for one in found):
        if form is None or form == "pair":
            continue
        key = named.get(form, (READERS, form.removeprefix(_POOLED)))
        pair = rates[form, "swap_rate"], rates[form, "swap_rate_within"]
        rows.append(GroupedRate(*key, *pair))
    return Swaps(boundary, swap_matrix(observed.panel, boundary), tuple(rows))


def _joined(attribute: str, group: str) -> str:
    return f"{attribute} = {group}"  # two attributes may share a value, such as `not stated`


def _item_groups(observed: Observed) -> Mapping[tuple[str, str], BoolArray]:
    known = attributes_to_group_by(observed)
    # What a table of ratings says beside them was put there to be looked at.
    wanted = GROUPED_BY if observed.manifest_hash else (*GROUPED_BY, *known)
    return {
        (attribute, value): mask
        for attribute in dict.fromkeys(wanted)
        if attribute in known
        for value, mask in groups(observed, attribute).items()
    }


def contested(observed: Observed, boundary: Steps | None) -> list[ContestedItem]:
    """Images in the order of disagreement, see `contested_items`."""
    return contested_items(observed.panel, boundary=boundary)
