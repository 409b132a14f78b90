"""The OMERACT grades and their hierarchy: the only home of their meaning.

Every array of grade probabilities is ordered as `GRADES`, every array of stage probabilities as
`STAGES`; a stage probability is that of the stage's higher side.

References:
    Grades as read in the HarmonicSS benchmark: Zabotti et al. 2020, 10.3389/fmed.2020.581248;
    hierarchy: Olivas et al., ACR Convergence 2025, abstract 1964.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

GRADES: Final = (0, 1, 2, 3)
N_GRADES: Final = len(GRADES)
PATHOLOGICAL_FROM: Final = 2
"""A gland of this grade or above is called pathological (10.3389/fmed.2020.602354)."""

DESCRIPTIONS: Final = {
    0: "normal, homogeneous parenchyma",
    1: "mild inhomogeneity, no an- or hypoechoic areas",
    2: "moderate inhomogeneity, focal an- or hypoechoic areas",
    3: "diffuse inhomogeneity, an- or hypoechoic areas over the whole gland, or fibrous gland",
}


@dataclass(frozen=True)
class Stage:
    """One binary decision of the hierarchy.

    Attributes:
        name: Name in files and arrays: `stage1`, `stage2a`, `stage2b`.
        title: Name on screen.
        lower: Grades of the lower side.
        higher: Grades of the higher side.
    """

    name: str
    title: str
    lower: tuple[int, ...]
    higher: tuple[int, ...]

    @property
    def grades(self) -> tuple[int, ...]:
        """The grades the stage decides between."""
        return self.lower + self.higher


STAGES: Final = (
    Stage("stage1", "0/1 v 2/3", (0, 1), (2, 3)),
    Stage("stage2a", "0 v 1", (0,), (1,)),
    Stage("stage2b", "2 v 3", (2,), (3,)),
)
STAGE_NAMES: Final = tuple(stage.name for stage in STAGES)

FloatArray = NDArray[np.floating[Any]]


def grades_from_stages(stages: FloatArray) -> NDArray[np.float64]:
    """Multiply the stage probabilities out to grade probabilities: P(branch) x P(leaf).

    Args:
        stages: `(..., 3)`, probability of the higher side of each stage, in [0, 1].

    Returns:
        `(..., 4)`, summing to one over the last axis.
    """
    high, one, three = np.moveaxis(np.asarray(stages, dtype=np.float64), -1, 0)
    low = 1.0 - high
    return np.stack([low * (1.0 - one), low * one, high * (1.0 - three), high * three], axis=-1)


def stages_from_grades(p: FloatArray) -> NDArray[np.float64]:
    """Read the stage probabilities off grade probabilities: the inverse of the product.

    Args:
        p: `(..., 4)`, summing to one over the last axis.

    Returns:
        `(..., 3)`, probability of the higher side; 0.5 for a branch of zero probability, which
        says nothing about its leaves.
    """
    p0, p1, p2, p3 = np.moveaxis(np.asarray(p, dtype=np.float64), -1, 0)
    low, high = p0 + p1, p2 + p3
    half = np.full_like(low, 0.5)
    one = np.divide(p1, low, out=half.copy(), where=low > 0)
    three = np.divide(p3, high, out=half.copy(), where=high > 0)
    return np.stack([high / (low + high), one, three], axis=-1)


def most_probable_grade(p: FloatArray) -> NDArray[np.int64]:
    """The predicted grade: the most probable one, the lower of two equal ones.

    Args:
        p: `(..., 4)` grade probabilities.

    Returns:
        `(...,)` grades.
    """
    return np.asarray(np.argmax(np.asarray(p), axis=-1), dtype=np.int64)
