from __future__ import annotations

import numpy as np

from sgus.phantom.grid import Grid
from sgus.phantom.layers import deep_tissue

GRID = Grid(40.0, 40.0)


def added(seed: int, mosaic_db: float) -> np.ndarray:
    """What the mosaic changes, all else being equal."""
    plain, dark = (
        deep_tissue(np.random.default_rng(seed), GRID, level_db=-10.0, mosaic_db=db)
        for db in (0.0, mosaic_db)
    )
    return dark - plain


def test_dark_patches_cover_what_the_threshold_of_a_normal_field_says() -> None:
    shallow = np.stack([added(seed, 12.0)[GRID.z[:, 0] < 7] for seed in range(12)])
    assert -12.01 < shallow.min() < -11.9
    assert shallow.max() < 0.01
    # A field of mean 0 and variance 1 lies above 0.25 in 40 % of the plane.
    assert abs(float((shallow < -6).mean()) - 0.40) < 0.08


def test_streaks_of_light_run_straight_down() -> None:
    change = added(3, 12.0)
    depth = GRID.z[:, 0]
    # The brightest sample of a column in a stretch of depth lies outside the patches.
    upper, lower = (change[(depth > z) & (depth < z + 9)].max(0) for z in (21, 30.5))
    assert np.corrcoef(upper, lower)[0, 1] > 0.7
    assert upper.std() > 1.0
