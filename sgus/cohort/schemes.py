"""The ways to divide patients into folds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pandas as pd

from sgus.cohort.assignment import assign_groups
from sgus.cohort.groups import Groups
from sgus.cohort.split_model import Fold
from sgus.core.errors import SplitError
from sgus.core.grades import GRADES
from sgus.core.registry import Registry
from sgus.core.rng import generator

_MINOR: Final = 0.25
"""Weight of centres and of the number of patients beside that of grades (1)."""


class Units:
    """The usable images as indivisible units: patients joined by the duplicates they share.

    Args:
        images: The usable rows of `Cohort.images`.
        duplicates: Image ids to keep together beside those of a patient.
    """

    def __init__(self, images: pd.DataFrame, duplicates: Sequence[Sequence[str]]) -> None:
        groups = Groups(images["image_id"])
        for _, ids in images.groupby("patient_id", sort=False)["image_id"]:
            groups.join(ids)
        for like in duplicates:
            groups.join(like)
        self.images = images
        self.members = groups.sets()
        row_of = {image_id: at for at, image_id in enumerate(images["image_id"])}
        rows = [[row_of[image_id] for image_id in ids] for ids in self.members]
        grades = images["grade"].to_numpy(dtype=np.int64)
        columns = [grades == grade for grade in GRADES]
        columns += [images["centre"].to_numpy() == centre for centre in images["centre"].unique()]
        by_image = np.column_stack(columns).astype(np.float64)  # (n_images, n_strata - 1)
        sums = np.array([by_image[found].sum(axis=0) for found in rows])
        self.strata = np.column_stack([sums, np.ones(len(rows))])  # (n_units, n_strata)
        self.weights = np.full(self.strata.shape[1], _MINOR)
        self.weights[: len(GRADES)] = 1.0
        self.centres = [set(images["centre"].iloc[found]) for found in rows]

    def divide(
        self, units: Sequence[int], shares: Sequence[float], *, seed: int, stream: str
    ) -> list[list[int]]:
        """Share `units` out; a share of 0 gets none."""
        used = [at for at, share in enumerate(shares) if share > 0]
        if len(units) < len(used):
            cause = f"{len(units)} patients cannot fill {len(used)} parts"
            raise SplitError(stream, cause, "Use more patients or fewer parts")
        parts = assign_groups(
            self.strata[list(units)],
            weights=self.weights,
            shares=np.array([shares[at] for at in used]) / sum(shares),
            rng=generator(seed, "split", stream),
        )
        divided: list[list[int]] = [[] for _ in shares]
        for unit, part in zip(units, parts, strict=True):
            divided[used[part]].append(unit)
        return divided

    def fold(self, name: str, parts: Sequence[Sequence[int]], *, held_out: str = "") -> Fold:
        """A fold of `(train, validation, test)` units, ids in the order of the cohort."""
        inside = [{i for unit in part for i in self.members[unit]} for part in parts]
        train, validation, test = (
            [i for i in self.images["image_id"] if i in chosen] for chosen in inside
        )
        return Fold(name=name, held_out=held_out, train=train, validation=validation, test=test)


def _holdout(
    units: Units, seed: int, fractions: tuple[float, float, float], folds: int, validation: float
) -> list[Fold]:
    everyone = range(len(units.members))
    return [units.fold("holdout", units.divide(everyone, fractions, seed=seed, stream="holdout"))]


def _kfold(
    units: Units, seed: int, fractions: tuple[float, float, float], folds: int, validation: float
) -> list[Fold]:
    everyone = range(len(units.members))
    tests = units.divide(everyone, [1 / folds] * folds, seed=seed, stream=f"{folds} folds")
    made = []
    for at, test in enumerate(tests, start=1):
        rest = sorted(set(everyone) - set(test))
        shares = (1 - validation, validation)
        parts = units.divide(rest, shares, seed=seed, stream=f"fold {at}")
        made.append(units.fold(str(at), [*parts, test]))
    return made


def _leave_one_centre_out(
    units: Units, seed: int, fractions: tuple[float, float, float], folds: int, validation: float
) -> list[Fold]:
    centres = sorted(units.images["centre"].unique())
    if len(centres) < 2 or "" in centres:
        cause = "some images have no centre" if "" in centres else "there is only one centre"
        raise SplitError("leave-one-centre-out", cause, "Fill in the column centre in images.csv")
    made = []
    for at, centre in enumerate(centres):
        test = [unit for unit, known in enumerate(units.centres) if centre in known]
        rest = [unit for unit, known in enumerate(units.centres) if centre not in known]
        shares = (1 - validation, validation)
        parts = units.divide(rest, shares, seed=seed, stream=f"without {centre}")
        fold = units.fold(fold_name(centres, at), [*parts, test], held_out=centre)
        # A patient seen in two centres is in neither side's training, and tested where seen.
        here = set(units.images.loc[units.images["centre"] == centre, "image_id"])
        made.append(fold.model_copy(update={"test": [i for i in fold.test if i in here]}))
    return made


def fold_name(centres: Sequence[str], at: int) -> str:
    """The centre as a directory can be called, numbered where two would be called the same."""
    names = [re.sub(r"[^\w]+", "-", centre).strip("-").casefold() or "centre" for centre in centres]
    plain = re.sub(r"[^\w]+", "-", centres[at]).strip("-") or "centre"
    return plain if names.count(names[at]) == 1 else f"{plain}-{at + 1}"


SCHEMES: Final[Registry[Callable[..., list[Fold]]]] = Registry(
    "split scheme",
    {"holdout": _holdout, "kfold": _kfold, "leave-one-centre-out": _leave_one_centre_out},
)
