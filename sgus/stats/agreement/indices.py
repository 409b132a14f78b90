"""Why a kappa is low: prevalence and bias of each grade, and the kappa both would not lower."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.cohen import kappa_reasons
from sgus.stats.agreement.family import Family, Label, withheld
from sgus.stats.agreement.pairs import Pairs, pairs_of, too_few_readers, without_pairs
from sgus.stats.agreement.panel import Panel
from sgus.stats.agreement.percent import overlap_reasons, same_grade_closed
from sgus.stats.confusion import ratio

FloatArray = NDArray[np.float64]


def prevalence_family(panel: Panel, pairs: Pairs | None = None) -> Family:
    """The prevalence index of every pair and grade: `(a - d) / n`.

    Of the table "grade g or not": `a` items both gave grade g, `d` neither. 0 where the grade is
    as common as its absence; near -1 where it is rare, which lowers kappa.

    Args:
        panel: The ratings.
        pairs: Its pairs, where they are already counted.

    Returns:
        A figure from -1 to 1 for each pair and grade, the grades of a pair together; undefined
        without an item both read.

    References:
        Byrt, Bishop & Carlin 1993, 10.1016/0895-4356(93)90018-V.
    """
    return _index_family("prevalence_index", panel, pairs)


def bias_family(panel: Panel, pairs: Pairs | None = None) -> Family:
    """The bias index of every pair and grade: `(b - c) / n`.

    Of the table "grade g or not": `b` items only the first reader gave grade g, `c` only the
    second. Above 0 where the first gives it more often.

    Args:
        panel: The ratings.
        pairs: Its pairs, where they are already counted.

    Returns:
        A figure from -1 to 1 for each pair and grade, the grades of a pair together; undefined
        without an item both read.

    References:
        Byrt, Bishop & Carlin 1993, 10.1016/0895-4356(93)90018-V.
    """
    return _index_family("bias_index", panel, pairs)


def pabak_family(panel: Panel, pairs: Pairs | None = None) -> Family:
    """The kappa of every pair if every grade were as common and neither reader biased.

    `(k * agreement - 1) / (k - 1)` with the k grades of the scale, used or not.

    Args:
        panel: The ratings.
        pairs: Its pairs, where they are already counted.

    Returns:
        A figure from -1/(k-1) to 1 for each pair; undefined without an item both read, and
        withheld where both gave one and the same grade to every item. Closed form: Wilson's
        interval of the agreement.

    References:
        Byrt, Bishop & Carlin 1993, 10.1016/0895-4356(93)90018-V (two grades); Brennan &
        Prediger 1981, 10.1177/001316448104100307 (more).
    """
    if too_few_readers(panel):
        return without_pairs(panel, "pabak", weights=("unweighted",), grades=(None,))
    counted = pairs or pairs_of(panel)
    k, n = counted.k, counted.n_pairs
    diagonal = np.eye(k).reshape(-1)
    slope, intercept = k / (k - 1.0), -1.0 / (k - 1.0)

    def values(sums: FloatArray) -> FloatArray:
        tables = counted.tables(sums)
        return slope * ratio(tables @ diagonal, tables.sum(axis=-1)) + intercept

    family = Family(
        labels=tuple(Label("pabak", "unweighted", "pair", r) for r in counted.raters),
        features=counted.features,
        values=values,
        used=counted.both,
        n_raters=(2,) * n,
        n_pairs=(1,) * n,
        reasons=overlap_reasons(counted),
        closed=same_grade_closed(counted, slope=slope, intercept=intercept),
    )
    return withheld(family, kappa_reasons(counted.observed(), counted.scale))


def _index_family(statistic: str, panel: Panel, pairs: Pairs | None) -> Family:
    """Both indices are the margins of a grade, added or subtracted."""
    if too_few_readers(panel):
        return without_pairs(panel, statistic, weights=(None,), grades=panel.scale)
    counted = pairs or pairs_of(panel)
    k = counted.k
    n = counted.n_pairs * k
    rows, columns = np.repeat(np.eye(k), k, axis=0), np.tile(np.eye(k), (k, 1))
    # a - d = n_g. + n_.g - n, and b - c = n_g. - n_.g
    top = rows + columns - 1.0 if statistic == "prevalence_index" else rows - columns

    def values(sums: FloatArray) -> FloatArray:
        tables = counted.tables(sums)
        found = ratio(tables @ top, tables.sum(axis=-1, keepdims=True))
        return found.reshape(*sums.shape[:-1], n)

    labels = (Label(statistic, None, "pair", r, g) for r in counted.raters for g in counted.scale)
    return Family(
        labels=tuple(labels),
        features=counted.features,
        values=values,
        used=np.repeat(counted.both, k, axis=1),
        n_raters=(2,) * n,
        n_pairs=(1,) * n,
        reasons=tuple(why for why in overlap_reasons(counted) for _ in range(k)),
        closed=(None,) * n,
    )
