"""Chances of the median, against every combination of readings written out."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from sgus.stats.consensus.median_chances import median_chances


def enumerated(confusion, tie):
    """`(k,)` by going through all readings of all readers."""
    n_readers, k = confusion.shape
    found = np.zeros(k)
    for grades in product(range(k), repeat=n_readers):
        ordered = sorted(grades)
        middle = ordered[(n_readers - 1) // 2] if tie == "lower" else ordered[n_readers // 2]
        found[middle] += np.prod([confusion[r, g] for r, g in enumerate(grades)])
    return found


@pytest.mark.parametrize("tie", ["lower", "upper"])
@pytest.mark.parametrize("n_readers", [1, 2, 3, 4, 5])
def test_equals_every_combination(n_readers, tie):
    rng = np.random.default_rng(n_readers)
    confusion = rng.dirichlet(np.ones(4), size=(n_readers, 2, 3))  # two problems of three classes
    found = median_chances(confusion, tie=tie)
    assert found.shape == (2, 3, 4)
    for problem, true in product(range(2), range(3)):
        expected = enumerated(confusion[:, problem, true], tie)
        np.testing.assert_allclose(found[problem, true], expected, atol=1e-12)


def test_many_readers_come_close_to_their_middle():
    confusion = np.broadcast_to([0.2, 0.7, 0.1], (101, 1, 3))
    assert median_chances(confusion, tie="lower")[0, 1] > 0.9999


def test_ties_without_consensus_are_refused():
    with pytest.raises(ValueError, match="leave no label"):
        median_chances(np.ones((2, 1, 1)), tie="none")
