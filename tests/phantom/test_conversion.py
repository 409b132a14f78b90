from __future__ import annotations

import numpy as np
import pytest

from sgus.core.errors import ConfigError
from sgus.phantom.conversion import beams_of, convert, convert_mask, onto_beams, picture_shape
from sgus.phantom.devices import DEVICES
from sgus.phantom.grid import Grid
from sgus.phantom.tissue import Tissue
from tests.phantom.tissues import ample, uniform


def true_position(grid: Grid, aperture_mm: float) -> tuple[np.ndarray, np.ndarray]:
    """Depth and place across of each beam sample, mm, by drawing each beam as a straight line."""
    z = np.broadcast_to(grid.z, grid.shape).astype(np.float64)
    at_skin = ((np.arange(grid.n_x) + 0.5) / grid.n_x - 0.5) * aperture_mm
    at_bottom = ((np.arange(grid.n_x) + 0.5) / grid.n_x - 0.5) * grid.width_mm
    x = at_skin + (at_bottom - at_skin) * z / grid.depth_mm + grid.width_mm / 2
    return z, x


@pytest.mark.parametrize("name", ["premium", "cart-b", "cart-c", "handheld"])
def test_a_linear_probe_sees_the_tissue_as_it_is(name: str) -> None:
    device, grid = ample(name)
    tissue = uniform(grid)
    beams = beams_of(grid, device)
    assert not beams.fanned
    assert beams.aperture_mm == pytest.approx(grid.width_mm)
    assert onto_beams(tissue, beams) is tissue


def test_the_beams_of_a_trapezoid_meet_the_tissue_on_straight_lines() -> None:
    device, grid = ample("cart-d")
    beams = beams_of(grid, device)
    assert beams.fanned
    assert beams.grid.width_mm == pytest.approx(device.aperture_mm)
    tissue = uniform(grid)
    ramp = (0.3 * grid.x + 0.1 * grid.z - 10).astype(np.float32)
    sampled = onto_beams(
        Tissue(grid, ramp, (ramp * 1j).astype(np.complex64), tissue.transmission, tissue.gland),
        beams,
    )
    z, x = true_position(grid, device.aperture_mm)
    expected = 0.3 * x + 0.1 * z - 10
    inner = np.s_[:, 2:-2]
    assert sampled.echogenicity[inner] == pytest.approx(expected[inner], abs=2e-3)
    assert sampled.specular.imag[inner] == pytest.approx(expected[inner], abs=2e-3)


def test_a_shadow_follows_the_beam() -> None:
    device, grid = ample("cart-d")
    tissue = uniform(grid)
    x0, half = grid.width_mm / 2 + 14, 1.5
    stone = (np.abs(grid.z - 8) < 0.5) & (np.abs(grid.x - x0) < half)
    tissue.transmission[:] = -20 * np.cumsum(stone, axis=0) * grid.dz
    beams = beams_of(grid, device)
    sampled = onto_beams(tissue, beams)
    middle = grid.width_mm / 2
    for depth in (12.0, 30.0):
        row = int(depth / grid.dz)
        dark = np.flatnonzero(sampled.transmission[row] < -10)
        _, x = true_position(grid, device.aperture_mm)
        # A beam's distance from the middle grows with its distance from where all beams meet.
        expected = 14 * beams.spread(np.float32(depth)) / beams.spread(np.float32(8))
        assert x[row, dark].mean() - middle == pytest.approx(float(expected), abs=0.3)
    assert (sampled.transmission[: int(7 / grid.dz)] == 0).all()


def test_too_narrow_tissue_for_a_trapezoid_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"device cart-d.*24 mm wide leaves.*field_width_mm"):
        beams_of(Grid(40.0, 24.0), DEVICES["cart-d"])


@pytest.mark.parametrize("name", ["premium", "cart-d"])
def test_the_picture_shows_each_thing_where_it_is(name: str) -> None:
    device, grid = ample(name)
    beams = beams_of(grid, device)
    z, x = true_position(grid, beams.aperture_mm)
    wave = 0.5 + 0.4 * np.sin(x / 3) * np.cos(z / 4)
    rows, columns, spacing = picture_shape(grid, 520, 440)
    pixels, outside = convert(wave.astype(np.float32), beams, rows=rows, columns=columns)
    down = (np.arange(rows)[:, None] + 0.5) * spacing
    across = (np.arange(columns)[None, :] + 0.5) * spacing
    expected = 255 * (0.5 + 0.4 * np.sin(across / 3) * np.cos(down / 4))
    error = np.abs(pixels - expected)[~outside]
    assert np.quantile(error, 0.999) < 2.5
    assert pixels.shape == (rows, columns)
    assert (pixels[outside] == 0).all()


def test_the_corners_of_a_trapezoid_are_outside() -> None:
    device, grid = ample("cart-d", 40.0)
    rows, columns, spacing = picture_shape(grid, 520, 440)
    white = np.ones(grid.shape, np.float32)
    pixels, outside = convert(white, beams_of(grid, device), rows=rows, columns=columns)
    width_mm = (~outside).sum(axis=1) * spacing
    assert width_mm[0] == pytest.approx(device.aperture_mm, abs=0.3)
    assert width_mm[-1] == pytest.approx(grid.width_mm, abs=0.3)
    assert np.abs(np.diff(width_mm, n=2)).max() <= 2.01 * spacing
    assert np.array_equal(outside, outside[:, ::-1])
    assert (pixels[~outside] == 255).all()


def test_a_linear_picture_has_no_outside() -> None:
    device, grid = ample("handheld")
    _, outside = convert(np.ones(grid.shape, np.float32), beams_of(grid, device), rows=9, columns=9)
    assert not outside.any()


def test_the_largest_picture_that_fits_has_square_pixels() -> None:
    for depth, width in ((30.0, 60.0), (45.0, 38.0)):
        rows, columns, spacing = picture_shape(Grid(depth, width), 520, 440)
        assert (columns == 520) or (rows == 440)
        assert rows <= 440
        assert columns <= 520
        assert rows * spacing == pytest.approx(depth, abs=spacing)
        assert columns * spacing == pytest.approx(width, abs=spacing)


def test_the_mask_lies_where_the_gland_is() -> None:
    grid = Grid(35.0, 40.0)
    disc = (np.hypot(grid.z - 15, grid.x - 22) < 6).astype(np.float32)
    outside = np.zeros((394, 450), np.bool_)
    outside[:, :60] = True
    mask = convert_mask(disc, outside)
    spacing = 40 / 450
    down, across = np.mgrid[:394, :450]
    expected = np.hypot((down + 0.5) * spacing - 15, (across + 0.5) * spacing - 22) < 6
    assert (mask != expected).sum() < 0.02 * expected.sum()
    assert not convert_mask(np.ones(grid.shape, np.float32), outside)[:, :60].any()
