"""What a training loop reads: prepared pixels and target distributions, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sgus.core.errors import RunError
from sgus.core.grades import N_GRADES
from sgus.images.augment import AugmentConfig, augment
from sgus.train.sampling import grade_targets


@dataclass(frozen=True, eq=False)
class Examples:
    """Images of one part of a split.

    Attributes:
        pixels: `(n, 1, h, w)` uint8.
        grades: `(n,)` int64, 0 to 3.
        distributions: `(n, 4)` float32, what to learn in place of the grades, or None. Of a
            validation part it is what the loss is of.
    """

    pixels: Tensor
    grades: NDArray[np.int64]
    distributions: NDArray[np.float32] | None = None

    @classmethod
    def of(
        cls,
        pixels: NDArray[np.uint8],
        grades: NDArray[np.int64],
        *,
        distributions: NDArray[np.floating[Any]] | None = None,
    ) -> Examples:
        """Check and wrap arrays.

        Args:
            pixels: `(n, h, w)`.
            grades: `(n,)`.
            distributions: `(n, 4)` probabilities of each grade, to be learnt as they are; without
                them the grade is the target.

        Raises:
            RunError: There are none, their numbers differ, a grade is outside 0 to 3, or a
                distribution is none.
        """
        if len(pixels) != len(grades) or len(grades) == 0:
            raise RunError(
                "training images",
                f"{len(pixels)} images and {len(grades)} grades do not make examples",
                "Check the cohort and the split",
            )
        if grades.min() < 0 or grades.max() >= N_GRADES:
            raise RunError("grades", "a grade lies outside 0 to 3", "Run the check verb")
        if distributions is not None:
            _refuse_improper(distributions, len(grades))
            distributions = distributions.astype(np.float32)
        return cls(torch.from_numpy(np.array(pixels))[:, None], grades, distributions)

    def __len__(self) -> int:
        return len(self.grades)

    def varied(self, chosen: Tensor, how: AugmentConfig, *, generator: torch.Generator) -> Tensor:
        """A batch as training shows it: augmented, not yet normalised.

        Args:
            chosen: `(n,)` int64 positions of the images of the batch.
            how: How far an image may be changed.
            generator: Decides what is done to each.

        Returns:
            `(n, 1, h, w)` float32.
        """
        return augment(self.pixels[chosen], how, generator=generator)

    def targets(self, *, neighbour_smoothing: float) -> Tensor:
        """`(n, 4)` float32 target distributions; given ones are not smoothed again."""
        if self.distributions is not None:
            return torch.from_numpy(self.distributions)
        return torch.from_numpy(
            grade_targets(self.grades, n_grades=N_GRADES, neighbour_smoothing=neighbour_smoothing)
        )


def _refuse_improper(distributions: NDArray[np.floating[Any]], n: int) -> None:
    proper = (
        distributions.shape == (n, N_GRADES)
        and bool((distributions >= 0).all())
        and np.allclose(distributions.sum(1), 1, atol=1e-4)
    )
    if not proper:
        raise RunError(
            "target distributions",
            f"they are not {n} rows of {N_GRADES} probabilities that sum to one",
            "Check where they come from",
        )
