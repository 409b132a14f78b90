"""What a choice of labels would change, said before anything is trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sgus.cohort.split_model import Fold
from sgus.workflows.label_sources import REFERENCE, SOFT, label_table
from sgus.workflows.run_labels import part_counts
from sgus.workflows.train_parts import counted

if TYPE_CHECKING:
    import pandas as pd

    from sgus.cohort.manifest import Cohort

_WHOSE = {
    "consensus": "It learns the median of the readers in place of the reference grade.",
    "adjudicated": "It learns adjudicated grades where an image was settled.",
    SOFT: "It learns what share of the readers gave each grade, not one grade.",
}
_DAWID_SKENE = (
    "It learns the probability of each grade, from the readings and from readers' own errors as "
    "the training part shows them."
)


def label_sentences(
    cohort: Cohort, folds: Sequence[Fold], *, source: str, soft_from: str, unit: str = "patient"
) -> list[str]:
    """What labels would be learnt, and how many are other than the reference in each part.

    Args:
        cohort: The cohort.
        folds: Of the split.
        source: As the field `labels` of the config.
        soft_from: As the field of the config.
        unit: What a patient is called.

    Returns:
        Plain sentences; none for the reference labels.

    Raises:
        CohortError: The source has nothing to say: no ratings, nothing adjudicated.
        ConfigError: The readings cannot tell readers' errors.
    """
    if source == REFERENCE:
        return []
    table, _ = label_table(cohort, folds, source=source, soft_from=soft_from)
    whose = _DAWID_SKENE if (source, soft_from) == (SOFT, "dawid_skene") else _WHOSE[source]
    single = "the most probable grade is another" if source == SOFT else "the label is another"
    parts = [_part_words(table, part, single, unit) for part in ("train", "validation", "test")]
    return [
        whose,
        *(part for part in parts if part),
        "Figures are made against the reference grades all the same; the labels of test images "
        "stand beside them in the prediction table.",
    ]


def _part_words(table: pd.DataFrame, part: str, single: str, unit: str) -> str:
    """One part; of several folds the smallest and the largest number, test images once each."""
    found = [one for one in part_counts(table) if one["part"] == part]
    if not any(one["n_images"] for one in found):
        return ""
    name = {"train": "training", "validation": "validation", "test": "test"}[part]
    if part == "test":
        one = found[-1]  # of several folds all test parts together
        return (
            f"Of the {counted(one['n_images'], 'test image')} {single} in {one['n_differ']} "
            f"({counted(one['n_patients_differ'], unit)}); {one['n_fallback']} have no such label "
            "and keep the reference."
        )
    differ = _span([one["n_differ"] for one in found])
    images = _span([one["n_images"] for one in found])
    without = _span([one["n_fallback"] for one in found])
    return (
        f"Of {images} {name} images {single} in {differ}; {without} have no such label and keep "
        "the reference."
    )


def _span(numbers: Sequence[int]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
