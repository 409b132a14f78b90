"""Kendall's W: whether readers put the items in the same order."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.complete import complete_items, why_incomplete
from sgus.stats.agreement.family import Family, Label
from sgus.stats.agreement.item_counts import readers_at_work
from sgus.stats.agreement.pairs import joint_counts, pair_list
from sgus.stats.agreement.panel import Panel
from sgus.stats.confusion import ratio

FORMS: Final = ("tie-corrected", "uncorrected")

FloatArray = NDArray[np.float64]


def kendall_family(panel: Panel) -> Family:
    """Kendall's coefficient of concordance, corrected for ties and not.

    Each reader's grades become mid-ranks among the items that all readers read; readers who read
    nothing at all take no part. On a scale of few grades most items tie, so that without the
    correction even perfect agreement gives less than 1.

    Args:
        panel: The ratings.

    Returns:
        Figures `kendall_w` with the forms of `FORMS`, 0 to 1. Undefined with fewer than two
        readers or two complete items, and where no reader gave two different grades.

    References:
        Kendall & Gibbons 1990, Rank Correlation Methods, 5th edition, chapter 6.
    """
    complete, active = complete_items(panel), readers_at_work(panel)
    names = [name for name, works in zip(panel.readers, active, strict=True) if works]
    working = panel.of_readers(names)
    m, k = len(names), panel.n_grades
    alone = working.one_hot.reshape(panel.n_items, m * k)
    together = joint_counts(working).reshape(panel.n_items, m * (m - 1) // 2 * k * k)
    features = np.concatenate([alone, together], axis=1) * complete[:, None]
    pairs = np.asarray(pair_list(working), dtype=np.int64).reshape(-1, 2)

    def values(sums: FloatArray) -> FloatArray:
        grades = sums[..., : m * k].reshape(*sums.shape[:-1], m, k)
        joint = sums[..., m * k :].reshape(*sums.shape[:-1], len(pairs), k, k)
        return _concordance(grades, joint, pairs)

    found = values(features.sum(axis=0))
    why = why_incomplete(panel) or "no reader gave two different grades: nothing can be ranked"
    return Family(
        labels=tuple(Label("kendall_w", None, form, panel.readers) for form in FORMS),
        features=features,
        values=values,
        used=np.repeat(complete[:, None], len(FORMS), axis=1),
        n_raters=(m,) * len(FORMS),
        n_pairs=(len(pairs) if complete.any() else 0,) * len(FORMS),
        reasons=tuple(None if np.isfinite(value) else why for value in found),
        closed=(None,) * len(FORMS),
    )


def _concordance(grades: FloatArray, joint: FloatArray, pairs: NDArray[np.int64]) -> FloatArray:
    """W of each resample.

    Args:
        grades: `(..., m, k)`, how often each reader gave each grade.
        joint: `(..., n_pairs, k, k)`, cross-tables of the pairs.
        pairs: `(n_pairs, 2)`, columns of the two readers.

    Returns:
        `(..., 2)` in the order of `FORMS`.
    """
    m = grades.shape[-2]
    if m < 2:
        return np.full((*grades.shape[:-2], len(FORMS)), np.nan)
    n = grades[..., 0, :].sum(axis=-1)
    ranks = np.cumsum(grades, axis=-1) - (grades - 1.0) / 2.0  # mid-ranks, (..., m, k)
    own = (grades * ranks**2).sum(axis=(-2, -1))
    first, second = ranks[..., pairs[:, 0], :], ranks[..., pairs[:, 1], :]
    mutual = (np.matmul(first[..., None, :], joint)[..., 0, :] * second).sum(axis=(-2, -1))
    # 12 sum (R - mean R)^2, with R an item's sum of ranks.
    spread = 12.0 * (own + 2.0 * mutual) - 3.0 * m**2 * n * (n + 1.0) ** 2
    whole = m**2 * (n**3 - n)
    ties = m * (grades**3 - grades).sum(axis=(-2, -1))
    ranked = whole - ties > 0
    return np.stack(
        [ratio(spread, np.where(ranked, part, 0.0)) for part in (whole - ties, whole)], axis=-1
    )
