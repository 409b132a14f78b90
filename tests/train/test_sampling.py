from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.train.sampling import batches, epoch_order, grade_targets

grade_lists = st.lists(st.integers(0, 3), min_size=1, max_size=60)


@given(grade_lists, st.integers(0, 99))
def test_without_balance_every_image_is_shown_once(grades: list[int], seed: int) -> None:
    order = epoch_order(np.array(grades), balance=0.0, rng=np.random.default_rng(seed))
    assert sorted(order) == list(range(len(grades)))


@given(grade_lists, st.floats(0, 1), st.integers(0, 99))
def test_an_image_is_shown_as_often_as_its_weight_rounded(
    grades: list[int], balance: float, seed: int
) -> None:
    array = np.array(grades)
    weights = np.array([grades.count(grade) ** -balance for grade in grades])
    expected = weights / weights.sum() * len(grades)
    order = epoch_order(array, balance=balance, rng=np.random.default_rng(seed))
    shown = np.bincount(order, minlength=len(grades))
    assert (np.abs(shown - expected) < 1 + 1e-9).all()
    assert len(order) == len(grades)


def test_full_balance_shows_every_grade_equally_often() -> None:
    grades = np.array([0] * 60 + [1] * 12 + [2] * 12 + [3] * 12)
    order = epoch_order(grades, balance=1.0, rng=np.random.default_rng(0))
    assert np.bincount(grades[order]).tolist() == pytest.approx([24] * 4, abs=1)


def test_order_is_shuffled() -> None:
    order = epoch_order(np.zeros(100, dtype=int), balance=0.5, rng=np.random.default_rng(0))
    assert (np.diff(order) != 1).sum() > 80


@given(st.integers(1, 200), st.integers(2, 64))
def test_batches_cover_the_order_and_are_nearly_equal(n: int, batch_size: int) -> None:
    parts = batches(np.arange(n), batch_size=batch_size)
    assert np.concatenate(parts).tolist() == list(range(n))
    sizes = [len(part) for part in parts]
    assert max(sizes) - min(sizes) <= 1
    assert max(sizes) <= 1.5 * batch_size + 1


def test_smoothed_targets_reach_the_neighbours_only() -> None:
    targets = grade_targets(np.arange(4), n_grades=4, neighbour_smoothing=0.2)
    np.testing.assert_allclose(
        targets,
        [[0.8, 0.2, 0, 0], [0.1, 0.8, 0.1, 0], [0, 0.1, 0.8, 0.1], [0, 0, 0.2, 0.8]],
        atol=1e-7,
    )
    assert targets.dtype == np.float32
