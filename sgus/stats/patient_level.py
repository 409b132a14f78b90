"""From images to glands, and from glands to an examination of a patient.

Several images of one gland count as one reading: their median, the lower of two middle grades,
which is the rule of `consensus.median`. Summaries of an examination: highest grade, sum over four
glands (0 to 12), number of glands of grade 2 or above, and whether there is one.

References:
    A patient is called positive with any gland of grade 2 or above: 10.3389/fmed.2020.602354;
    highest grade: 10.1136/rmdopen-2020-001516; sum 0 to 12: 10.3390/tomography10010006.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
GLANDS: Final = 4
"""Glands of a patient: parotid and submandibular, left and right."""


@dataclass(frozen=True, eq=False)
class Summaries:
    """Summaries of examinations, `(n_examinations,)` each.

    Attributes:
        highest: Highest grade of a gland.
        total: Sum over the glands that were seen; comparable only where all four were.
        affected: Number of glands at or above the cut.
        n_glands: Glands that were seen.
    """

    highest: IntArray
    total: IntArray
    affected: IntArray
    n_glands: IntArray


def gland_medians(grades: IntArray, gland: IntArray, *, n_glands: int) -> IntArray:
    """Median grade of the images of each gland, the lower of two middle ones.

    Args:
        grades: `(n_images,)`.
        gland: `(n_images,)` index of the gland of each image; each of `n_glands` has one or more.
        n_glands: Number of glands.

    Returns:
        `(n_glands,)`, always a grade that an image of the gland has.
    """
    order = np.lexsort((grades, gland))
    counts = np.bincount(gland, minlength=n_glands)
    first = np.cumsum(counts) - counts
    return np.asarray(grades[order][first + (counts - 1) // 2], dtype=np.int64)


def summarise(grades: IntArray, examination: IntArray, *, n: int, cut: int) -> Summaries:
    """Summaries of the glands of each examination.

    Args:
        grades: `(n_glands,)`, one for each gland.
        examination: `(n_glands,)` index of the examination of each gland.
        n: Examinations; each has one gland or more.
        cut: Grade from which a gland counts as affected.
    """
    highest = np.zeros(n, dtype=np.int64)
    np.maximum.at(highest, examination, grades)

    def counted(values: NDArray[Any]) -> IntArray:
        sums = np.bincount(examination, weights=values, minlength=n)
        return np.asarray(np.rint(sums), dtype=np.int64)

    seen = np.ones(len(grades))
    return Summaries(highest, counted(grades), counted(grades >= cut), counted(seen))
