"""Reader bias: each reader against the others, severe above zero and lenient below.

The others are at least two, and the reader is never one of them. Three things are said, each
against what does it no wrong:

- The **mean difference** goes by the mean of the others. Over readers who are alike its
  expectation is exactly 0, wherever the grades lie; on items that all read, the biases of all
  readers sum to 0. Beside it stands the difference from the median of the others: the mean of
  the two middle grades where they differ, for the lower of the two would make everyone severe.
  At an end of the scale a median lies at the end itself, so that readers who are alike all look
  a little severe among normal glands: do not take it for a tendency.
- **Higher, lower, the same**, and **kappa**, go by the leave-one-out consensus, the median of the
  others; items where their two middle grades differ have none and are left out.
- **By grade**: where the consensus says 0, how often the reader says 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.cohen import WEIGHTINGS, closed_forms, cohen_kappas, kappa_reasons
from sgus.stats.agreement.family import Family, Label
from sgus.stats.agreement.panel import MISSING, Panel
from sgus.stats.agreement.rates import Rate, rate_family
from sgus.stats.consensus.median import leave_one_out_median

FloatArray = NDArray[np.float64]

LEAST_OTHERS: Final = 2
"""Other readings an item needs: with one alone, a difference says nothing of who of two is off."""
CONSENSUS: Final = "leave-one-out consensus"
FROM_MEAN: Final = "from the mean of the others"
FROM_MEDIAN: Final = "from the median of the others"
_FEW: Final = f"no item of this reader was read by {LEAST_OTHERS} or more others"
_TIED: Final = f"no item of this reader has a consensus of {LEAST_OTHERS} or more others"


def bias_families(panel: Panel) -> list[Family]:
    """How each reader stands to the others.

    Args:
        panel: First readings.

    Returns:
        For each reader, `raters=(reader,)`:

        - `reader_bias`, in grades, forms `from the mean of the others` (the one to judge by) and
          `from the median of the others`.
        - `reader_higher`, `reader_lower`, `percent_agreement`, form `leave-one-out consensus`:
          shares of items above, below and on the consensus; they sum to 1.
        - `reader_says`, with `grade` that of the consensus and form `says 1`: share of the items
          of this consensus that the reader gave grade 1.
        - `cohen_kappa` with the consensus, three weightings, form `leave-one-out consensus`.

        `n_raters` counts the reader and the others it is held against, `n_pairs` these others.
    """
    tables = consensus_tables(panel)
    from_mean, from_median, there = signed_differences(panel)
    rates: list[Rate] = []
    for j, name in enumerate(panel.readers):
        met = _others(panel, j, there[:, j])
        whole = np.asarray(there[:, j], dtype=np.float64)
        for form, difference in ((FROM_MEAN, from_mean), (FROM_MEDIAN, from_median)):
            label = Label("reader_bias", None, form, (name,))
            rates.append(Rate(label, difference[:, j], whole, *met, _FEW))
        rates += _against_consensus(panel, tables[:, j], j)
    return [rate_family(rates, n_items=panel.n_items), _kappa_family(panel, tables)]


def consensus_tables(panel: Panel) -> FloatArray:
    """Each reader's grade by the leave-one-out consensus, item by item.

    Args:
        panel: First readings.

    Returns:
        `(n_items, n_readers, k, k)`, 1 at the reader's grade (down) and the consensus of two or
        more others (across); all 0 where either is missing or the two middle grades differ.
    """
    consensus = leave_one_out_median(panel, tie="none", least=LEAST_OTHERS)
    grades = np.arange(panel.n_grades, dtype=np.int8)
    across = consensus[..., None] == grades
    return np.asarray(panel.one_hot[..., :, None] * across[..., None, :], dtype=np.float64)


def signed_differences(panel: Panel) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """Each reading less the mean, and less the median, of the others' readings of the item.

    The median of an even number is the mean of the two middle grades.

    Args:
        panel: First readings.

    Returns:
        Two arrays `(n_items, n_readers)`, in grades, 0 where there is none; and whether there
        is: the reader read the item and so did two or more others.
    """
    scale = np.asarray(panel.scale, dtype=np.float64)
    graded = panel.one_hot @ scale
    n_others = panel.given.sum(axis=1, keepdims=True) - panel.given
    there = panel.given & (n_others >= LEAST_OTHERS)
    mean = (graded.sum(axis=1, keepdims=True) - graded) / np.maximum(n_others, 1)
    lower = leave_one_out_median(panel, tie="lower", least=LEAST_OTHERS)
    upper = leave_one_out_median(panel, tie="upper", least=LEAST_OTHERS)
    middle = (scale[lower] + scale[upper]) / 2.0
    return (
        np.where(there, graded - mean, 0.0),
        np.where(there & (lower != MISSING), graded - middle, 0.0),
        there,
    )


def severity_words(low: float | None, high: float | None) -> str:
    """What an interval of `reader_bias` allows to say of a reader.

    Args:
        low: Lower end, or None where there is no interval.
        high: Upper end.

    Returns:
        `severe` where the whole interval lies above 0, `lenient` where it lies below, `no clear
        tendency` where it holds 0, and `cannot be said` without an interval.
    """
    if low is None or high is None:
        return "cannot be said"
    if low > 0.0:
        return "severe"
    return "lenient" if high < 0.0 else "no clear tendency"


def _against_consensus(panel: Panel, table: FloatArray, reader: int) -> Iterator[Rate]:
    name = (panel.readers[reader],)
    decided = table.sum(axis=(1, 2))
    met = _others(panel, reader, decided > 0)
    for statistic, weights, part in (
        ("reader_higher", None, np.tril(table, -1)),
        ("reader_lower", None, np.triu(table, 1)),
        ("percent_agreement", "unweighted", table * np.eye(panel.n_grades)),
    ):
        label = Label(statistic, weights, CONSENSUS, name)
        yield Rate(label, part.sum(axis=(1, 2)), decided, *met, _TIED)
    for across, grade in enumerate(panel.scale):
        whole = table[:, :, across].sum(axis=1)
        met = _others(panel, reader, whole > 0)
        empty = f"on no item of this reader do the others agree on grade {grade}"
        for down, said in enumerate(panel.scale):
            label = Label("reader_says", None, f"says {said}", name, grade)
            yield Rate(label, table[:, down, across], whole, *met, empty)


def _kappa_family(panel: Panel, tables: FloatArray) -> Family:
    k, n_weights = panel.n_grades, len(WEIGHTINGS)
    n = panel.n_readers * n_weights

    def values(sums: FloatArray) -> FloatArray:
        each = sums.reshape(*sums.shape[:-1], panel.n_readers, k * k)
        return cohen_kappas(each, panel.scale).reshape(*sums.shape[:-1], n)

    observed = tables.sum(axis=0)
    decided = np.asarray(tables.sum(axis=(2, 3)) > 0)
    reasons = [
        why if count else _TIED
        for why, count in zip(
            kappa_reasons(observed, panel.scale), decided.sum(axis=0), strict=True
        )
    ]
    met = [_others(panel, j, decided[:, j]) for j in range(panel.n_readers)]
    return Family(
        labels=tuple(
            Label("cohen_kappa", name, CONSENSUS, (reader,))
            for reader in panel.readers
            for name in WEIGHTINGS
        ),
        features=tables.reshape(panel.n_items, panel.n_readers * k * k),
        values=values,
        used=np.repeat(decided, n_weights, axis=1),
        n_raters=tuple(n_raters for n_raters, _ in met for _ in WEIGHTINGS),
        n_pairs=tuple(n_pairs for _, n_pairs in met for _ in WEIGHTINGS),
        reasons=tuple(why for why in reasons for _ in WEIGHTINGS),
        closed=closed_forms(observed, panel.scale),
    )


def _others(panel: Panel, reader: int, items: NDArray[np.bool_]) -> tuple[int, int]:
    """Readers who take part on some items of a reader, and how many of them are others."""
    others = int(np.delete(panel.given[items].any(axis=0), reader).sum())
    return others + 1, others
