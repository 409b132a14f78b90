"""Coherent reflectors: what is added where, and what a bone leaves behind it."""

from __future__ import annotations

import numpy as np
import pytest

from sgus.phantom.grid import Grid
from sgus.phantom.interfaces import (
    Reflectors,
    add_line,
    add_strokes,
    amplitude,
    bone_shadow,
)
from sgus.phantom.layouts.parts import Bone, Line

GRID = Grid(depth_mm=20, width_mm=30, n_z=200, n_x=150)


def test_a_level_of_20_db_is_ten_times_the_speckle() -> None:
    assert amplitude(20) == pytest.approx(10)


def test_points_are_shared_between_rows_and_those_outside_left_out() -> None:
    reflectors = Reflectors(GRID)
    z = np.array([10.08, -1.0, 30.0], np.float32)
    reflectors.add(z, np.array([15.1, 15.1, 15.1], np.float32), np.ones(3, np.complex64))
    total = reflectors.total()
    assert total.dtype == np.complex64
    assert total.sum() == pytest.approx(1, abs=1e-5)
    assert abs(total[100, 75]) == pytest.approx(0.7, abs=0.01)
    assert abs(total[101, 75]) == pytest.approx(0.3, abs=0.01)


def test_two_reflectors_at_one_place_add_up() -> None:
    reflectors = Reflectors(GRID)
    for value in (1.0, 2.0j):
        reflectors.add(np.array([5.05], np.float32), np.array([3.1], np.float32), np.array([value]))
    assert reflectors.total().sum() == pytest.approx(1 + 2j, abs=1e-4)


def test_a_line_is_darker_where_it_slopes() -> None:
    reflectors = Reflectors(GRID)
    depth = np.where(GRID.x[0] < 15, 5.0, 5 + (GRID.x[0] - 15)).astype(np.float32)
    add_line(reflectors, Line(depth, 6.0, breaks=0.0), np.random.default_rng(0))
    strength = np.abs(reflectors.total()).sum(axis=0)
    level, sloping = strength[10:60].mean(), strength[90:140].mean()
    assert level == pytest.approx(1.6 * amplitude(6), rel=0.1)
    assert sloping == pytest.approx(level / (1 + (1 / 0.45) ** 2), rel=0.1)


def test_strokes_lie_where_the_mask_allows() -> None:
    mask = np.zeros(GRID.shape, np.float32)
    mask[60:120, 40:110] = 1
    reflectors = Reflectors(GRID)
    add_strokes(
        reflectors,
        np.random.default_rng(1),
        mask,
        count=300,
        length_mm=2.0,
        angle=0.2,
        level_db=0.0,
    )
    total = np.abs(reflectors.total())
    assert total[mask > 0].sum() > 50
    assert total[:58].sum() == total[122:].sum() == total[:, :38].sum() == 0


def test_behind_bone_it_is_dark_and_before_it_nothing_changes() -> None:
    share = (GRID.x[0] > 15).astype(np.float32)
    bone = Bone(np.full(GRID.n_x, 8.0, np.float32), share)
    shadow, level = bone_shadow(bone, GRID, 4.0)
    assert shadow[:80].max() == 0
    assert shadow[90:, 80:].min() == 1
    assert shadow[:, :70].max() == 0
    assert level[90:].max() < -8
    assert level[-1].max() < -20
