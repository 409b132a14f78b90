"""What the sections of the runs page are computed from: one part of a run, drawn once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.core.errors import RunError
from sgus.core.rng import generator
from sgus.report.figures import Estimate, Figure, FloatArray, Mask, Place, figure_object
from sgus.report.scopes import Sample
from sgus.stats.bootstrap import patient_weights, with_observed
from sgus.stats.draws import PatientDraws

FEW_PATIENTS: Final = 10
"""Figures made from fewer patients than this are marked `few`: to be shown greyed, with their n."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """The images of one part with their resamples.

    Attributes:
        where: `test`, or `validation` where there is no test row.
        table: The whole checked prediction table.
        rows: Its rows of this part, `(n_images,)`.
        about: What the cohort says of each of them, in the same order, as text; "" for not known.
        sample: Their grades and probabilities.
        draws: The resamples, those of `report.json` for the same seed.
        seed: Seed of the resamples.
        unit: What a patient is here: `patient`, or `grouping key`.
    """

    where: str
    table: pd.DataFrame
    rows: pd.DataFrame
    about: pd.DataFrame
    sample: Sample
    draws: PatientDraws
    seed: int
    unit: str

    @property
    def n_images(self) -> int:
        """Images of the part."""
        return len(self.rows)

    def text(self, column: str) -> NDArray[Any]:
        """`(n_images,)` what the cohort says in a column, stripped; "" where it does not."""
        if column not in self.about.columns:
            return np.full(self.n_images, "", dtype=object)
        return np.asarray(self.about[column].str.strip().to_numpy(dtype=object))

    def everything(self) -> Mask:
        """The mask of all images."""
        return np.ones(self.n_images, dtype=bool)

    def figure(
        self, estimate: Estimate, scope: str, *, subset: str | None = None, **more: Any
    ) -> Figure:
        """A figure shaped as those of `report.json`, with `few` and what else is known of it."""
        place = Place(scope, self.where, subset, self.draws.patient, self.seed, self.unit)
        made = figure_object(estimate, place)
        return made | {"few": made["n_patients"] < FEW_PATIENTS} | more

    def figures(
        self,
        estimates: Sequence[Estimate],
        scope: str,
        *,
        subset: str | None = None,
        **more: Any,
    ) -> list[Figure]:
        """Several figures of one scope."""
        return [self.figure(estimate, scope, subset=subset, **more) for estimate in estimates]


def gather(
    table: pd.DataFrame,
    images: pd.DataFrame | None,
    *,
    n_resamples: int,
    seed: int,
    unit: str = "patient",
) -> Evidence:
    """Take the test rows of a checked table, or its validation rows where it has no others.

    Args:
        table: Of `check_predictions`.
        images: Columns of `images.csv`; None where the cohort is not at hand.
        n_resamples: Resamples of the patient bootstrap.
        seed: Seed of the resamples.
        unit: What `patient_id` is.

    Raises:
        RunError: The table has neither test nor validation rows of one fold, or the cohort names
            an image twice.
    """
    where = "test" if (table["split"] == "test").any() else "validation"
    rows = table[table["split"] == where].reset_index(drop=True)
    if rows.empty or (where == "validation" and rows["fold"].nunique() > 1):
        cause = "there is neither a test row nor a validation part of one fold"
        raise RunError("predictions", cause, "Predict the test images of the split")
    patients = rows["patient_id"].to_numpy()
    rng = generator(seed, "patient bootstrap", where)
    weights = with_observed(patient_weights(patients, n_resamples=n_resamples, rng=rng))
    return Evidence(
        where=where,
        table=table,
        rows=rows,
        about=_about(rows, images),
        sample=Sample.of(rows, weights),
        draws=PatientDraws.of(patients, weights),
        seed=seed,
        unit=unit,
    )


def masked(values: FloatArray, mask: Mask) -> FloatArray:
    """Features of the images of a mask, zero elsewhere."""
    return np.where(mask[:, None], values, 0.0)


def _about(rows: pd.DataFrame, images: pd.DataFrame | None) -> pd.DataFrame:
    if images is None:
        return pd.DataFrame(index=rows.index)
    ids = images["image_id"].astype("string")
    if ids.duplicated().any():
        twice = ids[ids.duplicated()].iloc[0]
        raise RunError(f"image {twice}", "it stands twice in the cohort", "Check the cohort")
    found = images.set_axis(ids.to_numpy(dtype=object), axis=0).reindex(rows["image_id"])
    return found.reset_index(drop=True).astype("string").fillna("")
