"""Who stands closer to the readers who remain: the model, or the reader left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.family import Family, Label
from sgus.stats.agreement.panel import MISSING, CodeArray, Panel
from sgus.stats.comparison.with_readers import mean_of
from sgus.stats.confusion import ratio
from sgus.stats.consensus.votes import leave_one_out_votes

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

Alignment = Literal["exact", "rmse"]
"""How close a grade is to those of the remaining readers: the share of them who gave the same
(`exact`), or the root mean square distance in grades (`rmse`), which knows their order."""


@dataclass(frozen=True, eq=False)
class AdvantageSigns:
    """Who is closer to the remaining readers.

    Attributes:
        used: `(n_items, n_readers)`, images that count for each reader.
        sign: `(n_items, n_readers)`, -1 where the model is closer to the others than the reader,
            1 where the reader is, 0 where neither or not used.
    """

    used: NDArray[np.bool_]
    sign: IntArray


def advantage_signs(panel: Panel, model: CodeArray, *, alignment: Alignment) -> AdvantageSigns:
    """On each image and for each reader left out, who is closer to the others.

    Args:
        panel: The readers, without the model.
        model: `(n_items,)`, place on the scale, or `MISSING`.
        alignment: How closeness is measured.

    Raises:
        ValueError: There is not one code of the model for each item.
    """
    if model.shape != (panel.n_items,):
        raise ValueError(f"{model.shape} codes of the model for {panel.n_items} items")
    value = np.asarray(panel.scale, dtype=np.int64)
    apart = value[:, None] - value[None, :]
    distance = (apart != 0).astype(np.int64) if alignment == "exact" else apart**2
    others = leave_one_out_votes(panel)  # (n_items, n_readers, k)
    # Whole numbers in the order of -share and of root mean square: ties stay ties.
    cost = others @ distance
    used = panel.given & (model != MISSING)[:, None] & others.any(axis=-1)
    of_model = np.where(used, model[:, None], 0).astype(np.int64)
    of_reader = np.where(used, panel.codes, 0).astype(np.int64)
    cost_model, cost_reader = (
        np.take_along_axis(cost, grade[..., None], axis=-1)[..., 0]
        for grade in (of_model, of_reader)
    )
    sign = np.where(used, np.sign(cost_model - cost_reader), 0)
    return AdvantageSigns(used, np.asarray(sign, dtype=np.int64))


def advantage_family(
    panel: Panel, signs: AdvantageSigns, *, alignment: Alignment, reason: str | None
) -> Family:
    """The average advantage probability: how likely the model is as close as a random reader.

    Args:
        panel: The readers.
        signs: Who is closer.
        alignment: How closeness is measured.
        reason: Why there is to be no figure, or None.

    Returns:
        One figure, the mean over readers with an image of the share of images on which the model
        is at least as close to the others as the reader.
    """
    n = panel.n_readers
    ahead = signs.used & (signs.sign <= 0)
    kept = np.asarray(signs.used.any(axis=0) & (reason is None), dtype=np.bool_)

    def values(sums: FloatArray) -> FloatArray:
        return mean_of(ratio(sums[..., :n], sums[..., n:])[..., None], kept)

    return Family(
        labels=(Label("average_advantage", None, alignment, panel.readers),),
        features=np.concatenate([ahead, signs.used], axis=1).astype(np.float64),
        values=values,
        used=np.asarray(signs.used.any(axis=1, keepdims=True), dtype=np.bool_),
        n_raters=(int(signs.used.any(axis=0).sum()),),
        n_pairs=(0,),
        reasons=(reason,),
        closed=(None,),
    )
