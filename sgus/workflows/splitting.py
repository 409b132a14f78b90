"""A cohort is divided by patient, verified, written, and shown as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sgus.cohort.duplicates import HASH_COLUMN, duplicate_groups, perceptual_hash
from sgus.cohort.manifest import Cohort, load_cohort
from sgus.cohort.splits import FRACTIONS, Split, make_split, save_split, verify_split
from sgus.core.grades import GRADES
from sgus.core.region import Region
from sgus.images.decode import read_image


@dataclass(frozen=True)
class SplitResult:
    """What a split did.

    Attributes:
        split: The split.
        path: Where it was written.
        table: A row a part of a fold: `fold, part, patients, images`, and a column a grade.
        warnings: Parts without any image of a grade, plain sentences.
    """

    split: Split
    path: Path
    table: pd.DataFrame
    warnings: tuple[str, ...]

    def text(self) -> str:
        """For a person."""
        split = self.split
        head = f"{split.n_images} images of {split.n_patients} {split.patient_unit}s"
        notes = [f"{len(split.left_out)} images stay out (excluded or not graded)"]
        notes += [f"{len(split.duplicates)} pairs or groups of like images are kept together"]
        unit = "patients" if split.patient_unit == "patient" else "groups"
        table = self.table.rename(columns={"patients": unit}).to_string(index=False)
        return "\n".join([head, table, "", *notes, *self.warnings, f"Written: {self.path}"])


def split_cohort(
    root: Path,
    scheme: str,
    *,
    seed: int = 0,
    name: str | None = None,
    fractions: tuple[float, float, float] = FRACTIONS,
    n_folds: int = 5,
    validation_fraction: float = 0.15,
) -> SplitResult:
    """Make, verify and write a split; see `make_split`.

    Raises:
        CohortError: The cohort cannot be loaded.
        SplitError: The split cannot be made, or another has its name.
    """
    cohort = load_cohort(root)
    duplicates = duplicate_groups(_with_hashes(cohort))
    split = make_split(
        cohort,
        scheme,
        seed=seed,
        name=name,
        fractions=fractions,
        n_folds=n_folds,
        validation_fraction=validation_fraction,
        duplicates=duplicates,
    )
    verify_split(split, cohort, duplicates)
    path = save_split(split, cohort)
    table = split_table(split, cohort)
    return SplitResult(split, path, table, tuple(_missing_grades(table)))


def split_table(split: Split, cohort: Cohort) -> pd.DataFrame:
    """Patients and images of each part, in all and by grade."""
    images = cohort.images.set_index("image_id")
    rows = []
    for fold in split.folds:
        for part, ids in fold.parts().items():
            found = images.loc[ids]
            counts = found["grade"].value_counts()
            rows.append(
                {
                    "fold": fold.name,
                    "part": part,
                    "patients": found["patient_id"].nunique(),
                    "images": len(found),
                    **{f"grade {grade}": int(counts.get(grade, 0)) for grade in GRADES},
                }
            )
    return pd.DataFrame(rows)


def _with_hashes(cohort: Cohort) -> pd.DataFrame:
    """The usable images with perceptual hashes, computed where the manifest has none."""
    images = cohort.usable()
    known = images[HASH_COLUMN] if HASH_COLUMN in images else [""] * len(images)
    hashes = [
        text or _hash(cohort, image_id, region)
        for text, image_id, region in zip(known, images["image_id"], images["region"], strict=True)
    ]
    return images.assign(**{HASH_COLUMN: hashes})


def _hash(cohort: Cohort, image_id: str, region: str) -> str:
    pixels = read_image(cohort.image_path(image_id)).pixels
    return perceptual_hash(pixels[Region.parse(region).slices] if region else pixels)


def _missing_grades(table: pd.DataFrame) -> Iterator[str]:
    for row in table.to_dict("records"):
        missing = [str(grade) for grade in GRADES if row[f"grade {grade}"] == 0]
        if missing and row["images"]:
            yield f"Fold {row['fold']}: {row['part']} has no image of grade {', '.join(missing)}"
