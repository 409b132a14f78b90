from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedGroupKFold

from sgus.cohort.assignment import assign_groups, imbalance
from sgus.core.rng import generator


def population(n_patients, seed):
    """Patients of one to four images whose grades go together, as real ones do."""
    rng = np.random.default_rng(seed)
    strata = np.zeros((n_patients, 4))
    for patient in range(n_patients):
        level = rng.choice(4, p=[0.43, 0.13, 0.18, 0.26])
        for _ in range(rng.integers(1, 5)):
            strata[patient, np.clip(level + rng.integers(-1, 2), 0, 3)] += 1
    return strata


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n_groups=st.integers(5, 40),
    shares=st.sampled_from([(0.7, 0.15, 0.15), (0.2,) * 5, (0.85, 0.15), (1.0,)]),
)
def test_assign_groups__everyone_once_and_no_part_empty(seed, n_groups, shares):
    strata = population(n_groups, seed)
    given_shares = {"weights": np.ones(4), "shares": np.array(shares)}
    parts = assign_groups(strata, **given_shares, rng=generator(seed))
    assert parts.shape == (n_groups,)
    assert set(parts) == set(range(len(shares)))
    assert np.array_equal(parts, assign_groups(strata, **given_shares, rng=generator(seed)))


def test_assign_groups__finds_the_best_of_all_divisions_of_a_small_population():
    strata = population(9, 3)
    weights, shares = np.ones(4), np.array([0.6, 0.4])
    every = [np.array([code >> at & 1 for at in range(9)]) for code in range(1, 2**9 - 1)]
    best = min(imbalance(parts, strata, weights=weights, shares=shares) for parts in every)
    found = assign_groups(strata, weights=weights, shares=shares, rng=generator(0))
    assert imbalance(found, strata, weights=weights, shares=shares) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(5))
def test_assign_groups__as_even_as_stratified_group_k_fold_or_more_and_than_chance(seed):
    strata = population(80, seed)
    weights, shares = np.ones(4), np.full(5, 0.2)
    grades = np.concatenate([np.repeat(np.arange(4), row.astype(int)) for row in strata])
    groups = np.repeat(np.arange(80), strata.sum(axis=1).astype(int))
    theirs = np.empty(80, dtype=np.int64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folds = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
        for part, (_, test) in enumerate(folds.split(grades, grades, groups)):
            theirs[groups[test]] = part
    chance = np.random.default_rng(seed).integers(5, size=80)
    ours = assign_groups(strata, weights=weights, shares=shares, rng=generator(seed))

    def score(parts):
        return imbalance(parts, strata, weights=weights, shares=shares)

    assert score(ours) <= score(theirs) + 1e-9
    assert score(ours) < score(chance) / 5


def test_assign_groups__too_few_groups():
    with pytest.raises(ValueError, match="2 groups cannot fill 3 parts"):
        assign_groups(
            np.ones((2, 4)), weights=np.ones(4), shares=np.full(3, 1 / 3), rng=generator(0)
        )


def test_imbalance__by_hand():
    strata = np.array([[4.0], [2.0]])
    value = imbalance(np.array([0, 1]), strata, weights=np.ones(1), shares=np.array([0.5, 0.5]))
    assert value == pytest.approx(2 * (4 - 3) ** 2 / 3)
