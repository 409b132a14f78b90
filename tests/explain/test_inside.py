from __future__ import annotations

import numpy as np
import pytest

from sgus.explain.cam import upsample_cams
from sgus.explain.inside import inside


def test_shares_are_sums_over_pixels() -> None:
    rng = np.random.default_rng(0)
    cams = rng.random((4, 5, 6)).astype(np.float32)
    masks = rng.random((4, 30, 40)) < 0.3
    found = inside(cams, masks)
    for at in range(4):
        large = upsample_cams(cams[at : at + 1], height=30, width=40)[0].astype(float)
        by_hand = sum(large[r, c] for r in range(30) for c in range(40) if masks[at, r, c])
        assert found.share[at] == pytest.approx(by_hand / large.sum(), rel=1e-9)
        assert found.area[at] == masks[at].sum() / 1200
        peak = np.unravel_index(large.argmax(), large.shape)
        assert found.brightest[at] == masks[at][peak]


def test_a_map_of_the_gland_is_inside_and_its_opposite_outside() -> None:
    masks = np.zeros((2, 32, 32), bool)
    masks[:, :, :16] = True
    cams = np.zeros((2, 4, 4), np.float32)
    cams[0, :, 0] = 1.0
    cams[1, :, 3] = 1.0
    found = inside(cams, masks)
    np.testing.assert_allclose(found.share, [1.0, 0.0], atol=1e-6)
    np.testing.assert_allclose(found.gain, [0.5, -0.5], atol=1e-6)
    np.testing.assert_array_equal(found.brightest, [1.0, 0.0])


def test_random_maps_have_the_area_as_their_share() -> None:
    rng = np.random.default_rng(3)
    masks = np.broadcast_to(rng.random((1, 40, 40)) < 0.25, (400, 40, 40))
    found = inside(rng.random((400, 5, 5)).astype(np.float32), masks)
    assert abs(found.gain.mean()) < 0.005


def test_an_empty_map_is_nowhere() -> None:
    found = inside(np.zeros((1, 4, 4), np.float32), np.ones((1, 8, 8), bool))
    assert np.isnan([found.share[0], found.brightest[0]]).all()
    with pytest.raises(ValueError, match="1 maps and 2 masks"):
        inside(np.zeros((1, 4, 4), np.float32), np.ones((2, 8, 8), bool))
