import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.core.errors import ImageError
from sgus.core.region import Region
from sgus.images.geometry import network_window, prepare
from tests.images.pictures import framed, speckle, written

TISSUE = speckle(300, 420)
SIZES = st.integers(16, 512)


@given(
    x0=st.integers(0, 300),
    y0=st.integers(0, 300),
    w=st.integers(48, 1500),
    h=st.integers(48, 1500),
    height=SIZES,
    width=SIZES,
)
def test_window_is_the_largest_of_its_aspect(x0, y0, w, h, height, width):
    region = Region(x0, y0, x0 + w, y0 + h)
    window = network_window(region, height=height, width=width)
    assert region.x0 <= window.x0 < window.x1 <= region.x1
    assert window.y1 <= region.y1
    assert window.y0 == region.y0  # anchored at the skin
    assert abs((window.x0 - region.x0) - (region.x1 - window.x1)) <= 1  # centred
    assert window.width == region.width or window.height == region.height
    # The aspect is right to the pixel: a side differs from the exact one by at most one.
    exact = min(w / width, h / height)
    assert abs(window.width - exact * width) <= 1.0
    assert abs(window.height - exact * height) <= 1.0


def test_window_by_hand():
    area = Region(8, 10, 916, 641)  # 908 x 631
    assert network_window(area, height=160, width=224) == Region(20, 10, 903, 641)
    assert network_window(area, height=160, width=320) == Region(8, 10, 916, 464)


def test_resize_averages_blocks():
    prepared = prepare(TISSUE, Region(10, 20, 410, 220), height=50, width=100)
    blocks = TISSUE[20:220, 10:410].reshape(50, 4, 100, 4).mean(axis=(1, 3))
    np.testing.assert_allclose(prepared.pixels, blocks, atol=0.51)
    assert prepared.window == Region(10, 20, 410, 220)
    assert not prepared.mask.any()


def test_same_tissue_in_another_frame_gives_the_same_input():
    region = Region(0, 0, 420, 300)
    moved = Region(50, 30, 470, 330)
    plain = prepare(TISSUE, region, height=96, width=128)
    shifted = prepare(framed(TISSUE, left=50, top=30, right=9), moved, height=96, width=128)
    np.testing.assert_array_equal(plain.pixels, shifted.pixels)


def test_text_does_not_reach_the_network():
    region = Region(0, 0, 420, 300)
    clean = prepare(TISSUE, region, height=96, width=128).pixels.astype(int)
    for text in ("SMG LEFT", "PG RIGHT"):
        prepared = prepare(written(TISSUE, text, x=40, y=250), region, height=96, width=128)
        assert prepared.mask[232:250, 42:140].all()
        assert np.abs(prepared.pixels - clean).max() < 90  # ink would be 150 above
        assert np.abs(prepared.pixels - clean).mean() < 1.5


def test_small_areas_are_enlarged():
    assert prepare(TISSUE, Region(0, 0, 60, 50), height=160, width=224).pixels.shape == (160, 224)


@pytest.mark.parametrize(
    ("region", "cause"),
    [
        (Region(0, 0, 47, 200), "47 x 200 pixels, less than 48"),
        (Region(400, 280, 900, 900), "20 x 20 pixels"),
        (Region(420, 0, 500, 100), "outside the picture"),
    ],
)
def test_unusable_areas(region, cause):
    with pytest.raises(ImageError, match=cause):
        prepare(TISSUE, region, height=96, width=128)


def test_input_is_not_changed():
    pixels = written(TISSUE, "SMG LEFT", x=40, y=250)
    before = pixels.copy()
    prepare(pixels, Region(0, 0, 420, 300), height=96, width=128)
    np.testing.assert_array_equal(pixels, before)
