"""Which images, adjudicated next, would teach a model most: doubt x disagreement x density.

Doubt alone picks what is odd; an image is worth an adjudicator's time where the model is in doubt,
those who graded it (or models that never saw it) disagree, and many other images are like it.

References:
    Information density: Settles & Craven 2008, 10.3115/1613715.1613855. Committees: Seung, Opper &
    Sompolinsky 1992, 10.1145/130385.130417.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.grades import GRADES
from sgus.review.boundary import Boundary

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

NEIGHBOURS: Final = 20
"""Images of other patients that decide how dense an image's surroundings are."""
UNKNOWN: Final = 1.0
"""Disagreement, in bits, where nobody can tell: as much as there can be."""


def doubt(p: FloatArray, at: Boundary) -> FloatArray:
    """How undecided the model is between the two grades, weighted by how likely it is one of them.

    Entropy in bits of the upper grade given one of the two, times the probability of the two.

    Args:
        p: `(n, 4)` grade probabilities of a model that did not learn from the images.
        at: The boundary.

    Returns:
        `(n,)`, 0 (sure, or another grade altogether) to 1.
    """
    two = np.asarray(p, dtype=np.float64)[:, list(at.grades)]
    mass = two.sum(axis=1)
    share = np.divide(two[:, 1], mass, out=np.full(len(two), 0.5), where=mass > 0)
    return np.asarray(_bits(share) * mass)


def disagreement(n_lower: IntArray, n_upper: IntArray) -> FloatArray:
    """How divided votes on the two sides of the boundary are.

    Entropy in bits of the share on the upper side, one vote added to each side (Laplace): five
    readers of one mind may still be wrong, and nobody's silence is no agreement.

    Args:
        n_lower: `(n,)` votes for the lower side: readings, or models of other folds.
        n_upper: `(n,)` votes for the upper side.

    Returns:
        `(n,)`, above 0, `UNKNOWN` where nobody voted.
    """
    return _bits((n_upper + 1.0) / (n_lower + n_upper + 2.0))


def density(features: FloatArray, patients: NDArray[np.object_]) -> FloatArray:
    """How much else looks like an image: mean similarity to its nearest of other patients.

    Similarity is the cosine of features less their mean, negative ones taken as 0.

    Args:
        features: `(n, C)`.
        patients: `(n,)`.

    Returns:
        `(n,)`, 0 to 1; 0 where there is no other patient.
    """
    like = similarities(features)
    same = patients[:, None] == patients[None, :]
    like = np.where(same, -1.0, like)
    nearest = -np.sort(-like, axis=1)[:, :NEIGHBOURS]
    counted = nearest >= 0
    n = counted.sum(axis=1)
    sums = np.where(counted, nearest, 0.0).sum(axis=1)
    return np.asarray(np.divide(sums, n, out=np.zeros(len(like)), where=n > 0))


def similarities(features: FloatArray) -> FloatArray:
    """Cosines of features less their mean, `(n, C)` to `(n, n)` from 0 to 1."""
    centred = np.asarray(features, dtype=np.float64)
    centred = centred - centred.mean(axis=0)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    unit = np.divide(centred, length, out=np.zeros_like(centred), where=length > 0)
    return np.asarray(np.clip(unit @ unit.T, 0.0, 1.0))


def choose(
    score: FloatArray, like: FloatArray, *, n: int, allowed: BoolArray | None = None
) -> IntArray:
    """Pick the best, one after the other, each time making what is like the picked ones worth less.

    The worth of an image is its score times one less its greatest similarity to an image already
    picked: twenty scans of one gland teach little more than one. Ties go to the first row.

    Args:
        score: `(n_images,)`, 0 or more.
        like: `(n_images, n_images)`, 0 to 1.
        n: How many.
        allowed: `(n_images,)` what may be picked; everything when None.

    Returns:
        Rows in the order they were picked: `n`, or as many as are allowed.
    """
    left = np.ones(len(score), dtype=bool) if allowed is None else allowed.copy()
    worth = np.asarray(score, dtype=np.float64)
    apart = np.ones(len(score))
    picked: list[int] = []
    for _ in range(min(n, int(left.sum()))):
        row = int(np.argmax(np.where(left, worth * apart, -1.0)))
        picked.append(row)
        left[row] = False
        apart = np.minimum(apart, 1.0 - like[row])
    return np.array(picked, dtype=np.int64)


def sides(votes: IntArray, at: Boundary) -> tuple[IntArray, IntArray]:
    """Votes for each side of a boundary.

    Args:
        votes: `(n, 4)` votes for each grade.
        at: The boundary.

    Returns:
        `(n,)` for the lower side, `(n,)` for the upper.
    """
    upper = np.array([grade >= at.upper for grade in GRADES])
    return votes[:, ~upper].sum(axis=1), votes[:, upper].sum(axis=1)


def _bits(share: FloatArray) -> FloatArray:
    inside = np.clip(share, 1e-12, 1.0 - 1e-12)
    entropy = -inside * np.log2(inside) - (1.0 - inside) * np.log2(1.0 - inside)
    return np.where((share <= 0) | (share >= 1), 0.0, entropy)
