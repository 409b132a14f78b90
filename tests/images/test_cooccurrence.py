import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgus.images.cooccurrence import cooccurrence, cooccurrence_statistics, equalised_levels
from tests.images.pictures import speckle


def slow_matrix(levels, step, n_levels):
    """Count pair by pair, both ways round."""
    counts = np.zeros((n_levels, n_levels))
    height, width = levels.shape
    for y in range(height):
        for x in range(width):
            other_y, other_x = y + step[0], x + step[1]
            if 0 <= other_y < height and 0 <= other_x < width:
                counts[levels[y, x], levels[other_y, other_x]] += 1
                counts[levels[other_y, other_x], levels[y, x]] += 1
    return counts / counts.sum()


# Haralick, Shanmugam and Dinstein 1973, figure 3: a 4 x 4 image and its counts.
HARALICK = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [0, 2, 2, 2], [2, 2, 3, 3]], np.uint8)
PUBLISHED = {
    (0, 1): [[4, 2, 1, 0], [2, 4, 0, 0], [1, 0, 6, 1], [0, 0, 1, 2]],
    (1, 0): [[6, 0, 2, 0], [0, 4, 2, 0], [2, 2, 2, 2], [0, 0, 2, 0]],
    (-1, 1): [[4, 1, 0, 0], [1, 2, 2, 0], [0, 2, 4, 1], [0, 0, 1, 0]],
    (1, 1): [[2, 1, 3, 0], [1, 2, 1, 0], [3, 1, 0, 2], [0, 0, 2, 0]],
}


@pytest.mark.parametrize("step", PUBLISHED)
def test_published_example(step):
    counts = np.array(PUBLISHED[step], float)
    np.testing.assert_allclose(cooccurrence(HARALICK, step=step, n_levels=4), counts / counts.sum())


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 999), down=st.integers(-4, 4), across=st.integers(0, 4))
def test_counts_as_the_slow_way(seed, down, across):
    levels = np.random.default_rng(seed).integers(0, 5, (9, 11)).astype(np.uint8)
    fast = cooccurrence(levels, step=(down, across), n_levels=5)
    np.testing.assert_allclose(fast, slow_matrix(levels, (down, across), 5))


def test_step_out_of_the_image_is_all_zero():
    assert not cooccurrence(HARALICK, step=(4, 0), n_levels=4).any()


def test_statistics_by_their_formulas():
    levels = equalised_levels(speckle(40, 50))
    matrix = cooccurrence(levels, step=(0, 2))
    contrast = dissimilarity = homogeneity = energy = entropy = 0.0
    for i in range(16):
        for j in range(16):
            p = matrix[i, j]
            contrast += p * (i - j) ** 2
            dissimilarity += p * abs(i - j)
            homogeneity += p / (1 + (i - j) ** 2)
            energy += p**2
            entropy -= p * np.log(p) if p else 0.0
    pairs = np.stack([levels[:, :-2].ravel(), levels[:, 2:].ravel()])
    both = np.hstack([pairs, pairs[::-1]])
    correlation = np.corrcoef(both)[0, 1]
    expected = [contrast, dissimilarity, homogeneity, np.sqrt(energy), entropy, correlation]
    np.testing.assert_allclose(cooccurrence_statistics(matrix), expected, rtol=1e-10)


def test_one_level_correlates_with_itself():
    matrix = np.zeros((4, 4))
    matrix[2, 2] = 1
    np.testing.assert_allclose(cooccurrence_statistics(matrix), [0, 0, 1, 1, 0, 1], atol=1e-12)


def test_levels_are_equally_full_and_keep_the_order():
    image = np.random.default_rng(0).permutation(256).repeat(4).reshape(32, 32).astype(np.uint8)
    levels = equalised_levels(image)
    np.testing.assert_array_equal(np.bincount(levels.ravel()), [64] * 16)
    order = np.argsort(image.ravel(), kind="stable")
    assert (np.diff(levels.ravel()[order].astype(int)) >= 0).all()


@given(gamma=st.floats(0.5, 2.0))
def test_gamma_does_not_change_levels_of_distinct_greys(gamma):
    image = (speckle(40, 50) // 32).astype(np.uint8)
    table = np.rint(255 * (np.arange(8) / 7) ** gamma).astype(np.uint8)
    np.testing.assert_array_equal(equalised_levels(table[image]), equalised_levels(image))
