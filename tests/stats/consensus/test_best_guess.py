"""The best answer for each class: no other answer, all of them tried, does better."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from sgus.core.grades import STAGES
from sgus.stats.agreement.quadratic import quadratic_kappa
from sgus.stats.consensus.best_guess import (
    best_accuracy,
    best_balanced_accuracy,
    best_quadratic_kappa,
    stage_table,
)


def answers(table):
    """Labels by answers, for each way of answering."""
    n_classes, k = table.shape
    for answer in product(range(k), repeat=n_classes):
        given = np.zeros((k, k))
        for true, called in enumerate(answer):
            given[:, called] += table[true]
        yield given


@pytest.mark.parametrize("seed", range(5))
def test_nothing_does_better(seed):
    table = np.random.default_rng(seed).dirichlet(np.full(16, 0.5)).reshape(4, 4)
    every = list(answers(table))
    accuracy = max(np.trace(given) for given in every)
    balanced = max((np.diag(given) / given.sum(axis=1)).mean() for given in every)
    assert best_accuracy(table) == pytest.approx(accuracy)
    assert best_balanced_accuracy(table) == pytest.approx(balanced)


def test_kappa_answers_the_nearest_to_the_mean():
    table = np.array([[0.2, 0.1, 0.0], [0.1, 0.2, 0.1], [0.02, 0.0, 0.28]])
    given = np.zeros((3, 3))
    for true, called in enumerate([0, 1, 2]):  # means .33, 1, 1.87
        given[:, called] += table[true]
    assert best_quadratic_kappa(table) == pytest.approx(float(quadratic_kappa(given)))


def test_a_stage_is_about_its_labels_alone():
    table = np.array([[4.0, 2, 0, 0], [2, 4, 1, 0], [0, 1, 4, 2], [0, 0, 1, 4]])
    both, zero_one, two_three = (stage_table(table, stage) for stage in STAGES)
    assert both.tolist() == [[6, 0], [6, 1], [1, 6], [0, 5]]
    assert zero_one.tolist() == [[4, 2], [2, 4], [0, 1], [0, 0]]
    assert two_three.tolist() == [[0, 0], [1, 0], [4, 2], [1, 4]]
    assert best_accuracy(zero_one) == pytest.approx(9 / 13)
    assert best_balanced_accuracy(zero_one) == pytest.approx((4 / 6 + 5 / 7) / 2)


def test_what_never_comes_is_undefined():
    table = np.array([[1.0, 0.0], [1.0, 0.0]])
    assert best_accuracy(table) == 1.0
    assert np.isnan(best_balanced_accuracy(table))
    assert np.isnan(best_quadratic_kappa(table))
    assert np.isnan(best_accuracy(np.zeros((2, 2))))
