from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier

from sgus.core.errors import ConfigError, RunError
from sgus.train.baselines import BASELINES, LEAST_IN_LEAF, N_TREES, extra_trees, majority


def test_majority__answers_with_the_shares_of_the_training_grades() -> None:
    p = majority(np.zeros((5, 1), "f4"), np.array([2, 2, 0, 3, 2]), np.zeros((3, 1), "f4"), 0)
    np.testing.assert_allclose(p, [[0.2, 0.0, 0.6, 0.2]] * 3)


def test_extra_trees__are_those_of_scikit_learn_with_a_column_for_every_grade() -> None:
    rng = np.random.default_rng(0)
    train, test = rng.normal(size=(40, 4)).astype("f4"), rng.normal(size=(6, 4)).astype("f4")
    grades = np.where(train[:, 0] > 0, 3, 1)
    p = extra_trees(train, grades, test, 5)
    oracle = ExtraTreesClassifier(
        N_TREES, class_weight="balanced", min_samples_leaf=LEAST_IN_LEAF, random_state=5
    ).fit(train, grades)
    np.testing.assert_allclose(p[:, [1, 3]], oracle.predict_proba(test))
    assert not p[:, [0, 2]].any()
    np.testing.assert_allclose(p.sum(axis=1), 1.0)


@pytest.mark.parametrize("name", list(BASELINES))
def test_no_training_image_is_refused(name: str) -> None:
    nothing = np.zeros((0, 2), "f4")
    with pytest.raises(RunError, match="no training image"):
        BASELINES[name].answers(nothing, np.zeros(0, int), np.zeros((1, 2), "f4"), 0)


def test_an_unknown_baseline_lists_the_known() -> None:
    with pytest.raises(ConfigError, match="Use one of: majority, texture"):
        BASELINES["forest"]
