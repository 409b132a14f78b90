"""A split is refused when anyone, or any picture, stands on two sides of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from sgus.cohort.duplicates import duplicate_groups
from sgus.cohort.manifest import Cohort
from sgus.cohort.split_model import Fold, Split
from sgus.core.errors import SplitError

_SHOWN: Final = 20


def verify_split(
    split: Split, cohort: Cohort, duplicates: Sequence[Sequence[str]] | None = None
) -> None:
    """Refuse a split that leaks, does not cover the cohort, or was made for another manifest.

    Args:
        split: What to verify.
        cohort: The cohort it divides.
        duplicates: Identical and nearly identical images; `duplicate_groups` when None. Those the
            split itself records count as well.

    Raises:
        SplitError: With the images concerned.
    """
    item = f"split {split.name}"
    if split.manifest_hash != cohort.manifest_hash:
        raise SplitError(
            item,
            f"the cohort has changed since it was made (manifest {cohort.manifest_hash[:12]}, "
            f"the split's is {split.manifest_hash[:12]})",
            "Restore images.csv, or make a split of another name",
        )
    usable = cohort.usable()
    patients = dict(zip(usable["image_id"], usable["patient_id"], strict=True))
    centres = dict(zip(usable["image_id"], usable["centre"], strict=True))
    found = duplicate_groups(usable) if duplicates is None else duplicates
    together = [*found, *split.duplicates]
    problems = list(_coverage(split, patients, centres))
    for fold in split.folds:
        problems += _fold_problems(fold, patients, together)
    if problems:
        more = [f"and {len(problems) - _SHOWN} more"] if len(problems) > _SHOWN else []
        lines = "\n".join(f"  {problem}" for problem in [*problems[:_SHOWN], *more])
        raise SplitError(item, f"it cannot be used\n{lines}", "\nMake the split again")


def _fold_problems(
    fold: Fold, patients: Mapping[str, str], together: Iterable[Sequence[str]]
) -> Iterator[str]:
    sides: dict[str, set[str]] = defaultdict(set)
    for part, ids in fold.parts().items():
        for image_id, count in Counter(ids).items():
            sides[image_id].add(part)
            if count > 1:
                yield f"fold {fold.name}: image {image_id} stands {count} times in {part}"
        if not ids and part != "validation":
            yield f"fold {fold.name}: {part} is empty"
    for image_id in sides:
        if image_id not in patients:
            yield f"fold {fold.name}: image {image_id} is unknown, excluded or not graded"
        elif len(sides[image_id]) > 1:
            yield f"fold {fold.name}: image {image_id} is in {_and(sides[image_id])}"
    members: dict[str, list[str]] = defaultdict(list)
    for image_id in sides:
        members[patients.get(image_id, "")].append(image_id)
    for patient, ids in members.items():
        if patient:
            yield from _apart(fold, f"patient {patient}", ids, sides)
    for like in together:
        yield from _apart(fold, "one picture", [i for i in like if i in sides], sides)


def _apart(
    fold: Fold, who: str, ids: Sequence[str], sides: Mapping[str, set[str]]
) -> Iterator[str]:
    parts = {part for image_id in ids for part in sides[image_id]}
    if len(parts) > 1:
        yield f"fold {fold.name}: {who} is in {_and(parts)}: images {', '.join(ids)}"


def _coverage(
    split: Split, patients: Mapping[str, str], centres: Mapping[str, str]
) -> Iterator[str]:
    """Every usable image is tested once, or in a holdout stands somewhere once."""
    if split.scheme == "holdout":
        listed = Counter(i for fold in split.folds for ids in fold.parts().values() for i in ids)
    else:
        listed = Counter(image_id for fold in split.folds for image_id in fold.test)
    for image_id in patients:
        if not listed[image_id]:
            yield (
                f"image {image_id} is in no part"
                if split.scheme == "holdout"
                else (f"image {image_id} is never tested")
            )
        elif listed[image_id] > 1 and split.scheme != "holdout":
            yield f"image {image_id} is tested in {listed[image_id]} folds"
    if split.scheme == "leave-one-centre-out":
        for fold in split.folds:
            for part, ids in fold.parts().items():
                wrong = [i for i in ids if (centres.get(i) == fold.held_out) != (part == "test")]
                if wrong:
                    yield (
                        f"fold {fold.name}: {part} breaks the rule of holding {fold.held_out} out: "
                        f"images {', '.join(wrong)}"
                    )


def _and(parts: Iterable[str]) -> str:
    return " and ".join(sorted(parts))
