"""What a training loop reads: prepared pixels and target distributions, in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sgus.core.errors import RunError
from sgus.core.grades import N_GRADES
from sgus.train.sampling import grade_targets


@dataclass(frozen=True, eq=False)
class Examples:
    """Images of one part of a split.

    Attributes:
        pixels: `(n, 1, h, w)` uint8.
        grades: `(n,)` int64, 0 to 3.
    """

    pixels: Tensor
    grades: NDArray[np.int64]

    @classmethod
    def of(cls, pixels: NDArray[np.uint8], grades: NDArray[np.int64]) -> Examples:
        """Check and wrap arrays.

        Args:
            pixels: `(n, h, w)`.
            grades: `(n,)`.

        Raises:
            RunError: There are none, their numbers differ, or a grade is outside 0 to 3.
        """
        if len(pixels) != len(grades) or len(grades) == 0:
            raise RunError(
                "training images",
                f"{len(pixels)} images and {len(grades)} grades do not make examples",
                "Check the cohort and the split",
            )
        if grades.min() < 0 or grades.max() >= N_GRADES:
            raise RunError("grades", "a grade lies outside 0 to 3", "Run the check verb")
        return cls(torch.from_numpy(np.array(pixels))[:, None], grades)

    def __len__(self) -> int:
        return len(self.grades)

    def targets(self, *, neighbour_smoothing: float) -> Tensor:
        """`(n, 4)` float32 target distributions."""
        return torch.from_numpy(
            grade_targets(self.grades, n_grades=N_GRADES, neighbour_smoothing=neighbour_smoothing)
        )
