"""Hypoechoic areas: how much of the gland they cover, and where."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sgus.phantom.fields import FloatArray
from sgus.phantom.grid import Grid
from sgus.phantom.lesions import Foci, coarse_grid, dots_map, draw_foci, foci_map
from sgus.phantom.parenchyma import gland_areas
from sgus.phantom.plane import PlaneDraws
from sgus.phantom.severity import draw_appearance, mean_coverage

GRID = coarse_grid(Grid(depth_mm=30, width_mm=40))


def _gland() -> FloatArray:
    inside = (GRID.z > 4) & (GRID.z < 18) & (GRID.x > 4) & (GRID.x < 36)
    return inside.astype(np.float32)


def _covered(severity: float, seed: int) -> float:
    """Share of the gland more than 3 dB darker than the rest."""
    look = replace(draw_appearance(severity, np.random.default_rng(seed)), fibrous=0.0)
    areas = gland_areas(
        PlaneDraws(seed, 1, 0.35, name="areas"), look, _gland(), grid=GRID, origin_mm=20
    )
    assert areas.shape == GRID.shape
    assert areas.max() <= 0
    return float((areas[_gland() > 0.5] < -3).mean())


@pytest.mark.parametrize("severity", [0.1, 0.9, 1.3, 1.5])
def test_none_below_one_and_a_half(severity: float) -> None:
    assert max(_covered(severity, seed) for seed in range(5)) == 0


def test_coverage_grows_above_2_as_specified() -> None:
    severities = (2.1, 2.5, 2.9, 3.3, 3.7)
    measured = [np.mean([_covered(s, seed) for seed in range(12)]) for s in severities]
    assert measured == sorted(measured)
    # Areas overlap where they are many: then they cover less than their sum.
    assert measured[:3] == pytest.approx([mean_coverage(s) for s in severities[:3]], rel=0.35)
    assert 0.4 < measured[-1] < 0.6


def test_a_worse_gland_keeps_the_areas_it_had() -> None:
    def foci(severity: float) -> Foci:
        look = draw_appearance(severity, np.random.default_rng(2))
        look = replace(look, radius_mm=1.0, diffuse=1.0)
        rng = PlaneDraws(2, 1, 0.0, name="areas")
        return draw_foci(rng, look, gland=_gland(), grid=GRID, origin_mm=20)

    some, more = foci(2.3), foci(3.3)
    assert 1 < len(some.z) < len(more.z)
    assert set(some.z.tolist()) <= set(more.z.tolist())


def test_an_area_has_the_size_and_depth_it_was_given() -> None:
    one = [np.array([value], np.float32) for value in (12.0, 20.0, 3.0, 1.5, 0.0, 9.0, 0.3)]
    areas = foci_map(np.random.default_rng(0), Foci(*one), GRID)
    assert areas.min() == pytest.approx(-9, abs=1e-4)
    size = float((areas < -4.5).sum()) * GRID.dz * GRID.dx
    assert size == pytest.approx(np.pi * 3.0**2, rel=0.15)
    rows, columns = np.nonzero(areas < -4.5)
    assert rows.mean() * GRID.dz == pytest.approx(12, abs=0.5)
    wide, high = np.ptp(columns) * GRID.dx, np.ptp(rows) * GRID.dz
    assert wide / high == pytest.approx(1.5, rel=0.3)


def test_dots_cover_the_share_asked_for_and_stay_faint() -> None:
    look = replace(draw_appearance(1.7, np.random.default_rng(1)), dots=0.12, dots_db=4.0)
    dots = np.stack([dots_map(np.random.default_rng(s), look, GRID) for s in range(20)])
    assert float((dots < -2).mean()) == pytest.approx(0.12, abs=0.02)
    assert dots.min() >= -4
