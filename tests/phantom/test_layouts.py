"""Layouts: every plane has a gland of plausible size in it, whatever is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.core.errors import ConfigError
from sgus.phantom.grid import Grid
from sgus.phantom.layouts import LAYOUTS
from sgus.phantom.layouts.frame import Frame
from sgus.phantom.plane import PlaneDraws
from sgus.phantom.request import VIEWS
from sgus.phantom.severity import draw_appearance

GRID = Grid(depth_mm=34, width_mm=42)
PLANES = sorted(LAYOUTS)


def test_every_view_of_every_gland_has_a_layout() -> None:
    assert {f"{gland} {view}" for gland in VIEWS for view in VIEWS[gland]} == set(PLANES)


def test_an_unknown_plane_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="parotid transverse"):
        LAYOUTS["thyroid transverse"]


@given(
    plane=st.sampled_from(PLANES),
    seed=st.integers(0, 10**6),
    severity=st.floats(0, 3.99),
    tilt=st.floats(-0.2, 0.2),
)
def test_the_gland_lies_under_the_skin_and_has_a_plausible_area(
    plane: str, seed: int, severity: float, tilt: float
) -> None:
    look = draw_appearance(severity, np.random.default_rng(seed))
    rng = PlaneDraws(seed, seed + 1, 0.35, name="layout")
    layout = LAYOUTS[plane](Frame(GRID, offset_mm=1.0, tilt=tilt), rng, look)
    for curve in (layout.skin, layout.top, layout.bottom, layout.edge_mm):
        assert curve.shape == (GRID.n_x,)
        assert np.isfinite(curve).all()
    assert (layout.top > layout.skin).all()
    assert (layout.edge_mm > 0).all()
    thickness = np.clip(np.minimum(layout.bottom, GRID.depth_mm) - layout.top, 0, None)
    area_cm2 = float(thickness.sum()) * GRID.dx / 100
    assert 0.4 < area_cm2 < 12


@pytest.mark.parametrize("plane", PLANES)
def test_layouts_are_varied(plane: str) -> None:
    look = draw_appearance(0.5, np.random.default_rng(0))
    heights = []
    for seed in range(25):
        rng = PlaneDraws(seed, 1, 0.0, name="layout")
        layout = LAYOUTS[plane](Frame(GRID), rng, look)
        heights.append(float((layout.bottom - layout.top).max()))
    assert np.std(heights) > 1.2


def test_a_wider_picture_shows_the_same_anatomy() -> None:
    look = draw_appearance(0.5, np.random.default_rng(0))
    wide = Grid(depth_mm=34, width_mm=56)
    for plane in PLANES:
        tops = []
        for grid in (GRID, wide):
            rng = PlaneDraws(3, 1, 0.0, name="layout")
            tops.append((Frame(grid).u, LAYOUTS[plane](Frame(grid), rng, look).bottom))
        (narrow_u, narrow), (wide_u, broad) = tops
        again = np.interp(narrow_u, wide_u, broad)
        assert float(np.median(np.abs(again - narrow))) < 0.5
