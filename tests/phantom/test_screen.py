from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image, ImageDraw, ImageFont

from sgus.core.rng import generator
from sgus.core.synthetic import SYNTHETIC_MARK
from sgus.phantom.devices import DEVICES
from sgus.phantom.scanner import MAX_HEIGHT_PX, MAX_WIDTH_PX, Frame
from sgus.phantom.screen import Screen, present

SHAPES = [(MAX_HEIGHT_PX, 420), (330, MAX_WIDTH_PX), (MAX_HEIGHT_PX, MAX_WIDTH_PX)]
each_device = pytest.mark.parametrize("name", list(DEVICES))


def frame(height: int = 420, width: int = 500) -> Frame:
    grain = generator(0, "frame").integers(0, 40, (height, width))
    pixels = (grain + np.linspace(40, 200, width)).astype(np.uint8)
    mask = np.zeros((height, width), np.bool_)
    mask[100:250, 90:400] = True
    return Frame(pixels, mask, np.zeros_like(mask), 0.08)


def shown(name: str, of: Frame, *, burn_in: bool = True, seed: int = 1) -> Screen:
    rng = generator(seed, "screen")
    return present(of, DEVICES[name], rng, gland="parotid", side="left", burn_in=burn_in)


@each_device
@pytest.mark.parametrize("shape", SHAPES)
def test_burn_ins_never_reach_the_picture(name: str, shape: tuple[int, int]) -> None:
    written = shown(name, frame(*shape))
    bare = shown(name, frame(*shape), burn_in=False)
    assert written.region == bare.region
    assert (written.region.height, written.region.width) == shape
    assert np.array_equal(written.pixels[written.region.slices], bare.pixels[bare.region.slices])
    outside = np.ones(bare.pixels.shape, np.bool_)
    outside[bare.region.slices] = False
    assert not bare.pixels[outside].any()
    assert (written.pixels[outside] > 100).sum() > 300


@each_device
@pytest.mark.parametrize("shape", SHAPES)
def test_the_mark_is_whole_and_outside_the_ultrasound_area(
    name: str, shape: tuple[int, int]
) -> None:
    written = shown(name, frame(*shape))
    picture = Image.new("L", (200, 20))
    grey = int(written.pixels[-16:, :140].max())
    ImageDraw.Draw(picture).text((2, 2), SYNTHETIC_MARK, fill=grey, font=ImageFont.load_default(11))
    template = np.asarray(picture)
    rows, columns = np.flatnonzero(template.any(1)), np.flatnonzero(template.any(0))
    template = template[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    assert template.shape[1] > 90
    without_picture = written.pixels.copy()
    without_picture[written.region.slices] = 1  # what overlaps the picture is not found
    windows = sliding_window_view(without_picture[-40:], template.shape)
    assert (windows == template).all(axis=(2, 3)).sum() == 1


@each_device
def test_what_is_in_the_frame_is_in_the_region(name: str) -> None:
    of = frame()
    bare = shown(name, of, burn_in=False)
    seen = bare.pixels[bare.region.slices].astype(float)
    if DEVICES[name].jpeg_quality:
        assert 0 < np.abs(seen - of.pixels).mean() < 12
    else:
        assert np.array_equal(seen, of.pixels)
    assert np.array_equal(bare.mask[bare.region.slices], of.mask)
    assert bare.mask.sum() == of.mask.sum()
    assert bare.mask.shape == bare.pixels.shape
    assert bare.spacing_mm == of.spacing_mm


def test_a_lower_jpeg_quality_loses_more() -> None:
    of, losses = frame(), []
    for quality in (92, 70, 40):
        device = replace(DEVICES["cart-b"], jpeg_quality=quality)
        bare = present(of, device, generator(0), gland="parotid", burn_in=False)
        losses.append(np.abs(bare.pixels[bare.region.slices].astype(float) - of.pixels).mean())
    assert losses == sorted(losses)
    assert losses[0] > 0


@each_device
def test_the_ruler_has_a_mark_each_half_centimetre(name: str) -> None:
    written = shown(name, frame())
    x0, x1 = written.region.x0, written.region.x1
    beside = written.pixels[written.region.y0 : written.region.y1]
    rows = max((np.flatnonzero(beside[:, column]) for column in (x0 - 6, x1 + 4)), key=len)
    assert np.diff(rows) * written.spacing_mm == pytest.approx(5, abs=2 * written.spacing_mm)
    assert len(rows) == int(420 * 0.08 / 5) + 1


def test_screens_of_the_machines_look_different() -> None:
    sizes = {name: shown(name, frame()).pixels.shape for name in DEVICES}
    assert len(set(sizes.values())) >= 3


@each_device
def test_the_same_seed_writes_the_same_screen(name: str) -> None:
    first, again = (shown(name, frame(), seed=4) for _ in range(2))
    assert np.array_equal(first.pixels, again.pixels)
    other = shown(name, frame(), seed=5)
    assert first.region == other.region
