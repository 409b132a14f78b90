"""Splits by patient: who is trained on, who chooses the epoch, who is the test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from sgus.cohort.duplicates import duplicate_groups
from sgus.cohort.leakage import verify_split
from sgus.cohort.manifest import Cohort
from sgus.cohort.schemes import SCHEMES, Units
from sgus.cohort.split_model import Fold, Split
from sgus.cohort.values import is_name
from sgus.core.errors import SplitError
from sgus.core.files import read_json, write_json

__all__ = [
    "FRACTIONS", "Fold", "Split", "load_split", "make_split", "save_split", "verify_split",
]  # fmt: skip

FRACTIONS: Final = (0.70, 0.15, 0.15)


def make_split(
    cohort: Cohort,
    scheme: str,
    *,
    seed: int = 0,
    name: str | None = None,
    fractions: tuple[float, float, float] = FRACTIONS,
    n_folds: int = 5,
    validation_fraction: float = 0.15,
    duplicates: Sequence[Sequence[str]] | None = None,
) -> Split:
    """Divide the usable images of a cohort by patient, grades in proportion.

    Args:
        cohort: What to divide.
        scheme: `holdout`, `kfold` or `leave-one-centre-out`.
        seed: The same seed gives the same split.
        name: Name of the split; the scheme's when None.
        fractions: Shares of training, validation and test in a holdout.
        n_folds: Folds of `kfold`.
        validation_fraction: Share of each fold's training side that becomes validation in
            `kfold` and `leave-one-centre-out`; 0 for none.
        duplicates: Images to keep together beside those of a patient; found by
            `duplicate_groups` when None.

    Raises:
        SplitError: There are too few patients or centres, images without a patient, or a setting
            is out of range.
    """
    name = scheme if name is None else name
    if not is_name(name):
        raise SplitError(f"split {name!r}", "this cannot be a file name", "Use letters and digits")
    make = SCHEMES[scheme]
    _check_shares(fractions, n_folds, validation_fraction)
    images = cohort.usable()
    _check_images(images)
    found = duplicate_groups(images) if duplicates is None else duplicates
    usable = set(images["image_id"])
    found = [kept for ids in found if len(kept := [i for i in ids if i in usable]) > 1]
    holdout = scheme == "holdout"
    return Split.parse(
        {
            "name": name,
            "scheme": scheme,
            "patient_unit": cohort.info.patient_unit,
            "seed": seed,
            "fractions": fractions if holdout else None,
            "validation_fraction": None if holdout else validation_fraction,
            "manifest_hash": cohort.manifest_hash,
            "n_images": len(images),
            "n_patients": images["patient_id"].nunique(),
            "left_out": [i for i in cohort.images["image_id"] if i not in usable],
            "duplicates": found,
            "folds": make(Units(images, found), seed, fractions, n_folds, validation_fraction),
        },
        source=f"split {name}",
    )


def load_split(cohort: Cohort, name: str) -> Split:
    """Read a split and verify it against the cohort as it is now.

    Raises:
        SplitError: There is none of this name, the cohort has changed, or the split leaks.
    """
    split = read_split(cohort, name)
    verify_split(split, cohort)
    return split


def save_split(split: Split, cohort: Cohort) -> Path:
    """Write `splits/NAME.json`; the same split again changes nothing.

    Raises:
        SplitError: Another split has this name: runs may refer to it.
    """
    path = split_path(cohort, split.name)
    if path.exists() and Split.parse(_read(path), source=path) != split:
        raise SplitError(path, "another split has this name", "Choose another with --name")
    write_json(path, split.model_dump(mode="json"))
    return path


def split_path(cohort: Cohort, name: str) -> Path:
    """Where a split of this name stands.

    Raises:
        SplitError: It cannot be a name.
    """
    if not is_name(name):
        raise SplitError(f"split {name!r}", "this cannot be a file name", "Use letters and digits")
    return cohort.root / "splits" / f"{name}.json"


def read_split(cohort: Cohort, name: str) -> Split:
    """Read a split as it stands, unverified; `load_split` is the safe way.

    Raises:
        SplitError: There is none of this name; the message lists those there are.
    """
    path = split_path(cohort, name)
    known = sorted(found.stem for found in path.parent.glob("*.json"))
    if name not in known:
        next_step = f"Use one of: {', '.join(known)}" if known else "Make one with `sgus split`"
        raise SplitError(f"split {name}", f"it is not in {path.parent}", next_step)
    return Split.parse(_read(path), source=path)


def _read(path: Path) -> dict[str, object]:
    values = read_json(path, SplitError, next_step="Make the split again")
    if not isinstance(values, dict):
        raise SplitError(path, "the file holds no JSON object", "Make the split again")
    return values


def _check_shares(
    fractions: tuple[float, float, float], n_folds: int, validation_fraction: float
) -> None:
    train, validation, test = fractions
    if min(train, test) <= 0 or validation < 0 or abs(sum(fractions) - 1) > 1e-6:
        cause = f"{train:g}, {validation:g} and {test:g} are not three shares of one whole"
        raise SplitError("fractions", cause, "Give three that sum to 1, such as 0.7 0.15 0.15")
    if n_folds < 2:
        raise SplitError("folds", f"{n_folds} is fewer than 2", "Use 2 or more, usually 5")
    if not 0 <= validation_fraction < 1:
        cause = f"{validation_fraction:g} is not from 0 to below 1"
        raise SplitError("validation fraction", cause, "Use 0.15, or 0 for no validation part")


def _check_images(images: pd.DataFrame) -> None:
    if images.empty:
        next_step = "See `python -m sgus check` and the column grade"
        raise SplitError("cohort", "no image is graded and not excluded", next_step)
    nobody = list(images.loc[images["patient_id"] == "", "image_id"])
    if nobody:
        shown = ", ".join(nobody[:10]) + (" …" if len(nobody) > 10 else "")
        raise SplitError(
            "cohort",
            f"{len(nobody)} images have no patient ({shown}), so they could stand on two sides",
            "Write their patient_id in images.csv, or exclude them with a reason",
        )
