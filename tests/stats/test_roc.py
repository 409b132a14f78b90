from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from sgus.stats.roc import area_under_roc

ROWS = st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=1, max_size=25)


def slow_area(positive, scores):
    pairs = [
        1.0 if a > b else 0.5 if a == b else 0.0
        for a in scores[positive]
        for b in scores[~positive]
    ]
    return sum(pairs) / len(pairs) if pairs else np.nan


@given(ROWS, st.integers(0, 5))
def test_area_of_every_resample_is_the_count_of_its_pairs_exactly(rows, seed):
    positive = np.array([side for side, _ in rows])
    scores = np.array([score / 6 for _, score in rows])
    weights = np.random.default_rng(seed).integers(0, 3, size=(6, len(rows)))
    found = area_under_roc(positive, scores, weights.astype(float))
    slow = [slow_area(np.repeat(positive, row), np.repeat(scores, row)) for row in weights]
    assert np.array_equal(found, slow, equal_nan=True)


def test_area_is_that_of_scikit_learn_with_ties():
    rng = np.random.default_rng(0)
    positive, scores = rng.random(300) < 0.3, np.round(rng.random(300), 1)
    found = area_under_roc(positive, scores, np.ones(300))
    assert found == pytest.approx(roc_auc_score(positive, scores), abs=1e-12)


def test_one_side_only_or_no_image_is_undefined():
    assert np.isnan(area_under_roc(np.array([True, True]), np.array([0.1, 0.2]), np.ones(2)))
    none = area_under_roc(np.array([], dtype=bool), np.array([]), np.ones((3, 0)))
    assert none.shape == (3,)
    assert np.isnan(none).all()
