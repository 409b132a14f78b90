"""The tissue plane: shadow and enhancement as they show in the picture, the contract's types."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sgus.core.rng import generator
from sgus.phantom.build import assemble, build_tissue, gland_share
from sgus.phantom.devices import DEVICES
from sgus.phantom.fields import FloatArray
from sgus.phantom.grid import Grid
from sgus.phantom.layouts.frame import Frame
from sgus.phantom.layouts.parts import Bone, Ellipse, Layout, Muscle
from sgus.phantom.request import PhantomRequest
from sgus.phantom.scanner import scan
from sgus.phantom.severity import draw_appearance
from sgus.phantom.streams import Streams
from sgus.phantom.tissue import Tissue
from sgus.phantom.variation import draw_variation

GRID = Grid(depth_mm=30, width_mm=42)
REQUEST = PhantomRequest(
    severity=0.2,
    gland="parotid",
    view="transverse",
    device="premium",
    anatomy_seed=4,
    scan_seed=5,
)


def _flat(level_mm: float) -> FloatArray:
    return np.full(GRID.n_x, level_mm, np.float32)


def _plain_layout() -> Layout:
    """A gland from 4 to 28 mm and nothing else."""
    return Layout(
        skin=_flat(1.5),
        top=_flat(4),
        bottom=_flat(28),
        edge_mm=_flat(0.3),
        gland_db=0.0,
        deep_db=-10.0,
        deep_strokes=0.0,
    )


def _tissue(layout: Layout) -> Tissue:
    even = replace(
        draw_variation(np.random.default_rng(0)),
        fade_db_mm=0.0,
        loss_db_mm=0.0,
        shading_db=0.0,
        gradient_db=0.0,
    )
    look = draw_appearance(REQUEST.severity, np.random.default_rng(0))
    return assemble(Streams(REQUEST), Frame(GRID), layout=layout, look=look, variation=even)


def _shown(tissue: Tissue, top_mm: float, bottom_mm: float) -> FloatArray:
    """Mean brightness of each twentieth of the width between two depths."""
    pixels = scan(tissue, DEVICES["premium"], generator(1, "scan")).pixels
    rows = (np.array([top_mm, bottom_mm]) / GRID.depth_mm * pixels.shape[0]).astype(int)
    band = pixels[rows[0] : rows[1]].astype(np.float32).mean(axis=0)
    return np.array([part.mean() for part in np.array_split(band, 20)], np.float32)


def test_it_is_much_darker_below_bone_than_beside() -> None:
    share = (GRID.x[0] > 21).astype(np.float32)
    layout = replace(_plain_layout(), bones=[Bone(_flat(10), share)])
    tissue = _tissue(layout)
    beside, below = np.split(_shown(tissue, 14, 26), 2)
    assert below[1:-1].mean() < 0.5 * beside[1:-1].mean()
    above = _shown(tissue, 5, 9)
    assert above[11:-1].mean() == pytest.approx(above[1:9].mean(), rel=0.15)
    assert tissue.gland[200:, 140:].max() == 0
    assert tissue.gland[200:300, :110].min() > 0.9


def test_it_is_brighter_behind_fluid_than_beside_and_darker_in_it() -> None:
    cyst = Ellipse(z=10, x=21, radius_z=3, radius_x=4, level_db=-30)
    fluid = _tissue(replace(_plain_layout(), ellipses=[cyst]))
    behind = _shown(fluid, 15, 22)
    assert behind[9:11].mean() > 1.1 * behind[[2, 3, 4, 15, 16, 17]].mean()
    inside = _shown(fluid, 8.5, 11.5)
    assert inside[9:11].mean() < 0.6 * inside[[2, 3, 4, 15, 16, 17]].mean()
    solid = _tissue(replace(_plain_layout(), ellipses=[replace(cyst, fluid=False)]))
    assert solid.transmission[300:, 128].max() == pytest.approx(0, abs=1e-4)
    assert fluid.transmission[300:, 128].min() > 2


def test_muscle_takes_and_is_darker_than_gland() -> None:
    half = (GRID.x[0] < 21).astype(np.float32)
    muscle = Muscle(_flat(20), _flat(27), level_db=-14, share=half)
    layout = replace(_plain_layout(), bottom=_flat(19), muscles=[muscle])
    tissue = _tissue(layout)
    rows = slice(int(21 / GRID.dz), int(26 / GRID.dz))
    assert tissue.echogenicity[rows, :110].mean() == pytest.approx(-13, abs=2)
    assert tissue.transmission[-1, 30] < -0.5


def test_the_gland_ends_at_its_borders() -> None:
    share = gland_share(_plain_layout(), GRID)
    assert share[: int(3.7 / GRID.dz)].max() == 0
    assert share[int(4.3 / GRID.dz) : int(27.6 / GRID.dz)].min() == 1
    assert share[int(28.4 / GRID.dz) :].max() == 0


def test_arrays_have_the_types_of_the_contract() -> None:
    tissue = build_tissue(REQUEST)
    assert tissue.echogenicity.dtype == tissue.transmission.dtype == np.float32
    assert tissue.gland.dtype == np.float32
    assert tissue.specular.dtype == np.complex64
    for array in (tissue.echogenicity, tissue.specular, tissue.transmission, tissue.gland):
        assert array.shape == tissue.grid.shape
        assert np.isfinite(array).all()
    assert 0 <= tissue.gland.min() <= tissue.gland.max() <= 1


def test_a_trapezoid_gets_the_width_it_needs() -> None:
    device = DEVICES["cart-d"]
    tissue = build_tissue(REQUEST.model_copy(update={"device": "cart-d"}))
    assert tissue.grid.width_mm == pytest.approx(device.field_width_mm(tissue.grid.depth_mm))
    assert device.depth_mm[0] <= tissue.grid.depth_mm <= device.depth_mm[1]


def test_the_same_plane_is_the_same_anatomy_whatever_the_scan() -> None:
    first, second = (
        build_tissue(REQUEST.model_copy(update={"plane_shift": 0.0, "scan_seed": seed}))
        for seed in (1, 2)
    )
    assert np.array_equal(first.echogenicity, second.echogenicity)
    assert np.array_equal(first.gland, second.gland)
