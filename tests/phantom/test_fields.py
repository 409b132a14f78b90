"""Smooth fields: variance, correlation length, steps and interpolation against theory."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.phantom.fields import (
    along_curve,
    resample_columns,
    resample_rows,
    smooth_field,
    smooth_line,
    smoothstep,
    soft_step,
)
from sgus.phantom.grid import Grid

GRID = Grid(depth_mm=32, width_mm=40, n_z=160, n_x=200)


def _many(length_z: float, length_x: float, n: int = 60) -> np.ndarray:
    rng = np.random.default_rng(3)
    return np.stack([smooth_field(rng, GRID, length_z, length_x) for _ in range(n)])


@pytest.mark.parametrize(("length_z", "length_x"), [(1.0, 1.0), (0.8, 3.0), (2.5, 1.2)])
def test_a_field_has_mean_0_variance_1_everywhere(length_z: float, length_x: float) -> None:
    fields = _many(length_z, length_x)
    assert fields.dtype == np.float32
    assert abs(float(fields.mean())) < 0.05
    # Per row, so that the ends are no weaker than the middle.
    assert fields.var(axis=(0, 2)) == pytest.approx(1, abs=0.3)
    assert float(fields.var()) == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize(("length_z", "length_x"), [(1.0, 2.0), (1.6, 0.8)])
@pytest.mark.parametrize("lengths", [0.5, 1.0, 2.0])
def test_correlation_falls_as_a_gaussian(length_z: float, length_x: float, lengths: float) -> None:
    fields = _many(length_z, length_x)
    down = round(lengths * length_z / GRID.dz)
    across = round(lengths * length_x / GRID.dx)
    along_z = float((fields[:, down:] * fields[:, :-down]).mean())
    along_x = float((fields[:, :, across:] * fields[:, :, :-across]).mean())
    # Rounded to whole samples, and lengths to steps of 5 %.
    assert along_z == pytest.approx(math.exp(-0.5 * (down * GRID.dz / length_z) ** 2), abs=0.07)
    assert along_x == pytest.approx(math.exp(-0.5 * (across * GRID.dx / length_x) ** 2), abs=0.07)


def test_a_line_is_the_same_in_one_dimension() -> None:
    rng = np.random.default_rng(4)
    lines = np.stack([smooth_line(rng, 300, 60.0, 4.0) for _ in range(400)])
    assert float(lines.var()) == pytest.approx(1, abs=0.06)
    assert float((lines[:, 20:] * lines[:, :-20]).mean()) == pytest.approx(math.exp(-0.5), abs=0.06)


@given(value=st.floats(-3, 3), start=st.floats(-2, 0), width=st.floats(0.1, 3))
def test_steps_rise_from_0_to_1(value: float, start: float, width: float) -> None:
    risen = smoothstep(start, start + width, value)
    assert 0 <= risen <= 1
    assert risen == pytest.approx(1 - smoothstep(start, start + width, 2 * start + width - value))
    array = smoothstep(start, start + width, np.array([value], np.float32))
    assert array.dtype == np.float32
    assert float(array[0]) == pytest.approx(risen, abs=1e-4)


def test_soft_step_is_the_step_from_minus_1_to_1() -> None:
    value = np.linspace(-2, 2, 41, dtype=np.float32)
    assert soft_step(value) == pytest.approx(smoothstep(-1.0, 1.0, value), abs=1e-6)


@pytest.mark.parametrize("n", [7, 20, 33])
def test_resampling_keeps_a_ramp(n: int) -> None:
    line = ((np.arange(20) + 0.5) / 20).astype(np.float32)
    ramp = np.repeat(line[:, None], 3, axis=1)
    expected = np.interp((np.arange(n) + 0.5) / n, (np.arange(20) + 0.5) / 20, ramp[:, 0])
    assert resample_rows(ramp, n)[:, 1] == pytest.approx(expected, abs=1e-6)
    assert resample_columns(ramp.T.copy(), n)[1] == pytest.approx(expected, abs=1e-6)


def test_along_curve_moves_each_column_down() -> None:
    field = np.zeros((10, 3), np.float32)
    field[2] = 1
    moved = along_curve(field, np.array([0.0, 0.5, -0.5]), dz=0.25)
    assert [int(column.argmax()) for column in moved.T] == [2, 4, 0]
