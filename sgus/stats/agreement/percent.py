"""Percent agreement of every pair of readers, over all grades and for each grade."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.family import ClosedForm, Family, Label
from sgus.stats.agreement.pairs import NO_OVERLAP, Pairs, pairs_of, too_few_readers, without_pairs
from sgus.stats.agreement.panel import Panel
from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]
_Z = 1.959963984540054


def percent_family(panel: Panel, pairs: Pairs | None = None) -> Family:
    """The share (0-1) of the items both read on which they gave the same grade.

    Args:
        panel: The ratings.
        pairs: Its pairs, where they are already counted.

    Returns:
        A figure a pair, undefined without an item both read. Closed form: Wilson's interval,
        which does not end at the value itself where the readers agree on everything.

    References:
        Wilson 1927, 10.1080/01621459.1927.10502953.
    """
    if too_few_readers(panel):
        return without_pairs(panel, "percent_agreement", weights=("unweighted",), grades=(None,))
    counted = pairs or pairs_of(panel)
    diagonal = np.eye(counted.k).reshape(-1)
    n = counted.n_pairs

    def values(sums: FloatArray) -> FloatArray:
        tables = counted.tables(sums)
        return ratio(tables @ diagonal, tables.sum(axis=-1))

    return Family(
        labels=tuple(Label("percent_agreement", "unweighted", "pair", r) for r in counted.raters),
        features=counted.features,
        values=values,
        used=counted.both,
        n_raters=(2,) * n,
        n_pairs=(1,) * n,
        reasons=overlap_reasons(counted),
        closed=same_grade_closed(counted),
    )


def specific_family(panel: Panel, pairs: Pairs | None = None) -> Family:
    """Agreement on each grade: of the readings that gave it, the share the other reader gave too.

    `2 n_gg / (n_g. + n_.g)`, which is the Dice overlap of the two readers' items of that grade
    (positive agreement, where the grade is "positive").

    Args:
        panel: The ratings.
        pairs: Its pairs, where they are already counted.

    Returns:
        A figure for each pair and grade, the grades of a pair together; undefined where neither
        gave the grade to an item that both read.

    References:
        Cicchetti & Feinstein 1990, 10.1016/0895-4356(90)90159-M.
    """
    if too_few_readers(panel):
        return without_pairs(
            panel, "specific_agreement", weights=("unweighted",), grades=panel.scale
        )
    counted = pairs or pairs_of(panel)
    k = counted.k
    eye = np.eye(k)
    same = np.zeros((k * k, k))
    same[np.arange(k) * (k + 1), np.arange(k)] = 2.0
    given = np.repeat(eye, k, axis=0) + np.tile(eye, (k, 1))  # both margins
    n = counted.n_pairs * k

    def values(sums: FloatArray) -> FloatArray:
        found = counted.tables(sums) @ np.concatenate([same, given], axis=1)
        return ratio(found[..., :k], found[..., k:]).reshape(*sums.shape[:-1], n)

    tables = counted.observed()
    margins = (tables.sum(axis=-1) + tables.sum(axis=-2)).reshape(-1)
    grades = [(r, g) for r in counted.raters for g in counted.scale]
    reasons = [why for why in overlap_reasons(counted) for _ in range(k)]
    return Family(
        labels=tuple(Label("specific_agreement", "unweighted", "pair", r, g) for r, g in grades),
        features=counted.features,
        values=values,
        used=np.repeat(counted.both, k, axis=1),
        n_raters=(2,) * n,
        n_pairs=(1,) * n,
        reasons=tuple(
            why if why or margin else f"neither gave grade {grade}"
            for why, margin, (_, grade) in zip(reasons, margins, grades, strict=True)
        ),
        closed=(None,) * n,
    )


def overlap_reasons(pairs: Pairs) -> tuple[str | None, ...]:
    """Why a figure of each pair is undefined that needs no more than one item both read."""
    return tuple(None if any_item else NO_OVERLAP for any_item in pairs.both.sum(axis=0))


def same_grade_closed(
    pairs: Pairs, *, slope: float = 1.0, intercept: float = 0.0
) -> tuple[ClosedForm | None, ...]:
    """Wilson's interval of each pair's share of equal grades, or of a straight line in it.

    Args:
        pairs: The pairs.
        slope: The figure is `slope * share + intercept`, slope above 0.
        intercept: See `slope`.
    """
    n = pairs.both.sum(axis=0).astype(np.float64)
    same = np.trace(pairs.observed(), axis1=-2, axis2=-1)
    p = ratio(same, n)
    shrunk = ratio(same + _Z**2 / 2.0, n + _Z**2)
    half = ratio(_Z * np.sqrt(n * p * (1.0 - p) + _Z**2 / 4.0), n + _Z**2)
    errors = slope * np.sqrt(ratio(p * (1.0 - p), n))
    ends = [slope * end + intercept for end in (shrunk - half, shrunk + half)]
    return tuple(
        ClosedForm(float(se) or None, float(low), float(high), "Wilson interval") if count else None
        for count, se, low, high in zip(n, errors, *ends, strict=True)
    )
