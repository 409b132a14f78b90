import math

import numpy as np
import pytest

from sgus.images.local_patterns import pattern_histogram, uniform_patterns
from tests.images.pictures import speckle


def slow_pattern(image, y, x, points, radius):
    """One pixel, as the paper writes it."""
    bits = []
    for point in range(points):
        angle = 2 * math.pi * point / points
        row, column = y - radius * math.sin(angle), x + radius * math.cos(angle)
        row, column = round(row, 6), round(column, 6)
        top, left = math.floor(row), math.floor(column)
        value = 0.0
        for dy in (0, 1):
            for dx in (0, 1):
                weight = (1 - abs(row - top - dy)) * (1 - abs(column - left - dx))
                if weight > 1e-9:
                    value += weight * float(image[top + dy, left + dx])
        bits.append(value >= float(image[y, x]) - 1e-3)
    changes = sum(bits[k] != bits[k - 1] for k in range(points))
    return sum(bits) if changes <= 2 else points + 1


@pytest.mark.parametrize(("points", "radius"), [(8, 1.0), (16, 3.0), (8, 2.0)])
def test_every_pixel_as_the_slow_way(points, radius):
    image = speckle(20, 24, seed=3)
    fast = uniform_patterns(image, points=points, radius=radius)
    margin = math.ceil(radius)
    slow = [
        [slow_pattern(image, y, x, points, radius) for x in range(margin, 24 - margin)]
        for y in range(margin, 20 - margin)
    ]
    assert (fast != np.array(slow)).mean() <= 0.005  # ties of rounding


def test_known_patches():
    flat = np.full((3, 3), 90, np.uint8)
    assert uniform_patterns(flat, points=8, radius=1.0) == 8
    spot = flat.copy()
    spot[1, 1] = 200
    assert uniform_patterns(spot, points=8, radius=1.0) == 0
    checked = np.indices((3, 3)).sum(axis=0).astype(np.uint8) % 2 * 255
    assert uniform_patterns(255 - checked, points=4, radius=1.0) == 0
    bars = np.array([[0, 90, 0], [200, 90, 200], [0, 90, 0]], np.uint8)
    assert uniform_patterns(bars, points=8, radius=1.0) in (8, 9)


def test_histogram_is_of_shares_and_does_not_turn():
    image = speckle(40, 40)
    own = pattern_histogram(image, points=8, radius=1.0)
    assert own.shape == (10,)
    assert own.sum() == pytest.approx(1)
    turned = pattern_histogram(np.rot90(image).copy(), points=8, radius=1.0)
    np.testing.assert_allclose(own, turned, atol=1e-3)
