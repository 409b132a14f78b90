from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sgus.core.region import Region
from sgus.images.geometry import network_window, prepare
from sgus.images.perturb import AS_IT_IS, VARIATIONS, Variation, Varied, coarsened, gained
from tests.conftest import speckled

REGION = Region(40, 32, 472, 352)
WINDOW = network_window(REGION, height=48, width=64)


def large(seed: int) -> NDArray[np.uint8]:
    return cv2.resize(speckled(seed), (512, 384), interpolation=cv2.INTER_CUBIC)


@pytest.fixture
def varied() -> Varied:
    return Varied(large(1), REGION, window=WINDOW)


def test_as_it_is_changes_nothing(varied: Varied) -> None:
    pixels, region = varied.by(AS_IT_IS)
    assert pixels is varied.pixels
    assert region == REGION


@pytest.mark.parametrize("variation", VARIATIONS, ids=lambda v: f"{v.what} {v.strength}")
def test_every_variation_changes_what_the_network_sees_and_nothing_outside(
    varied: Varied, variation: Variation
) -> None:
    pixels, region = varied.by(variation)
    outside = np.ones(pixels.shape, dtype=bool)
    outside[REGION.slices] = False
    np.testing.assert_array_equal(pixels[outside], varied.pixels[outside])
    assert pixels.dtype == np.uint8
    before = prepare(varied.pixels, REGION, height=48, width=64).pixels
    after = prepare(pixels, region, height=48, width=64).pixels
    assert np.abs(before.astype(float) - after).mean() > 0.2
    again, same = varied.by(variation)
    np.testing.assert_array_equal(again, pixels)
    assert same == region


def test_twenty_variations_each_said_in_its_own_words() -> None:
    assert len(VARIATIONS) == 20
    assert len({(v.what, v.strength) for v in VARIATIONS}) == 20
    assert AS_IT_IS.strength == ""
    assert VARIATIONS[3].strength == "+6 dB"


def test_gain_shifts_a_tenth_of_the_display_in_six_decibel() -> None:
    grey = np.arange(256, dtype=np.uint8)[None]
    up, down = gained(grey, 6.0)[0].astype(int), gained(grey, -6.0)[0].astype(int)
    assert set(up[26:229] - np.arange(26, 229)) <= {25, 26}
    assert set(down[26:] - np.arange(26, 256)) <= {-25, -26}
    assert up[0] == down[0] == 0
    assert up[230:].min() == 255
    assert (np.diff(up) >= 0).all()
    assert (np.diff(down) >= 0).all()
    np.testing.assert_array_equal(gained(grey, 0.0), grey)


def test_blur_is_a_share_of_the_width(varied: Varied) -> None:
    pixels, _ = varied.by(Variation("blur", 1.0))
    expected = cv2.GaussianBlur(large(1)[REGION.slices], (0, 0), 4.32)
    np.testing.assert_array_equal(pixels[REGION.slices], expected)


def test_a_coarse_picture_keeps_brightness_and_loses_detail() -> None:
    area = speckled(2)[8:88, 10:118]
    small = coarsened(area, 27, quality=90)
    assert small.shape == area.shape
    assert small.mean() == pytest.approx(area.mean(), abs=1.5)
    assert np.abs(np.diff(small.astype(float))).mean() < np.abs(np.diff(area.astype(float))).mean()
    fine = coarsened(area, 500, quality=100)
    assert np.abs(fine.astype(float) - area).mean() < 1


@pytest.mark.parametrize(
    ("variation", "cut"),
    [
        (Variation("crop", 10.0), (10, 8, -10, -8)),
        (Variation("shift", 10.0, side="left"), (10, 0, 0, 0)),
        (Variation("shift", 10.0, side="top"), (0, 8, 0, 0)),
        (Variation("shift", 10.0, side="right"), (0, 0, -10, 0)),
        (Variation("shift", 10.0, side="bottom"), (0, 0, 0, -8)),
    ],
)
def test_crops_and_shifts_cut_what_the_network_sees(
    variation: Variation, cut: tuple[int, ...]
) -> None:
    window = Region(12, 8, 112, 88)
    pixels, region = Varied(speckled(1), Region(10, 8, 118, 88), window=window).by(variation)
    np.testing.assert_array_equal(pixels, speckled(1))
    was = (window.x0, window.y0, window.x1, window.y1)
    assert region == Region(*(a + b for a, b in zip(was, cut, strict=True)))


def test_burned_in_text_is_taken_out_before_the_picture_is_varied() -> None:
    pixels = cv2.resize(speckled(3), (640, 480), interpolation=cv2.INTER_CUBIC)
    region = Region(50, 40, 590, 440)
    clean = pixels.copy()
    cv2.putText(pixels, "GRADE 0", (200, 300), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 2)
    window = network_window(region, height=48, width=64)
    varied = Varied(pixels, region, window=window)
    blurred, _ = varied.by(Variation("blur", 1.0))
    written = pixels.astype(int) - clean > 40
    plain = cv2.GaussianBlur(pixels, (0, 0), 5.4)
    assert blurred[written].mean() < plain[written].mean() - 20
