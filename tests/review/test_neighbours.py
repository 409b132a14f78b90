from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from sgus.review.neighbours import cosine_distances, nearest_rows


def test_distances_are_those_of_scipy() -> None:
    rng = np.random.default_rng(0)
    vector, vectors = rng.normal(size=8), rng.normal(size=(30, 8))
    expected = cdist(vector[None], vectors, "cosine")[0]
    np.testing.assert_allclose(cosine_distances(vector, vectors), expected, atol=1e-12)


def test_a_vector_without_direction_is_at_right_angles_to_all() -> None:
    vectors = np.array([[0.0, 0.0], [2.0, 0.0], [-1.0, 0.0]])
    np.testing.assert_allclose(cosine_distances(np.array([1.0, 0.0]), vectors), [1, 0, 2])
    np.testing.assert_allclose(cosine_distances(np.zeros(2), vectors), [1, 1, 1])


def slow(distances, allowed, first, k):
    """Sorts tuples, one row at a time."""
    rows = [(not first[i], distances[i], i) for i in range(len(distances)) if allowed[i]]
    return [row[2] for row in sorted(rows)[:k]]


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.1, 0.5, 2.0]), st.booleans(), st.booleans()), max_size=20
    ),
    st.integers(0, 6),
)
def test_rows_are_those_of_a_slow_sort(rows: list[tuple[float, bool, bool]], k: int) -> None:
    distances = np.array([row[0] for row in rows])
    allowed = np.array([row[1] for row in rows], dtype=bool)
    first = np.array([row[2] for row in rows], dtype=bool)
    found = nearest_rows(distances, allowed=allowed, first=first, k=k)
    assert found.tolist() == slow(distances, allowed, first, k)


@pytest.mark.parametrize("k", [0, -1])
def test_none_asked_for_none_given(k: int) -> None:
    yes = np.ones(3, dtype=bool)
    assert nearest_rows(np.zeros(3), allowed=yes, first=yes, k=k).size == 0
