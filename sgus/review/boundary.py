"""The boundaries between neighbouring grades and which of the model's stages decides each.

0/1 is decided by stage 2a, 1/2 by stage 1, 2/3 by stage 2b. An image *crosses* a boundary where
readers put it on one side and the model on the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.grades import GRADES, STAGES, Stage
from sgus.core.registry import Registry

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

CALLED_HIGHER: Final = 1
CALLED_LOWER: Final = -1
NOT_CROSSED: Final = 0
_SMALLEST: Final = 1e-6  # what a prediction table rounds to: an odds of zero is not known to it


@dataclass(frozen=True, order=True)
class Boundary:
    """Two grades that follow each other.

    Attributes:
        lower: The lower grade.
        upper: The next one.
    """

    lower: int
    upper: int

    @property
    def name(self) -> str:
        """As on screen and in files, such as `0/1`."""
        return f"{self.lower}/{self.upper}"

    @property
    def grades(self) -> tuple[int, int]:
        """The two grades, the lower first."""
        return self.lower, self.upper

    @property
    def stage(self) -> Stage:
        """The stage that decides between the two: the one that has them on different sides."""
        return next(
            stage for stage in STAGES if self.lower in stage.lower and self.upper in stage.higher
        )

    def log_odds(self, p: FloatArray) -> FloatArray:
        """How strongly the model leans to the upper of the two grades.

        The natural logarithm of p[upper] / p[lower]: 0 is undecided between the two, whatever
        the other grades have. Probabilities below 1e-6 count as 1e-6, so it is always finite
        and within about -13.8 to 13.8.

        Args:
            p: `(..., 4)` grade probabilities.

        Returns:
            `(...,)` log-odds of the upper grade given one of the two.
        """
        kept = np.log(np.maximum(np.asarray(p, dtype=np.float64), _SMALLEST))
        return np.asarray(kept[..., self.upper] - kept[..., self.lower], dtype=np.float64)

    def is_higher(self, grades: IntArray) -> BoolArray:
        """Whether grades lie on the upper side: `(...,)` grades to `(...,)` booleans."""
        return np.asarray(np.asarray(grades) >= self.upper, dtype=np.bool_)

    def touches(self, grade: IntArray, predicted: IntArray) -> BoolArray:
        """Whether the readers' grade or the predicted one is one of the two, `(n,)`."""
        either = np.isin(grade, self.grades) | np.isin(predicted, self.grades)
        return np.asarray(either, dtype=np.bool_)

    def crossing(self, grade: IntArray, predicted: IntArray, *, adjacent: bool = False) -> IntArray:
        """Where readers and model stand on different sides.

        Args:
            grade: `(n,)` what the readers said.
            predicted: `(n,)` what the model said.
            adjacent: Only where the two are exactly the two grades of the boundary; otherwise 0
                called 3 crosses every boundary.

        Returns:
            `(n,)`: 1 where the model calls it higher than the readers did, -1 where lower, 0
            where both are on one side.
        """
        grade, predicted = np.asarray(grade), np.asarray(predicted)
        sides = self.is_higher(predicted).astype(np.int64) - self.is_higher(grade)
        if adjacent:
            both = np.isin(grade, self.grades) & np.isin(predicted, self.grades)
            sides = np.where(both, sides, NOT_CROSSED)
        return np.asarray(sides, dtype=np.int64)


BOUNDARIES: Final = Registry(
    "boundary", {made.name: made for made in (Boundary(*pair) for pair in pairwise(GRADES))}
)
"""All three by name, the lowest first."""


def boundary(name: str) -> Boundary:
    """The boundary of a name.

    Args:
        name: `0/1`, `1/2` or `2/3`.

    Raises:
        ConfigError: There is none of this name; the message lists those there are.
    """
    return BOUNDARIES[name]
