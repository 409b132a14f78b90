from __future__ import annotations

import numpy as np
import pytest
import torch

from sgus.core.errors import RunError
from sgus.images.augment import PLAIN, augment
from sgus.train.examples import Examples

PIXELS = np.zeros((2, 8, 8), np.uint8)
GRADES = np.array([0, 2])


def test_given_distributions_are_learnt_as_they_are() -> None:
    given = np.array([[0.7, 0.3, 0, 0], [0, 0.25, 0.5, 0.25]])
    examples = Examples.of(PIXELS, GRADES, distributions=given)
    np.testing.assert_allclose(examples.targets(neighbour_smoothing=0.4).numpy(), given, atol=1e-7)
    hard = Examples.of(PIXELS, GRADES).targets(neighbour_smoothing=0.0).numpy()
    np.testing.assert_array_equal(hard, np.eye(4, dtype=np.float32)[GRADES])


@pytest.mark.parametrize(
    "improper",
    [
        np.full((1, 4), 0.25),
        np.full((2, 3), 1 / 3),
        np.full((2, 4), 0.3),
        np.array([[2.0, -1, 0, 0]] * 2),
    ],
)
def test_what_is_no_distribution_is_refused(improper: np.ndarray) -> None:
    with pytest.raises(RunError, match="not 2 rows of 4 probabilities that sum to one"):
        Examples.of(PIXELS, GRADES, distributions=improper)


def test_a_batch_is_varied_as_the_augmentation_says() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (5, 8, 8)).astype(np.uint8)
    examples = Examples.of(pixels, np.array([0, 1, 2, 3, 0]))
    chosen = torch.tensor([3, 0, 0])
    shown = examples.varied(chosen, PLAIN, generator=torch.Generator().manual_seed(4))
    again = augment(examples.pixels[chosen], PLAIN, generator=torch.Generator().manual_seed(4))
    assert torch.equal(shown, again)
    assert shown.shape == (3, 1, 8, 8)
